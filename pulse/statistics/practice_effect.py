"""Did it help: weekly lines of teams that took up a practice, against those that did not.

What the teams without the practice had in common in a week is taken away (team and week effects,
fitted on them alone: Callaway & Sant'Anna 2021, J. Econometrics 225, 200-230, on why on them
alone). What is left of a team with the practice is compared with how teams without it went on that
had been as low (`counterfactual.py`); teams that began at different times are put together.

The interval is the wider of two. One comes from how far teams without the practice lay from their
predictions, which allows for levels that wander; the other from the teams' own interrupted series,
counted from the week in which each began (`interrupted.py`), which allows for a small team whose
weeks jump more than those it is compared with. With fewer than five teams to compare with nothing
can be told: whatever comes back by itself would be counted as help.

Hidden weeks are missing. Coded weeks stand at the middle of their interval: left out, the weeks
that a practice lifts most would be lost. Nothing here says why a line moved: what else began in the
same week counts in too.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec
import polars as pl

from pulse.statistics import interrupted
from pulse.statistics.adjustment import weekly_index
from pulse.statistics.counterfactual import COMPARED, against
from pulse.statistics.helped import Effect, key_of
from pulse.statistics.history import History
from pulse.statistics.precision import STABLE_SHARE, Z95, to_hundred
from pulse.terms import Tree

LEAST: Final = 8  # shown weeks on each side
WINDOW: Final = 26  # weeks looked at on each side: half a year
MOST_COMPARED: Final = 100  # more make no line surer
Z_POWER: Final = 0.8416212335729143  # 80 % power
ROUNDS: Final = 200
SETTLED: Final = 1e-12


class Line(msgspec.Struct, frozen=True):
    """The weekly figures of one team.

    `values`: 0-100 points by position of the wave; hidden waves are left out, coded ones stand at
    the middle of their interval. `start`: the position of the first wave with the practice, None
    for a team to compare with.
    """

    values: Mapping[int, float]
    start: int | None = None


def practice_effect(
    history: History,
    scale: str,
    starts: Mapping[str, str],
    index: pl.DataFrame | None = None,
    *,
    apart: Collection[str] = (),
) -> Effect:
    """Return whether a practice helped a scale, from released cells alone.

    Args:
        history: what was released.
        scale: the scale of the practice's core outcome items. A single core item is asked once
            in four weeks, its scale nearly every week; pack items are never used.
        starts: unit_id to the wave in which the unit began. Units inside another one named here
            are left out: they are the same people.
        index: as `weekly_index(history)` returns it, for a caller who asks more than once.
        apart: units that tried something for this scale too; nothing is compared with them.

    Teams to compare with are the groups of the newest tree that neither are, hold nor lie inside
    a unit in `starts` or `apart`, the first hundred in tree order.
    """
    given = lines(history, scale, starts, index, apart=apart)
    return effect(given, large=history.calls_changes)


def effect(given: Sequence[Line], *, large: bool) -> Effect:
    """Return what lines say of a practice; `large`: at least 60 people are in the organisation."""
    plain = [line for line in given if line.start is None and line.values]
    users = [line for line in given if line.start is not None and _enough(line.values, line.start)]
    if not large:
        return Effect("cannot_tell", "small", teams=len(users))
    if not users:
        return Effect("cannot_tell", "early")
    common = week_levels(plain)
    told = [(_own(line, common), line.start or 0) for line in users]
    told = [(series, start) for series, start in told if _enough(series, start)]
    found = against(told, [_own(line, common) for line in plain])
    if found is None:
        return Effect("cannot_tell", "alone", teams=len(users))
    series = together(told)
    fitted = interrupted.fit(series, trend=False)
    half = max(found.half, fitted.half)
    low, high = found.estimate - half, found.estimate + half
    key = key_of(low, high)
    after = sum(week >= 0 for week in series)
    return Effect(
        key, "unclear" if key == "cannot_tell" else "", found.estimate, low, high,
        len(series) - after, after, found.teams, found.compared,
    )  # fmt: skip


def week_levels(plain: Sequence[Line]) -> dict[int, float]:
    """Return what teams without the practice have in common per week, their own levels apart.

    Least squares of team and week effects by taking means in turn. A week with fewer than five
    of the teams is left out.
    """
    count: dict[int, int] = {}
    for line in plain:
        for week in line.values:
            count[week] = count.get(week, 0) + 1
    weeks = {week: 0.0 for week, teams in count.items() if teams >= COMPARED}
    rows = [[pair for pair in line.values.items() if pair[0] in weeks] for line in plain]
    rows = [row for row in rows if row]
    for _ in range(ROUNDS):
        total = dict.fromkeys(weeks, 0.0)
        for row in rows:
            own = sum(value - weeks[week] for week, value in row) / len(row)
            for week, value in row:
                total[week] += value - own
        fresh = {week: total[week] / count[week] for week in weeks}
        moved = max((abs(fresh[week] - weeks[week]) for week in weeks), default=0.0)
        weeks = fresh
        if moved <= SETTLED:
            break
    return weeks


def together(told: Sequence[tuple[Mapping[int, float], int]]) -> dict[int, float]:
    """Average several teams week by week since each began, less each one's own level before."""
    found: dict[int, list[float]] = {}
    for series, start in told:
        before = [value for week, value in series.items() if week < start]
        level = sum(before) / len(before)
        for week, value in series.items():
            found.setdefault(week - start, []).append(value - level)
    return {week: sum(values) / len(values) for week, values in sorted(found.items())}


def noticeable(
    history: History,
    scale: str,
    unit_id: str,
    index: pl.DataFrame | None = None,
    *,
    apart: Collection[str] = (),
) -> float | None:
    """Return the change, in 0-100 points, that is noticed in four cases of five in eight weeks.

    It is read off what the answer would be had the unit begun eight shown weeks ago, and so counts
    in how far the teams to compare with lie from their predictions (a placebo in time: Abadie,
    Diamond & Hainmueller 2015, Am. J. Political Science 59, 495-510). None without sixteen shown
    weeks of the unit, or where too few others were shown in them.

    Args: as of `practice_effect`, for one unit that has not begun.
    """
    if history.latest is None:
        return None
    given = lines(history, scale, {unit_id: history.latest}, index, apart=apart)
    own, plain = given[0], given[1:]  # the units in `starts` come first
    common = week_levels(plain)
    shown = sorted(week for week in own.values if week in common)
    if len(shown) < 2 * LEAST:
        return None
    found = effect([Line(own.values, shown[-LEAST]), *plain], large=history.calls_changes)
    if found.low is None or found.high is None:
        return None
    return (Z95 + Z_POWER) / Z95 * (found.high - found.low) / 2


def _own(line: Line, common: Mapping[int, float]) -> dict[int, float]:
    """Return a line less what all share in a week; of a team with a practice half a year about."""
    return {
        week: value - common[week]
        for week, value in line.values.items()
        if week in common and (line.start is None or -WINDOW <= week - line.start < WINDOW)
    }


def _enough(values: Collection[int], start: int | None) -> bool:
    """Tell whether there are eight weeks on each side of `start`."""
    before = sum(start is not None and start - WINDOW <= week < start for week in values)
    after = sum(start is not None and start <= week < start + WINDOW for week in values)
    return min(before, after) >= LEAST


def lines(
    history: History,
    scale: str,
    starts: Mapping[str, str],
    index: pl.DataFrame | None = None,
    *,
    apart: Collection[str] = (),
) -> list[Line]:
    """Return the lines of the units in `starts` and of those to compare them with."""
    if history.latest is None:
        return []
    tree = history.tree()
    users, plain = sides_of(tree, starts, apart)
    place = {wave: at for at, wave in enumerate(history.waves)}
    if index is None:
        index = weekly_index(_narrow(history, {*users, *plain}))
    frame = index.filter(pl.col("scale") == scale)
    values: dict[str, dict[int, float]] = {unit_id: {} for unit_id in (*users, *plain)}
    for wave, unit_id, level in frame.select("wave", "unit_id", "index").iter_rows():
        if unit_id in values and wave in history.series_waves(unit_id):
            values[unit_id][place[wave]] = to_hundred(level)
    begun = {unit_id: sum(wave < starts[unit_id] for wave in history.waves) for unit_id in users}
    return [Line(values[unit_id], begun.get(unit_id)) for unit_id in values]


def _narrow(history: History, units: Collection[str]) -> History:
    """Return the history of some units and of the organisation, whose levels all lines need."""
    roots = {history.tree(wave).root.unit_id for wave in history.waves}
    releases = tuple(history.release(wave) for wave in history.waves)
    cells = history.cells.filter(pl.col("unit_id").is_in([*units, *roots]))
    return History(releases, cells, history.instrument)


def sides_of(
    tree: Tree, starts: Mapping[str, str], apart: Collection[str]
) -> tuple[list[str], list[str]]:
    """Return the outermost units in `starts`, and groups that have nothing to do with any.

    What the whole organisation tries sets nobody apart: all have it in common.
    """
    apart = [unit_id for unit_id in apart if unit_id != tree.root.unit_id]
    inside = _inside(tree, starts)
    users = [u.unit_id for u in tree.units if u.unit_id in starts and u.unit_id not in inside]
    named = {*starts, *apart}
    touched = named | _inside(tree, named)
    for unit in reversed(tree.units):  # what holds one of them
        if unit.parent_id is not None and unit.unit_id in touched:
            touched.add(unit.parent_id)
    plain = [u.unit_id for u in tree.units if u.group and u.unit_id not in touched]
    return users, plain[:MOST_COMPARED]


def _inside(tree: Tree, named: Collection[str]) -> set[str]:
    """Return the units below any of those named; parents stand before their children."""
    inside: set[str] = set()
    for unit in tree.units:
        if unit.parent_id is not None and (unit.parent_id in named or unit.parent_id in inside):
            inside.add(unit.unit_id)
    return inside


def detectable(people: int, before: int, after: int, variance: float) -> float:
    """Return the change of a team's mean that is noticed in four cases of five, points on 1-5.

    Means of `before` and `after` weeks of one item are compared at 5 %; half of a person's
    `variance` stays from week to week and cancels, as long as the same people answer.
    """
    weekly = (1 - STABLE_SHARE) * variance / people
    return (Z95 + Z_POWER) * math.sqrt(weekly * (1 / before + 1 / after))
