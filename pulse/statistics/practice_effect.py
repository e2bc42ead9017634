"""Did it help: weekly lines of teams that took up a practice, against those that did not.

Each team is counted from the week in which it began, so that teams that began at different times
can be put together. What the teams without the practice had in common in a week is taken away
(team and week effects, fitted on them alone: Callaway & Sant'Anna 2021, J. Econometrics 225,
200-230, on why on them alone), then each team's own level before. The mean of what is left is one
interrupted series (`interrupted.py`). With fewer than five teams to compare with, the series keeps
a trend of its own instead, which makes it far less sure.

Hidden and coded weeks are missing. Nothing here says why a line moved: what else began in the
same week counts in too.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import msgspec
import polars as pl

from pulse.statistics import interrupted
from pulse.statistics.adjustment import weekly_index
from pulse.statistics.history import History
from pulse.statistics.precision import STABLE_SHARE, Z95, to_hundred
from pulse.terms import Tree

LEAST: Final = 8  # shown weeks on each side
WINDOW: Final = 26  # weeks looked at on each side: half a year
USEFUL: Final = 5.0  # 0-100 points; 0.2 on 1-5, a small effect (Cohen 1988: 0.2 sigma)
COMPARED: Final = 5  # teams without the practice that a week's common part needs
MOST_COMPARED: Final = 100  # more make no line surer
Z_POWER: Final = 0.8416212335729143  # 80 % power
ROUNDS: Final = 200
SETTLED: Final = 1e-12

Key = Literal["helped", "did_not", "cannot_tell"]
Why = Literal["", "small", "early", "unclear"]

WORDS: Final[Mapping[Key, str]] = {
    "helped": "likely helped",
    "did_not": "made no useful difference",
    "cannot_tell": "cannot tell",
}
SMALL: Final = (
    "Cannot tell: in an organisation of fewer than 60 people a change of one team says too little."
)
EARLY: Final = (
    "Cannot tell yet: that takes eight weeks with figures before it began, and eight after."
)


class Line(msgspec.Struct, frozen=True):
    """The weekly figures of one team.

    `values`: 0-100 points by position of the wave; hidden and coded waves are left out. `start`:
    the position of the first wave with the practice, None for a team to compare with.
    """

    values: Mapping[int, float]
    start: int | None = None


class Effect(msgspec.Struct, frozen=True):
    """What is known of a practice, in 0-100 points.

    `estimate`: how much higher the figure was after than it would have been, on average over the
    weeks after, with its 95 % interval `low` to `high`; None where `why` is small or early.
    `before`, `after`: weeks used on each side. `teams`: teams with the practice that were used,
    `compared`: teams without. `why` says what keeps us from telling.
    """

    key: Key
    why: Why = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    before: int = 0
    after: int = 0
    teams: int = 0
    compared: int = 0

    @property
    def words(self) -> str:
        """The answer in two to four words."""
        return WORDS[self.key]

    @property
    def sentence(self) -> str:
        """The answer in one plain sentence, with its interval where there is one."""
        if self.estimate is None or self.low is None or self.high is None:
            return SMALL if self.why == "small" else EARLY
        between = _between(self.low, self.high)
        if self.key == "helped":
            return f"It likely helped: {_points(round(self.estimate))} on average, {between}."
        if self.key == "cannot_tell":
            return f"Cannot tell: what fits the figures lies {between}."
        if self.high < 0:
            return f"It did not help: the figure is lower since it began, {between}."
        return f"It made no useful difference: what fits the figures lies {between}."


def practice_effect(history: History, scale: str, starts: Mapping[str, str]) -> Effect:
    """Return whether a practice helped a scale, from released cells alone.

    Args:
        history: what was released.
        scale: the scale of the practice's core outcome items. A single core item is asked once
            in four weeks, its scale nearly every week; pack items are never used.
        starts: unit_id to the wave in which the unit began. Units inside another one named here
            are left out: they are the same people.

    Teams to compare with are the groups of the newest tree that neither are, hold nor lie inside
    a unit in `starts`, the first hundred in tree order.
    """
    return effect(lines(history, scale, starts), large=history.calls_changes)


def effect(given: Sequence[Line], *, large: bool) -> Effect:
    """Return what lines say of a practice; `large`: at least 60 people are in the organisation."""
    plain = [line for line in given if line.start is None and line.values]
    users = [line for line in given if line.start is not None]
    compared = len(plain) if len(plain) >= COMPARED else 0
    common = week_levels(plain) if compared else None
    gaps = [each for line in users if (each := _gap(line, common))]
    if not large:
        return Effect("cannot_tell", "small", teams=len(gaps), compared=compared)
    if not gaps:
        return Effect("cannot_tell", "early", compared=compared)
    series = _together(gaps)
    fitted = interrupted.fit(series, trend=not compared)
    low, high = fitted.interval()
    key = _key(low, high)
    after = sum(week >= 0 for week in series)
    return Effect(
        key, "unclear" if key == "cannot_tell" else "", fitted.average, low, high,
        len(series) - after, after, len(gaps), compared,
    )  # fmt: skip


def _key(low: float, high: float) -> Key:
    """Tell from an interval; one that holds both a useful gain and none tells nothing."""
    if high < USEFUL:
        return "did_not"
    return "helped" if low > 0 else "cannot_tell"


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


def _gap(line: Line, common: Mapping[int, float] | None) -> dict[int, float]:
    """Return a team's figures by weeks since it began, less the common part and its own level.

    Empty where a side has fewer than eight weeks.
    """
    start = line.start or 0
    series = {
        week - start: value - (common[week] if common is not None else 0.0)
        for week, value in line.values.items()
        if -WINDOW <= week - start < WINDOW and (common is None or week in common)
    }
    before = [value for week, value in series.items() if week < 0]
    if min(len(before), len(series) - len(before)) < LEAST:
        return {}
    level = sum(before) / len(before)
    return {week: value - level for week, value in series.items()}


def _together(gaps: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """Average several teams week by week since they began."""
    weeks = sorted({week for gap in gaps for week in gap})
    found = {week: [gap[week] for gap in gaps if week in gap] for week in weeks}
    return {week: sum(values) / len(values) for week, values in found.items()}


def lines(history: History, scale: str, starts: Mapping[str, str]) -> list[Line]:
    """Return the lines of the units in `starts` and of those to compare them with."""
    if history.latest is None:
        return []
    tree = history.tree()
    users, plain = _sides(tree, starts)
    place = {wave: at for at, wave in enumerate(history.waves)}
    needed = _narrow(history, {*users, *plain})
    frame = weekly_index(needed).filter((pl.col("scale") == scale) & ~pl.col("coded"))
    values: dict[str, dict[int, float]] = {unit_id: {} for unit_id in (*users, *plain)}
    for wave, unit_id, index in frame.select("wave", "unit_id", "index").iter_rows():
        if unit_id in values and wave >= history.units[unit_id].series:
            values[unit_id][place[wave]] = to_hundred(index)
    begun = {unit_id: sum(wave < starts[unit_id] for wave in history.waves) for unit_id in users}
    return [Line(values[unit_id], begun.get(unit_id)) for unit_id in values]


def _narrow(history: History, units: Collection[str]) -> History:
    """Return the history of some units and of the organisation, whose levels all lines need."""
    roots = {history.tree(wave).root.unit_id for wave in history.waves}
    releases = tuple(history.release(wave) for wave in history.waves)
    cells = history.cells.filter(pl.col("unit_id").is_in([*units, *roots]))
    return History(releases, cells, history.instrument)


def _sides(tree: Tree, starts: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the outermost units in `starts`, and groups that have nothing to do with any."""
    inside: set[str] = set()
    around: set[str] = set()
    for unit in tree.units:  # parents stand before their children
        if unit.parent_id is not None and (unit.parent_id in starts or unit.parent_id in inside):
            inside.add(unit.unit_id)
    for unit in reversed(tree.units):
        if unit.parent_id is not None and (unit.unit_id in starts or unit.unit_id in around):
            around.add(unit.parent_id)
    users = [u.unit_id for u in tree.units if u.unit_id in starts and u.unit_id not in inside]
    touched = inside | around | set(users)
    plain = [u.unit_id for u in tree.units if u.group and u.unit_id not in touched]
    return users, plain[:MOST_COMPARED]


def _between(low: float, high: float) -> str:
    """Say an interval: "between 2 and 9 points higher", "between 3 points lower and 1 higher"."""
    least, most = round(low), round(high)
    if least * most > 0:
        small, large = sorted((abs(least), abs(most)))
        return f"between {small} and {large} points {'higher' if most > 0 else 'lower'}"
    if least == most == 0:
        return "within half a point of no change"
    if not least:
        return f"between no change and {_points(most)}"
    return f"between {_points(least)} and {f'{most} higher' if most else 'no change'}"


def _points(whole: int) -> str:
    """Say a change in whole points: "3 points lower", "1 point higher", "no change"."""
    if not whole:
        return "no change"
    many = "s" * (abs(whole) > 1)
    return f"{abs(whole)} point{many} {'higher' if whole > 0 else 'lower'}"


def detectable(people: int, before: int, after: int, variance: float) -> float:
    """Return the change of a team's mean that is noticed in four cases of five, points on 1-5.

    Means of `before` and `after` weeks of one item are compared at 5 %; half of a person's
    `variance` stays from week to week and cancels, as long as the same people answer.
    """
    weekly = (1 - STABLE_SHARE) * variance / people
    return (Z95 + Z_POWER) * math.sqrt(weekly * (1 / before + 1 / after))
