"""Up to four units beside each other: the same axes, intervals, and what is likely real.

No order but the one asked for, no total, no rank: two units are set side by side, scale by scale.
"""

from itertools import combinations
from typing import Final

import msgspec
from markupsafe import Markup

from dashboards.desk import Book
from dashboards.pages import drawing, weeks
from dashboards.pages.contrast import Contrast, contrasts, figure, signed
from dashboards.pages.tiles import last_ended, left_out, points
from dashboards.pages.trends import YEAR
from pulse.release.hidden import REASON
from pulse.statistics.scales import Block
from pulse.statistics.standing import one_week
from pulse.terms import Unit

MOST: Final = 4
YOUNG: Final = "too early: its line is younger than these four weeks"


class Panel(msgspec.Struct, frozen=True):
    """One scale of one unit: its newest block and its year; without a number, `reason` says why.

    `ends` says that weeks of the number are left out by the line, empty where none is.
    """

    unit: Unit
    number: str
    interval: str
    at_least: int | None
    reason: str
    drawn_interval: Markup
    drawn_line: Markup
    exact: tuple[float, ...]
    ends: str = ""


class Pair(msgspec.Struct, frozen=True):
    """One unit minus another on one scale: in points, with its interval, and in words.

    The difference told is that of the two figures told: 62 and 65 are 3 apart.
    """

    one: str
    other: str
    difference: str
    interval: str
    says: str


class Beside(msgspec.Struct, frozen=True):
    """One scale over the chosen units, every difference, and those that are likely real."""

    scale: str
    name: str
    panels: tuple[Panel, ...]
    real: tuple[str, ...]
    pairs: tuple[Pair, ...]
    compared: int
    same: int


class Comparison(msgspec.Struct, frozen=True):
    """What the page of a comparison says; `period` is empty before the first four weeks."""

    units: tuple[Unit, ...]
    period: str
    weeks: str
    scales: tuple[Beside, ...]
    calls: bool


def comparison(book: Book, unit_ids: tuple[str, ...], to: str = "") -> Comparison:
    """Return one to four units of the newest tree beside each other, up to the wave `to`."""
    history = book.history
    units = tuple(history.units[unit_id] for unit_id in unit_ids)
    blocks = [waves for waves in book.scales.blocks_of_waves if not to or waves[-1] <= to]
    newest = blocks[-1] if blocks else ()
    found = _differences(book, units, newest) if newest else {}
    waves = [wave for wave in history.waves if not to or wave <= to][-YEAR:]
    return Comparison(
        units,
        weeks.span(newest) if newest else "",
        weeks.span((waves[0], waves[-1])),
        tuple(
            _beside(book, units, scale.id, newest, to, found)
            for scale in history.instrument.scales.values()
        ),
        history.calls_changes,
    )


def _differences(
    book: Book, units: tuple[Unit, ...], waves: tuple[str, ...]
) -> dict[tuple[str, str, str], Contrast]:
    """Return every pair on every scale; all of them are judged together."""
    pairs = {}
    for scale in book.history.instrument.scales:
        shown = [
            (unit.unit_id, told)
            for unit in units
            if (told := figure(_block(book, unit.unit_id, scale, waves))) is not None
        ]
        for (one, here), (other, there) in combinations(shown, 2):
            pairs[scale, one, other] = here, there
    return contrasts(pairs, calls=book.history.calls_changes)


def _beside(
    book: Book,
    units: tuple[Unit, ...],
    scale: str,
    newest: tuple[str, ...],
    to: str,
    found: dict[tuple[str, str, str], Contrast],
) -> Beside:
    name = book.history.instrument.scales[scale].name
    panels = {unit.unit_id: _panel(book, unit, scale, newest, to) for unit in units}
    own = {key[1:]: contrast for key, contrast in found.items() if key[0] == scale}
    pairs = [(c, _pair(panels[one], panels[other], c)) for (one, other), c in own.items()]
    real = (_told(name, pair, c) for c, pair in pairs if c.key in {"higher", "lower"})
    same = sum(contrast.key == "same" for contrast in own.values())
    return Beside(
        scale, name, tuple(panels.values()), tuple(real), tuple(pair for _, pair in pairs),
        len(own), same,
    )  # fmt: skip


def _pair(here: Panel, there: Panel, contrast: Contrast) -> Pair:
    told = signed(int(here.number) - int(there.number))
    return Pair(here.unit.name, there.unit.name, told, contrast.interval, contrast.words)


def _told(scale: str, pair: Pair, contrast: Contrast) -> str:
    return (
        f"{scale} is {contrast.key} in {pair.one} than in {pair.other}, likely real "
        f"(by {pair.difference[1:]} points; {pair.interval})."
    )


def _panel(book: Book, unit: Unit, scale: str, newest: tuple[str, ...], to: str) -> Panel:
    weekly = points(book.scales, unit.unit_id, scale, to)[-YEAR:]
    line = drawing.small_multiple(weekly)
    block = _block(book, unit.unit_id, scale, newest)
    if block is None or block.estimate is None:
        reason = YOUNG if block is None else one_week(block) or REASON
        return Panel(unit, "", "", None, reason, Markup(""), line, ())
    e = block.estimate
    exact = tuple(round(x, 1) for x in (e.value, e.low, e.high))
    return Panel(
        unit, weeks.whole(e.value), weeks.between(e.low, e.high), block.at_least, "",
        drawing.interval(e.value, e.low, e.high), line, exact, left_out(block, weekly),
    )  # fmt: skip


def _block(book: Book, unit_id: str, scale: str, newest: tuple[str, ...]) -> Block | None:
    last = newest == book.scales.blocks_of_waves[-1] if newest else False
    block = last_ended(book.scales, unit_id, scale, "" if last else newest[-1]) if newest else None
    return block if block is not None and block.waves == newest else None
