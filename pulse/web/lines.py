"""Lines over twelve weeks and intervals for staff, from the released cells of each wave alone.

Plain arithmetic: the process that serves staff loads no data frames. What rotates is taken out
first, as `pulse/statistics/adjustment.py` does and says why: the organisation's line is the mean
of its items, each less its own level over these weeks. A department was asked the same items in
the same week, so its line is the organisation's and the difference of that week.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from pulse.statistics.precision import (
    DEFAULT_VARIANCE,
    ITEM_CORRELATION,
    STABLE_SHARE,
    Z95,
    harmonic_size,
)
from pulse.web.told import Department, Figure, Results

WEEKS: Final = 12
FIRST_LINE: Final = 4  # weeks; before, the level of an item cannot be told from a change
HALF: Final = 4  # weeks that are compared with the four before
SAME: Final = 5.0  # 0-100 points
Z_FOUR: Final = 2.4977054744123723  # two-sided 5 % over four scales (Bonferroni)
PER_POINT: Final = 25.0  # 0-100 points to one point of 1-5
TOO_EARLY: Final = "too early to tell"
EXACT: Final = "exact"


class Interval(msgspec.Struct, frozen=True):
    """A figure of 0-100 with its 95 % interval."""

    low: float
    high: float

    @property
    def words(self) -> str:
        """The interval as it reads: "55-63"."""
        return f"{self.low:.0f}\N{EN DASH}{self.high:.0f}"


Line = tuple[float | None, ...]  # one value a week, oldest first; None is a gap


def interval(unit: Department, figure: Figure) -> Interval | None:
    """Return the interval of one week's scale; None for a bound and for releases without numbers.

    v = sigma^2 / n_h, shared over the items that the same people answered, and the rounding.
    """
    if figure.mean_bound != EXACT or not (unit.at_least and figure.items):
        return None
    half = Z95 * _variance(unit, figure) ** 0.5
    return Interval(max(0.0, figure.mean - half), min(100.0, figure.mean + half))


def _variance(unit: Department, figure: Figure) -> float:
    return _sampling(unit, figure) + figure.step**2 * len(figure.items) / 12


def _sampling(unit: Department, figure: Figure) -> float:
    items = len(figure.items)
    shared = (1 + (items - 1) * ITEM_CORRELATION) / items
    own = DEFAULT_VARIANCE / harmonic_size(unit.at_least, unit.invited)
    return PER_POINT**2 * own * shared


def organisation_line(weeks: Sequence[Results], scale: str) -> Line:
    """Return the organisation's line of a scale over `weeks`, oldest first.

    Weeks without it, with a figure at the end of the answers, and those before its present
    series are gaps; there is none before the fourth.
    """
    asked = [_items(week, scale) for week in weeks]
    began = weeks[-1].series if weeks else ""
    kept = [week.wave >= began for week in weeks]
    if sum(bool(items) and keep for items, keep in zip(asked, kept, strict=True)) < FIRST_LINE:
        return (None,) * len(weeks)
    seen: dict[str, list[float]] = {}
    for items, keep in zip(asked, kept, strict=True):
        for item, mean in items.items() if keep else ():
            seen.setdefault(item, []).append(mean)
    level = {item: sum(means) / len(means) for item, means in seen.items()}
    base = sum(level.values()) / len(level)
    return tuple(
        base + sum(mean - level[item] for item, mean in items.items()) / len(items)
        if items and keep
        else None
        for items, keep in zip(asked, kept, strict=True)
    )


def _items(week: Results, scale: str) -> Mapping[str, float]:
    """Return the scale's items of a week, 0-100 and higher is better; none where one is coded."""
    names = next((figure.items for figure in week.scales if figure.scale == scale), ())
    found = {figure.item: figure for figure in week.items if figure.item in names}
    if any(figure.mean_bound != EXACT for figure in found.values()):
        return {}
    return {
        item: PER_POINT * ((5 - figure.mean) if figure.reverse else (figure.mean - 1))
        for item, figure in found.items()
    }


def department_line(weeks: Sequence[Results], whole: Line, unit: Department, scale: str) -> Line:
    """Return a department's line: the organisation's and each week's difference from it."""
    return tuple(
        None
        if level is None or week.wave < unit.series
        else _apart(week, level, unit.unit_id, scale)
        for week, level in zip(weeks, whole, strict=True)
    )


def _apart(week: Results, level: float, unit_id: str, scale: str) -> float | None:
    above = _exact(week.scales, scale)
    own = next((_exact(u.scales, scale) for u in week.units if u.unit_id == unit_id), None)
    return None if own is None or above is None else min(100.0, max(0.0, level + own - above))


def _exact(figures: Sequence[Figure], scale: str) -> float | None:
    return next((f.mean for f in figures if f.scale == scale and f.mean_bound == EXACT), None)


def direction(weeks: Sequence[Results], line: Line, scale: str) -> str:
    """Say how the last four weeks of the organisation compare with the four before.

    Called a change only outside an interval that holds over the four scales together.
    """
    if len(line) < 2 * HALF or sum(value is not None for value in line) < 2 * HALF:
        return TOO_EARLY
    halves = []
    for part in (slice(-2 * HALF, -HALF), slice(-HALF, None)):
        values = [value for value in line[part] if value is not None]
        if len(values) < HALF // 2:
            return "cannot tell yet"
        halves.append((sum(values) / len(values), _spread(weeks[part], scale, len(values))))
    (before, one), (after, two) = halves
    change, half = after - before, Z_FOUR * (one + two) ** 0.5
    if change - half > 0:
        return "higher than in the four weeks before"
    if change + half < 0:
        return "lower than in the four weeks before"
    if half <= SAME and abs(change) + half <= SAME:
        return "about the same as in the four weeks before"
    return "cannot tell yet"


def _spread(weeks: Sequence[Results], scale: str, shown: int) -> float:
    """Return the variance of a mean of weeks when it is compared with another of the same people.

    What stays with a person cancels, but for those who may have been silent once.
    """
    rows = [(w.whole, f) for w in weeks for f in w.scales if f.scale == scale and f.items]
    rows = [(unit, figure) for unit, figure in rows if unit.at_least]
    sampling = sum(_sampling(*row) for row in rows) / max(1, len(rows))
    rounding = sum(f.step**2 * len(f.items) / 12 for _, f in rows) / max(1, len(rows))
    unseen = max((1 - unit.at_least / max(1, unit.invited) for unit, _ in rows), default=1.0)
    weekly = (1 - STABLE_SHARE) / shown
    return sampling * (STABLE_SHARE * unseen + weekly) + rounding / shown


def polylines(line: Line) -> tuple[str, ...]:
    """Return the points of a line on a field of 100 x 100, one text for each run without a gap.

    A single week between gaps is a short dash.
    """
    last = max(1, len(line) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(line):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((100 * at / last, 100 - value))
    return tuple(_points(run) for run in runs if run)


def _points(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:
        (x, y), *_ = run
        run = [(max(0.0, x - 1), y), (min(100.0, x + 1), y)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
