"""What a visit to the survey weighs, from a small team to ten thousand groups."""

import gzip
import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from pulse.instrument import load
from pulse.instrument.locales import asked_in
from pulse.instrument.texts import texts
from pulse.settings import DEFAULT_SUPPORT, Support
from pulse.token import keylist
from pulse.token.encoding import b64u
from pulse.token.keylist import GroupFile, KeyList
from pulse.web.answers import prepare
from pulse.web.bundle import bundle
from pulse.web.page import program, staff_page, static_files
from pulse.web.standing import standing
from tests.booth import signing_key

WAVE: Final = "2026-W09"
SMALL: Final = 9_000  # bytes compressed: one language of five on offer, a few groups
LARGE: Final = 10_000  # ten thousand groups, a name and contacts that are long
RAW: Final = 24_000
LOCALES: Final = ("en", "de", "fr", "es", "ar")
SURVEY: Final = load()


def draw(size: int) -> str:
    """Return bytes that no compression shortens, as hashes and keys are."""
    return b64u(secrets.token_bytes(size))


def weeks() -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield each form with its statements, alone and with each statement that may join it."""
    for form in range(len(SURVEY.blocks)):
        asked = SURVEY.form(form)
        joining = {
            SURVEY.seventh(form, pack, turn)
            for pack, each in SURVEY.packs.items()
            for turn in range(len(each.items))
        }
        yield form, asked
        yield from ((form, (*asked, item)) for item in sorted(joining))


@cache
def heaviest(locale: str, contacts: tuple[str, ...]) -> tuple[int, tuple[str, ...], bytes]:
    """Return form, statements and texts of the week that weighs most in a language."""
    support = Support(text=DEFAULT_SUPPORT, contacts=contacts)
    wording = asked_in(SURVEY, (locale,))[0]
    each = ((form, asked, texts(SURVEY, asked, WAVE, support, wording)) for form, asked in weeks())
    return max(each, key=lambda week: len(gzip.compress(week[2])))


def visit(
    depth: int, locale: str = "en", label: str = "North", contacts: tuple[str, ...] = ()
) -> list[bytes]:
    """Return all that a visit loads of a wave of 2 to the power of `depth` groups.

    Beside these stands the name of the open wave, a hundred bytes that change with the week.
    """
    form, items, words = heaviest(locale, contacts)
    keys = KeyList(
        wave=WAVE, closes="2026-02-27T17:00:00+00:00", k=5, form=form, n=len(items), items=items,
        lead=SURVEY.for_leaders(items), box=draw(65), outer=draw(65), holder="same-user",
        page=secrets.token_hex(32), texts={locale: secrets.token_hex(32) for locale in LOCALES},
        groups=2**depth, invited=8 * 2**depth, root=draw(32),
    )  # fmt: skip
    group = GroupFile(
        g="00001", label=label, invited=8, leaders=False, spki=b64u(signing_key(1).spki), index=0,
        path=tuple(draw(32) for _ in range(depth)),
    )  # fmt: skip
    return [staff_page(), keylist.encode(keys), words, keylist.encode(group)]


def compressed(files: list[bytes]) -> int:
    """Return how many bytes of content cross the wire."""
    return sum(len(prepare(file, "text/plain", tight=True).compressed or file) for file in files)


LARGEST: Final[dict[str, Any]] = {
    "label": "Intensive care and recovery, building 7, second night shift",
    "contacts": (
        "Occupational health: 0123 456789, help@example.org",
        "Works council: room 1.204, council@example.org",
        "Somebody to talk to, day and night: 116 123",
    ),
}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_visit_is_light(locale: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The heaviest week in each language, with a few groups: at most 24 kB, 9 kB compressed."""
    files = visit(4, locale)
    raw, small = sum(map(len, files)), compressed(files)
    with capsys.disabled():
        print(f"\n{locale}: {raw:,} bytes, {small:,} compressed")  # noqa: T201 - figures
    assert raw <= RAW
    assert small <= SMALL


@pytest.mark.parametrize("locale", LOCALES)
def test_ten_thousand_groups_add_little(locale: str) -> None:
    """The largest wave stays within 24 kB too, 10 kB compressed: a person loads one path."""
    files = visit(14, locale, **LARGEST)
    assert sum(map(len, files)) <= RAW
    assert compressed(files) <= LARGE


def test_readable_names_would_be_seen() -> None:
    """The twin that serves the modules' own names, as they are written, is too heavy."""
    files = {name: content.decode() for name, content in static_files().items()}
    longer = len(bundle(files)) - len(program(files)[1])
    page, *rest = visit(4, "ar")
    written = page.decode().replace(program(files)[1], bundle(files)).encode()
    assert len(written) - len(page) == longer > 0
    assert compressed([written, *rest]) > SMALL


def test_a_card_costs_little_more() -> None:
    """The page where a code is typed stays within 7 kB compressed, a kiosk's start within 2 kB."""
    assert compressed([standing("card.html", "card.js").content]) <= 7_000
    assert compressed([standing("kiosk.html", "start.js").content]) <= 2_000


def test_a_list_of_all_groups_would_be_seen() -> None:
    """The twin that lists the groups' hashes one by one breaks the bound at a thousand groups."""
    assert compressed([*visit(10), draw(32 * 2**10).encode()]) > LARGE
