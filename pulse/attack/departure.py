"""One person leaves, or joins, and the figures of two weeks are laid side by side.

Exact: all sums that the others can have given in both weeks are listed with their chances, so
the share of right guesses is that of the best guess there is, with no chance in it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from pulse.attack import answering
from pulse.disclosure import rounding
from pulse.terms import TOP

# Three quarters of the invited take part: n = 6 of 8, 8 of 11, 12 of 16, 20 of 27, 30 of 40.
_INVITED_PER_ANSWER: Final = (4, 3)


class Printed(NamedTuple):
    """What is printed of a team for each sum of its answers.

    `n` people answered; `looks` maps a sum to what a reader sees; `b` is 0 where nothing is
    rounded, and then also n is printed.
    """

    n: int
    b: int
    looks: Mapping[int, tuple[float, str]]

    @property
    def shares(self) -> bool:
        """Whether the favourable and unfavourable shares stand beside the mean."""
        return self.b == 0 or self.b >= 20  # noqa: PLR2004 - the policy's table


class Guess(NamedTuple):
    """Share of right guesses, and of cases in which the figures leave one answer."""

    right: float
    certain: float


def exactly(n: int) -> Printed:
    """Print a mean as it is."""
    return Printed(n, 0, {sum_: (sum_ / n, "exact") for sum_ in range(n, TOP * n + 1)})


def invited(n: int) -> int:
    """Return how many are invited where `n` answer."""
    times, by = _INVITED_PER_ANSWER
    return -(-n * times // by)


def released(n: int, people: int, *, changed: bool) -> Printed:
    """Print a mean as a release does.

    Args:
        n: how many answered.
        people: how many are invited.
        changed: whether the release knows that fewer than k people left or joined.
    """
    b = rounding.band(n, people)
    per_point = rounding.steps_per_point(b, changed=changed)
    looks = {}
    for sum_ in range(n, TOP * n + 1):
        mean = rounding.coded(rounding.nearest(sum_ * per_point, n), per_point)
        looks[sum_] = (_middle(mean), mean.bound)
    return Printed(n, b, looks)


def _middle(mean: rounding.Mean) -> float:
    """Return the middle of what a printed mean allows."""
    half = 1 / mean.per_point / 2
    if mean.bound == "exact":
        return mean.value
    return (1 + mean.value + half) / 2 if mean.bound == "at_most" else (TOP + mean.value - half) / 2


def leaver(n: int, *, changed: bool = True) -> tuple[Printed, Printed]:
    """Print the last week of a person who leaves a team of `n`, and the week after."""
    people = invited(n)
    before = released(n, people, changed=False)
    return before, released(n - 1, people - 1, changed=changed)


def joiner(n: int, *, changed: bool = True) -> tuple[Printed, Printed]:
    """Print the first week of a person who makes a team `n`, and the week before."""
    people = invited(n)
    return released(n, people, changed=changed), released(n - 1, people - 1, changed=False)


def naive(n: int) -> tuple[Printed, Printed]:
    """Print the week with the person, and the one without, exactly."""
    return exactly(n), exactly(n - 1)


def two_weeks(with_: Printed, without: Printed, unchanged: float) -> Guess:
    """Return how well one item of two weeks tells the answer of whoever is in only one of them.

    The attacker knows both n, that all others took part both times, and how people answer.

    Args:
        with_: the team with the person.
        without: the team of the others.
        unchanged: chance that another person gave the same answer again.
    """
    own = answering.chances()
    table: dict[tuple[object, object], list[float]] = {}
    for (first, second), chance in others(without.n, unchanged).items():
        rest = without.looks[second]
        for answer, likely in zip(answering.ANSWERS, own, strict=True):
            row = table.setdefault((with_.looks[first + answer], rest), [0.0] * TOP)
            row[answer - 1] += chance * likely
    right = sum(max(row) for row in table.values())
    certain = sum(sum(row) for row in table.values() if _one(row))
    return Guess(min(1.0, right), min(1.0, certain))


def _one(row: Sequence[float]) -> bool:
    return sum(value > 0 for value in row) == 1


@cache
def others(people: int, unchanged: float) -> dict[tuple[int, int], float]:
    """Return how likely each pair of sums is that `people` give in two weeks."""
    if not people:
        return {(0, 0): 1.0}
    steps = [
        (first, second, chance)
        for first, row in enumerate(answering.pairs(unchanged), start=1)
        for second, chance in enumerate(row, start=1)
        if chance
    ]
    found: dict[tuple[int, int], float] = {}
    for (one, other), before in others(people - 1, unchanged).items():
        for first, second, chance in steps:
            key = one + first, other + second
            found[key] = found.get(key, 0.0) + before * chance
    return found
