"""Weekly lines of simulated groups, banded, rounded and coded, and how often bands hold levels."""

import random
from collections.abc import Iterator
from typing import Final, NamedTuple

from pulse.disclosure import rounding
from pulse.statistics.level import Observation, smooth
from pulse.statistics.noise import START
from pulse.statistics.precision import (
    DEFAULT_VARIANCE,
    Z80,
    harmonic_size,
    rounding_variance,
)

SPEEDS: Final = (0.0, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04)  # weekly variance of the level
SIZES: Final = (10, 16, 40)
RESPONSE: Final = 0.75
REALISTIC: Final = (2.2, 3.9)  # where levels of groups stay
K: Final = 5


class Line(NamedTuple):
    """A group's true levels and what is released of its weeks."""

    levels: list[float]
    weeks: list[Observation]


def line(people: int, weeks: int, speed: float, chance: random.Random) -> Line:
    """Draw one group of `people`: its level wanders, half of the variance of answers is weekly."""
    found = Line([], [])
    level = chance.uniform(2.6, 3.6)
    for _ in range(weeks):
        n = sum(chance.random() < RESPONSE for _ in range(people))
        found.levels.append(level)
        found.weeks.append(_released(level, n, people, chance))
        wandered = level + chance.gauss(0, speed**0.5)
        level = wandered if REALISTIC[0] < wandered < REALISTIC[1] else level
    return found


def _released(level: float, n: int, people: int, chance: random.Random) -> Observation:
    if n < K:
        return Observation(None, 0.0)
    b = rounding.band(n, people)
    per_point = rounding.steps_per_point(b, changed=False)
    exact = level + chance.gauss(0, (START * DEFAULT_VARIANCE / n) ** 0.5)
    mean = rounding.coded(round(exact * per_point), per_point)
    if mean.bound != "exact":
        return Observation(None, 0.0)
    sampling = START * DEFAULT_VARIANCE / harmonic_size(b, people)
    return Observation(mean.value, sampling + rounding_variance(1 / per_point, coded=False))


def held(weeks: int, lines: int, *, blind: bool = False) -> float:
    """Return how often the 80 % band holds the level, over all speeds and sizes.

    Args:
        weeks: how long the lines are.
        lines: how many of each speed and size.
        blind: the broken twin: rounding is not counted as noise, nor is the band.
    """
    hits = list(_hits(weeks, lines, blind=blind))
    return sum(hits) / len(hits)


def _hits(weeks: int, lines: int, *, blind: bool) -> Iterator[bool]:
    chance = random.Random(weeks)
    for people in SIZES:
        for speed in SPEEDS:
            for _ in range(lines):
                drawn = line(people, weeks, speed, chance)
                seen = drawn.weeks
                if blind:
                    seen = [
                        Observation(w.value, START * DEFAULT_VARIANCE / people) for w in drawn.weeks
                    ]
                for level, told in zip(drawn.levels, smooth(seen), strict=True):
                    if told is not None:
                        yield abs(level - told.mean) <= Z80 * told.variance**0.5
