"""Something to try: what fits a unit's figures, what it tries, and whether that helped."""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

import msgspec
from sqlalchemy import Engine

from dashboards.desk import Book, Desk
from dashboards.pages import weeks
from dashboards.pages.prospect import NO_SCALE, NOTHING_ASKED, prospect
from dashboards.pages.tiles import Tile
from pulse.accounts.scope import Scope
from pulse.charts.trend import Mark
from pulse.instrument.practices import Practice, Practices, shipped
from pulse.practices import adopting
from pulse.practices.adopting import Use
from pulse.practices.suggesting import Reading, Suggestion, suggest
from pulse.practices.tables import AT_ONCE
from pulse.statistics.counterfactual import COMPARED
from pulse.statistics.helped import ALONE, SMALL, Effect
from pulse.statistics.practice_effect import LEAST, WINDOW, practice_effect, sides_of
from pulse.statistics.scales import Scales

POOLED: Final = 5  # units from which on they are looked at together


class Tried(msgspec.Struct, frozen=True):
    """One practice of one unit, in words; `due`: the day to look with the team has come.

    `looked_at`: its first such day has passed, and its figures are looked at since.

    `gone`: a reorganisation has taken the unit out of the newest tree.

    `answer` says whether it helped here, `together` whether it did in all units that try it.
    """

    use_id: int
    unit_id: str
    unit: str
    practice: Practice
    since: str
    look: str
    due: bool
    answer: str
    together: str
    gone: bool = False
    looked_at: bool = False


class Trying(msgspec.Struct, frozen=True):
    """What a page says of practices in one unit; `leads`: whoever looks may begin and end them.

    `marked` names the practices that a figure of this unit marks, with their days.
    """

    unit_id: str
    unit: str
    leads: bool
    suggestions: tuple[Suggestion, ...]
    running: tuple[Tried, ...]
    marked: str = ""

    @property
    def looked_at(self) -> bool:
        """Whether there is an answer from figures, which needs its meaning said."""
        return any(use.looked_at for use in self.running)

    @property
    def room(self) -> bool:
        """Whether one more may be begun."""
        return len(self.running) < AT_ONCE


@cache
def cards() -> Practices:
    """Return the shipped practices, read once."""
    return shipped()


def today(desk: Desk) -> dt.date:
    """Return the day it is in the organisation's zone."""
    return desk.clock.now().astimezone(desk.settings.zone).date()


def marks(engine: Engine, unit_id: str, to: str = "") -> tuple[Mark, ...]:
    """Return the marks of a unit's figures: every practice it ever began, or by the wave `to`."""
    known = cards()
    return tuple(
        Mark(use.since.isoformat(), known[use.practice].mark)
        for use in adopting.uses(engine, unit_id)
        if use.practice in known and _begun(use, to)
    )


def _begun(use: Use, to: str) -> bool:
    """Tell whether a practice had begun by the wave `to`; empty for now."""
    return not to or use.wave <= to


def tried_in(
    desk: Desk, book: Book, scope: Scope, unit_id: str, tiles: Sequence[Tile], to: str = ""
) -> Trying:
    """Return what fits a unit, what it tries and whether that helped; marks up to wave `to`."""
    own = [use for use in adopting.uses(desk.engine, unit_id) if use.practice in cards()]
    now = [use for use in own if use.ended is None]
    return Trying(
        unit_id=unit_id,
        unit=book.history.units[unit_id].name,
        leads=scope.leads(unit_id),
        suggestions=suggestions(book.scales, unit_id, tiles, own),
        running=tuple(tried(desk, book, use) for use in now),
        marked=", ".join(
            f"{cards()[use.practice].title}, {weeks.day(use.since)}"
            for use in own
            if _begun(use, to)
        ),
    )


def suggestions(
    scales: Scales, unit_id: str, tiles: Sequence[Tile], own: Sequence[Use]
) -> tuple[Suggestion, ...]:
    """Return at most two practices for what is likely low in a unit's tiles, or lower."""
    return suggest(
        [_reading(scales, unit_id, tile) for tile in tiles],
        cards().values(),
        trying={use.practice for use in own if use.ended is None},
        tried={use.practice for use in own},
        at_most=AT_ONCE - sum(use.ended is None for use in own),
    )


def _reading(scales: Scales, unit_id: str, tile: Tile) -> Reading:
    alarm = scales.alarms.get((unit_id, tile.scale))
    beside = scales.comparison(unit_id, tile.scale)
    return Reading(
        tile.scale,
        tile.name,
        tile.estimate.value if tile.estimate else None,
        tile.estimate.high if tile.estimate else 100.0,
        falling=tile.direction is not None and tile.direction.key == "lower",
        lasting=alarm is not None and alarm.key == "lower" and not alarm.turned,
        behind=beside is not None and beside.key == "lower",
    )


def tried(desk: Desk, book: Book, use: Use) -> Tried:
    """Return one running practice in words."""
    practice = cards()[use.practice]
    unit = book.history.units.get(use.unit_id)
    day, look = today(desk), use.look_on(practice.look_after_weeks)
    due = look is not None and look <= day
    return Tried(
        use_id=use.use_id,
        unit_id=use.unit_id,
        unit=unit.name if unit else "a unit that is no more",
        practice=practice,
        since=weeks.day(use.since),
        look=weeks.day(look) if look else "",
        due=due,
        answer=answer(desk.engine, book, use, day) if unit else "",
        together=together(desk.engine, book, practice) if due else "",
        gone=unit is None,
        looked_at=bool(practice.outcome) and _first_look(use) <= day,
    )


def answer(engine: Engine, book: Book, use: Use, day: dt.date) -> str:
    """Say whether a practice helped, or from which day on figures can tell, or why they never will.

    They can once the card's weeks are over and there are eight weeks with figures after it began,
    which is often later than the day on which the team itself looks.
    """
    practice = cards()[use.practice]
    asked = practice.scale in book.history.instrument.scales
    if not practice.outcome or not asked:
        return NO_SCALE if practice.outcome else NOTHING_ASKED
    if not book.history.calls_changes:
        return SMALL
    apart = busy(engine, practice.scale, use.wave) - {use.unit_id}
    if _others(book, use.unit_id, apart) < COMPARED:
        return ALONE  # no week more will change it, so none is promised
    points = book.scales.weekly(use.unit_id, practice.scale)
    shown = [point.wave for point in points if point.status in {"shown", "coded"}]
    before = sum(wave < use.wave for wave in shown)
    if before < LEAST:
        return (
            f"Cannot tell: {_weeks(before)} with figures before it began, and {LEAST} are needed."
        )
    lacking = max(LEAST - (len(shown) - before), 0)
    first = max(day + dt.timedelta(weeks=lacking), _first_look(use))
    if first > day:
        return (
            f"Too early to tell: figures can from {weeks.day(first)} on, if every week until then "
            "is shown."
        )
    found = _effect(engine, book, practice, {use.unit_id: use.wave})
    return "Cannot tell yet: that takes more weeks." if found.why == "early" else found.sentence


def _first_look(use: Use) -> dt.date:
    return use.since + dt.timedelta(weeks=cards()[use.practice].look_after_weeks)


def _others(book: Book, unit_id: str, apart: Collection[str]) -> int:
    """Return how many teams there are to compare a unit with."""
    return book.once(
        f"others {unit_id} {sorted(apart)}",
        lambda: len(sides_of(book.history.tree(), {unit_id: ""}, apart)[1]),
    )


def _weeks(count: int) -> str:
    return "there is 1 week" if count == 1 else f"there are {count} weeks"


def together(engine: Engine, book: Book, practice: Practice) -> str:
    """Say whether it helped where five units or more try it; no unit is named.

    Of two, either's leader could take the own answer off and read the other's.
    """
    starts = {
        use.unit_id: use.wave
        for use in adopting.running(engine, practice=practice.id)
        if use.unit_id in book.history.units
    }
    scales = book.history.instrument.scales
    if not practice.outcome or practice.scale not in scales or len(starts) < POOLED:
        return ""
    found = _effect(engine, book, practice, starts)
    if found.why or found.teams < POOLED:
        return ""
    return f"In the {found.teams} units that try it, looked at together: {found.sentence}"


def _effect(engine: Engine, book: Book, practice: Practice, starts: dict[str, str]) -> Effect:
    apart = busy(engine, practice.scale, min(starts.values())) - starts.keys()
    name = f"effect {practice.scale} {sorted(starts.items())} {sorted(apart)}"
    return book.once(
        name, lambda: practice_effect(book.history, practice.scale, starts, apart=apart)
    )


def busy(engine: Engine, scale: str, wave: str) -> frozenset[str]:
    """Return the units that tried something for `scale` later than half a year before `wave`."""
    known = cards()
    begin = dt.date.fromisocalendar(int(wave[:4]), int(wave[6:]), 1) - dt.timedelta(weeks=WINDOW)
    return frozenset(
        use.unit_id
        for use in adopting.uses(engine)
        if use.practice in known
        and known[use.practice].scale == scale
        and (use.ended is None or use.ended >= begin)
    )


def prospects(desk: Desk, book: Book, unit_id: str) -> dict[str, str]:
    """Return by card what could be told of it if the unit began it today."""
    day = today(desk)
    year, week, _ = day.isocalendar()
    apart = {
        scale: busy(desk.engine, scale, f"{year:04}-W{week:02}") - {unit_id}
        for scale in book.history.instrument.scales
    }
    return {
        card.id: prospect(book, card, unit_id, day, apart.get(card.scale, frozenset()))
        for card in cards().values()
    }
