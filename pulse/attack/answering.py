"""Invented people who answer alike from week to week, as real ones do.

Each person has a level of their own (half of the variance of an answer), which lasts, and a
moment, which does not: an answer is their sum, rounded to 1-5. Mean 3.8 and standard deviation
1.05 are those of weekly items on a five-point scale; whoever guesses an answer without seeing
anything says 4 and is right 36 times in 100. From one week to the next an answer stays exactly
as it was with the chance `unchanged`; otherwise the moment is drawn anew. Half of a person's
level is common to all items.
"""

from math import erf, exp, sqrt
from random import Random
from typing import Final

from pulse.terms import TOP

MEAN: Final = 3.8
SPREAD: Final = 1.05
_LEVEL: Final = SPREAD / sqrt(2)
_MOMENT: Final = SPREAD / sqrt(2)
_POINTS: Final = 200
_REACH: Final = 4.0

ANSWERS: Final = range(1, TOP + 1)
# A figure of a simulated team packs three sums into bytes: answers, favourable, unfavourable.
FIELDS: Final = 3


def chances() -> list[float]:
    """Return how likely each answer 1-5 is."""
    return [sum(row) for row in pairs(1.0)]


def pairs(unchanged: float) -> list[list[float]]:
    """Return how likely each pair of one person's answers in two weeks is, as [first][second]."""
    table = [[0.0] * TOP for _ in ANSWERS]
    points = [_REACH * (2 * point + 1 - _POINTS) / _POINTS for point in range(_POINTS)]
    weights = [exp(-point * point / 2) for point in points]
    for point, weight in zip(points, weights, strict=True):
        given = _at(MEAN + _LEVEL * point)
        for first, chance in enumerate(given):
            for second, other in enumerate(given):
                again = unchanged * (first == second) + (1 - unchanged) * other
                table[first][second] += chance * again * weight / sum(weights)
    return table


def _at(level: float) -> list[float]:
    """Return how likely a person of this level gives each answer."""
    below = [_normal((answer + 0.5 - level) / _MOMENT) for answer in ANSWERS[:-1]]
    return [high - low for low, high in zip([0.0, *below], [*below, 1.0], strict=True)]


def _normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2


def panel(seed: int, people: int, unchanged: float, weeks: int, items: int) -> list[int]:
    """Invent people; return all answers of each as one integer.

    Byte `FIELDS * (week * items + item)` of a person is the answer, the next byte 1 if it is 4 or
    5, the one after that 1 if it is 1 or 2. So the integers of up to 51 people can be added, and
    each byte of the sum is a figure of their team.
    """
    dice = Random(seed)  # noqa: S311 - a simulation, to be the same each time
    return [_person(dice, unchanged, weeks, items) for _ in range(people)]


def _person(dice: Random, unchanged: float, weeks: int, items: int) -> int:
    common = dice.gauss(MEAN, _LEVEL / sqrt(2))
    levels = [common + dice.gauss(0, _LEVEL / sqrt(2)) for _ in range(items)]
    answers: list[int] = []
    packed = bytearray()
    for week in range(weeks):
        for level in levels:
            if week and dice.random() < unchanged:
                answer = answers[-items]
            else:
                answer = min(TOP, max(1, round(dice.gauss(level, _MOMENT))))
            answers.append(answer)
            packed += bytes((answer, answer >= 4, answer <= 2))  # noqa: PLR2004 - the two sides
    return int.from_bytes(packed, "little")
