"""Shares beside a mean and a band hardly ever tell how many chose a side of fewer than k people."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from pulse.disclosure import rounding

K = 5
Sides = tuple[int, int, int]  # how many agreed, chose the middle and disagreed
Printed = tuple[rounding.Mean, tuple[float, ...]]


def splits(n: int) -> Iterator[Sides]:
    """Try every split of n answers."""
    for agree in range(n + 1):
        for disagree in range(n - agree + 1):
            yield agree, n - agree - disagree, disagree


def printed(split: Sides, total: int, b: int, *, three: bool) -> Printed:
    """Return what is shown of answers that add to `total`; `three` adds the middle share."""
    agree, middle, disagree = split
    n, per_point = sum(split), rounding.steps_per_point(b, changed=False)
    told = (agree, disagree, middle) if three else (agree, disagree)
    mean = rounding.coded(rounding.nearest(total * per_point, n), per_point)
    return mean, tuple(rounding.share(side, n, b) for side in told)


def pinned(b: int, invited: int, *, three: bool) -> float:
    """Return the share of rows in band b of which a count of 1 to k - 1 people is certain.

    A row is a number of answers, a split and a sum; all are taken as equally likely.
    """
    rows: defaultdict[Printed, Counter[Sides]] = defaultdict(Counter)
    for n in (n for n in range(b, invited + 1) if rounding.band(n, invited) == b):
        for agree, middle, disagree in splits(n):
            least = 4 * agree + 3 * middle + disagree
            for total in range(least, least + agree + disagree + 1):
                split = agree, middle, disagree
                rows[printed(split, total, b, three=three)][split] += 1
    certain = sum(found.total() for found in rows.values() if tells(found))
    return certain / sum(found.total() for found in rows.values())


def tells(found: Counter[Sides]) -> bool:
    """Tell whether all splits that print the same agree on a side of 1 to k - 1 people."""
    return any(
        {*counts} == {counts[0]} and 0 < counts[0] < K for counts in zip(*found, strict=True)
    )


@pytest.mark.parametrize("b", [20, 25, 30, pytest.param(50, marks=pytest.mark.slow)])
def test_a_side_of_few_is_certain_in_one_row_of_eight_hundred_at_most(b: int) -> None:
    """Of all rows, .0012 at b = 20 and fewer above tell the count of a small side for certain."""
    assert 0 < pinned(b, b + 3, three=False) <= 0.00125


def test_three_rounded_shares_would_tell_twenty_times_as_often() -> None:
    """The twin: with the middle share rounded by itself too, one row of 30 or so tells it."""
    assert pinned(20, 23, three=True) > 20 * pinned(20, 23, three=False)


def test_the_neutral_share_is_what_the_printed_ones_leave() -> None:
    """The middle share is made of the two printed ones, and is one step at least."""
    assert rounding.neutral(50, 30, 20) == 20
    assert rounding.neutral(90, 10, 20) == 10
    assert rounding.neutral(60, 50, 20) == 10
    assert rounding.neutral(55, 30, 40) == 15
