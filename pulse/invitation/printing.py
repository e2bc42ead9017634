"""`pulse cards`: sheets of cards for the people of a unit who have no address."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import segno
import typst
from sqlalchemy.engine import Engine

from pulse import wave as waves
from pulse.clock import Clock
from pulse.errors import Refused, WrongState
from pulse.invitation.cards import read_codes, stretch
from pulse.invitation.cardwords import Terms, Words, words
from pulse.language import DEFAULT, LANGUAGES, closest
from pulse.settings import Home, Settings
from pulse.store import treefile
from pulse.store.files import write_atomically
from pulse.terms import Progress, Secret, Tree, Unit, silent, week_name
from pulse.token.invites import link

A_SHEET: Final = 10
_TEMPLATE: Final = Path(__file__).with_name("cards.typ")
_STANDARD: Final = "ua-1"  # accessible PDF; it also refuses a text that no font can show


class Card(msgspec.Struct, frozen=True):
    """One card: the code as it is typed, in groups of four, and the picture of its link (SVG)."""

    code: str
    qr: str


class Deck(msgspec.Struct, frozen=True):
    """The shuffled cards of one group; `label` is its name."""

    label: str
    cards: tuple[Card, ...]


class Sheets(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on the sheets of a unit."""

    title: str
    organisation: str
    address: str
    fingerprint: str
    terms: Terms
    words: Words
    decks: tuple[Deck, ...]


class Printed(msgspec.Struct, frozen=True):
    """What was printed: `language` is that of the words on the cards."""

    wave: str
    unit: str
    cards: int
    sheets: int
    language: str
    pdf: str


def print_cards(
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    unit: str,
    pdf: Path,
    *,
    language: str = DEFAULT,
    progress: Progress = silent,
) -> Printed:
    """Write the cards of a unit and all below it as a PDF, 0600, shuffled anew each time.

    The codes are the same each time, and each of them works once.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        engine: the state database.
        unit: a unit of the open wave's tree.
        pdf: the file to write, outside the home: cards are no part of what is kept.
        language: of the words on the cards, a language tag.
        progress: told after each card.

    Raises:
        WrongState: no wave is open.
        Refused: no such unit or language, nobody with a card, or a file inside the home.
    """
    target = pdf.resolve()
    if target.is_relative_to(home.path.resolve()):
        raise Refused("Cards do not belong into the home: name a file elsewhere.", where=str(pdf))
    if closest(language, LANGUAGES) is None:
        spoken = ", ".join(LANGUAGES)
        raise Refused(
            f"Cards have no words in this language; they have in {spoken}.", where=language
        )
    made = sheets(
        home, settings, clock, engine, unit, partial(words, language=language), progress=progress
    )
    data, language = set_in_type(made, words(made.terms))
    write_atomically(target, data)
    return Printed(
        made.terms.wave, unit, sum(len(deck.cards) for deck in made.decks),
        sum(-(-len(deck.cards) // A_SHEET) for deck in made.decks), language, str(pdf),
    )  # fmt: skip


def sheets(
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    unit: str,
    worded: Callable[[Terms], Words],
    *,
    progress: Progress = silent,
) -> Sheets:
    """Return what stands on the sheets of a unit; arguments and errors as `print_cards`."""
    row = _open_wave(engine, clock)
    groups = _groups(treefile.read_kept(home.trees / f"{row.wave}.json"), unit)
    codes = read_codes(home, row.wave)
    chosen = [(group, codes[group.unit_id]) for group in groups if group.unit_id in codes]
    if not chosen:
        raise Refused("Everybody in this unit has an address, so it has no cards.", where=unit)
    listed = (home.published / row.wave / Path(row.keys).name).read_bytes()
    terms = Terms(wave=row.wave, closes=row.closes, timezone=settings.timezone)
    organisation = brief(settings.organisation, 60)
    return Sheets(
        title=f"{organisation}, {week_name(row.wave)}",
        organisation=organisation,
        address=f"{settings.base_url.rstrip('/')}/card",
        fingerprint=row.fingerprint,
        terms=terms,
        words=worded(terms),
        decks=tuple(_decks(chosen, row.wave, settings.base_url, listed, progress)),
    )


def set_in_type(sheets: Sheets, english: Words) -> tuple[bytes, str]:
    """Return the PDF with the language of its words: English where no font here has the letters.

    The same sheets give the same bytes where the same fonts are.

    Raises:
        Refused: the organisation's or a unit's name has letters that no font here has.
    """
    try:
        return _compile(sheets), sheets.words.lang
    except typst.TypstError as error:
        if sheets.words.lang == english.lang:
            raise _unprintable(error) from error
    try:
        return _compile(msgspec.structs.replace(sheets, words=english)), english.lang
    except typst.TypstError as error:
        raise _unprintable(error) from error


def shuffled(codes: Sequence[Secret]) -> list[Secret]:
    """Return the codes in an order that nobody knows, another one each time."""
    return secrets.SystemRandom().sample(codes, len(codes))


def spaced(code: bytes) -> str:
    """Return a code as people type it: four groups of four."""
    text = code.decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def brief(name: str, most: int) -> str:
    """Return a name on one line, cut where it is too long for a card."""
    line = " ".join(name.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _open_wave(engine: Engine, clock: Clock) -> waves.Wave:
    row = waves.current(engine)
    if row is None or row.state != "open":
        raise WrongState("No wave is open, so there are no cards.", where=row.wave if row else "")
    if row.closes <= clock.now():
        raise WrongState("The closing time has passed: cards would open nothing.", where=row.wave)
    return row


def _groups(tree: Tree, unit: str) -> list[Unit]:
    """Return the groups of a unit and all below it, in tree order."""
    if unit not in {each.unit_id for each in tree.units}:
        merged = [u for u in tree.units if unit in {member.unit_id for member in u.members}]
        group = tree.groups.get(unit, merged[0].unit_id if merged else "")
        if group:
            told = f"This unit answers together with others: print the cards of {group}."
            raise Refused(told, where=unit)
        raise Refused("The open wave has no such unit.", where=unit)
    below = {unit}
    for each in tree.units:  # parents come before children
        if each.parent_id in below:
            below.add(each.unit_id)
    return [each for each in tree.units if each.unit_id in below and each.group]


def _decks(
    chosen: Sequence[tuple[Unit, Sequence[Secret]]],
    wave: str,
    base_url: str,
    listed: bytes,
    progress: Progress,
) -> Iterator[Deck]:
    piles = [shuffled(codes) for _, codes in chosen]
    found = iter(stretch([code for pile in piles for code in pile], wave, progress))
    for (group, _), pile in zip(chosen, piles, strict=True):
        cards = (
            Card(spaced(code.reveal()), _picture(link(base_url, next(found).reveal(), listed)))
            for code in pile
        )
        yield Deck(brief(group.name, 40), tuple(cards))


def _picture(address: str) -> str:
    return segno.make(address, error="m", micro=False).svg_inline(border=4, light="#fff")


def _compile(sheets: Sheets) -> bytes:
    return typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"told": msgspec.json.encode(sheets).decode()},
        pdf_standards=[_STANDARD],
    )


def _unprintable(error: typst.TypstError) -> Refused:
    return Refused(f"These cards cannot be set in type here: {error.message}.", where="cards")
