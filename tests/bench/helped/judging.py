"""How often the 95 % interval misses the truth, and which answers are given."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt
from typing import Final

from msgspec import Struct

from pulse.statistics import interrupted, practice_effect
from pulse.statistics.helped import Effect, key_of
from pulse.statistics.practice_effect import Line, effect, week_levels
from pulse.statistics.precision import to_hundred
from tests.bench.helped.worlds import Scenario, worlds

BAR: Final = 0.07
Answer = Callable[[Sequence[Line]], Effect]


class Judged(Struct, frozen=True):
    """What was answered in many organisations of one scenario.

    `missed`: share of all organisations whose interval leaves out the truth; where no interval is
    given nothing is missed. `width`: median, 0-100 points. `keys`: share of each answer.
    """

    scenario: Scenario
    count: int
    missed: float
    width: float
    keys: dict[str, float]

    @property
    def error(self) -> float:
        """Standard error of `missed`."""
        return sqrt(self.missed * (1 - self.missed) / self.count)


def ours(lines: Sequence[Line]) -> Effect:
    """Answer as the pages do."""
    return effect(lines, large=True)


def own_weeks_alone(lines: Sequence[Line]) -> Effect:
    """The broken twin: change against others' weeks, as sure as the team's own weeks make it.

    Levels that wander and levels that come back by themselves are both taken for the practice.
    """
    common = week_levels([line for line in lines if line.start is None])
    told = []
    for line in lines:
        series = {w: v - common[w] for w, v in line.values.items() if w in common}
        start = line.start
        if start is not None:
            near = {w: v for w, v in series.items() if start - 26 <= w < start + 26}
            after = sum(w >= start for w in near)
            if min(after, len(near) - after) >= 8:
                told.append((near, start))
    if not told:
        return Effect("cannot_tell", "early")
    low, high = (found := interrupted.fit(practice_effect.together(told), trend=False)).interval()
    return Effect(key_of(low, high), "", found.average, low, high)


def judged(scenario: Scenario, count: int, answer: Answer, seed: int = 1) -> Judged:
    """Ask of `count` organisations whether the practice helped."""
    truth = to_hundred(1 + scenario.effect)
    keys: Counter[str] = Counter()
    missed, widths = 0, []
    for lines in worlds(scenario, count, seed):
        found = answer(lines)
        keys[found.key] += 1
        if found.low is not None and found.high is not None:
            missed += not found.low <= truth <= found.high
            widths.append(found.high - found.low)
    return Judged(
        scenario, count, missed / count,
        sorted(widths)[len(widths) // 2] if widths else 0.0,
        {key: many / count for key, many in keys.items()},
    )  # fmt: skip


def together(rows: Sequence[Judged]) -> Judged:
    """Put rows of the same count together, as if they were one scenario."""
    many = len(rows)
    keys = {key for row in rows for key in row.keys}
    return Judged(
        rows[0].scenario, sum(row.count for row in rows), sum(row.missed for row in rows) / many,
        sum(row.width for row in rows) / many,
        {key: sum(row.keys.get(key, 0.0) for row in rows) / many for key in keys},
    )  # fmt: skip
