"""What a visit to the survey weighs, from a small team to ten thousand groups."""

import secrets
from typing import Any, Final

import pytest
from msgspec.json import encode
from msgspec.structs import replace

from pulse.instrument import load
from pulse.instrument.texts import texts
from pulse.language import LANGUAGES
from pulse.settings import DEFAULT_SUPPORT, Support
from pulse.token import keylist
from pulse.token.encoding import b64u, sha256
from pulse.token.keylist import GroupFile, KeyList
from pulse.web.answers import prepare
from pulse.web.page import staff_page
from pulse.web.published import Current
from pulse.web.standing import standing
from tests.booth import signing_key

SMALL: Final = 9_800  # bytes compressed: one language, a few groups
LARGE: Final = 10_800  # ten thousand groups, eight languages, a name and contacts that are long
RAW: Final = 24_000
LOCALES: Final = ("en", "de", "fr", "es", "it", "pl", "ar", "pt-BR")


def draw(size: int) -> str:
    """Return bytes that no compression shortens, as hashes and keys are."""
    return b64u(secrets.token_bytes(size))


def visit(
    depth: int,
    locales: int = 1,
    label: str = "North",
    contacts: tuple[str, ...] = (),
    locale: str = "en",
) -> list[bytes]:
    """Return all that a visit loads of a wave of 2 to the power of `depth` groups."""
    survey = replace(load(), locale=locale, dir=LANGUAGES[locale].dir)
    support = Support(text=DEFAULT_SUPPORT, contacts=contacts)
    words = texts(survey, survey.form(0), "2026-W09", support)
    items = tuple(survey.form(0))
    keys = KeyList(
        wave="2026-W09", closes="2026-02-27T17:00:00+00:00", k=5, form=0, n=len(items), items=items,
        box=draw(65), outer=draw(65), holder="same-user", page=secrets.token_hex(32),
        texts={locale: secrets.token_hex(32) for locale in LOCALES[:locales]},
        groups=2**depth, invited=8 * 2**depth, root=draw(32),
    )  # fmt: skip
    group = GroupFile(
        g="00001", label=label, invited=8, leaders=False, spki=b64u(signing_key(1).spki), index=0,
        path=tuple(draw(32) for _ in range(depth)),
    )  # fmt: skip
    listed = keylist.encode(keys)
    current = encode(Current("2026-W09", f"/w/2026-W09/keys-{sha256(listed).hex()}.json"))
    return [staff_page(), listed, words, keylist.encode(group), current]


def compressed(files: list[bytes]) -> int:
    """Return how many bytes of content cross the wire."""
    return sum(len(prepare(file, "text/plain", tight=True).compressed or file) for file in files)


LARGEST: Final[dict[str, Any]] = {
    "locales": len(LOCALES),
    "label": "Intensive care and recovery, building 7, second night shift",
    "contacts": (
        "Occupational health: 0123 456789, help@example.org",
        "Works council: room 1.204, council@example.org",
        "Somebody to talk to, day and night: 116 123",
    ),
}


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "ar"])
def test_a_visit_is_light(locale: str) -> None:
    """One language, whichever, and a few groups: at most 24 kB, 9.8 kB compressed."""
    files = visit(4, locale=locale)
    assert sum(map(len, files)) <= RAW
    assert compressed(files) <= SMALL


def test_ten_thousand_groups_and_eight_languages_add_little() -> None:
    """The largest wave stays within 24 kB too, 10.8 kB compressed: a person loads one path."""
    files = visit(14, **LARGEST)
    assert sum(map(len, files)) <= RAW
    assert compressed(files) <= LARGE


def test_a_card_costs_little_more() -> None:
    """The page where a code is typed stays within 7 kB compressed, a kiosk's start within 2 kB."""
    assert compressed([standing("card.html", "card.js").content]) <= 7_000
    assert compressed([standing("kiosk.html", "start.js").content]) <= 2_000


def test_a_list_of_all_groups_would_be_seen() -> None:
    """The twin that lists the groups' hashes one by one breaks the bound at a thousand groups."""
    assert compressed([*visit(10), draw(32 * 2**10).encode()]) > LARGE
