"""Shares beside a mean and a band never tell how many chose a side of fewer than k people."""

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.disclosure import rounding
from pulse.terms import TOP

K = 5
Sides = tuple[int, int, int]


def sides(row: Sequence[int]) -> Sides:
    """Return how many agreed, chose the middle and disagreed."""
    return row[4] + row[5], row[3], row[1] + row[2]


def possible(row: Sequence[int], invited: int, *, three: bool) -> Iterator[Sides]:
    """Try every split that prints the same band, mean and shares; `three` adds the middle one."""
    n = sum(row[1 : TOP + 1])
    b = rounding.band(n, invited)
    mean = rounding.mean(row, rounding.steps_per_point(b, changed=False))
    printed = [rounding.share(count, n, b) for count in sides(row)]
    told = (0, 1, 2) if three else (0, 2)
    for count in (c for c in range(b, invited + 1) if rounding.band(c, invited) == b):
        for agree in range(count + 1):
            for disagree in range(count - agree + 1):
                split = agree, count - agree - disagree, disagree
                shares = [rounding.share(side, count, b) for side in split]
                if all(shares[at] == printed[at] for at in told) and fits(split, count, mean):
                    yield split


def fits(split: Sides, count: int, mean: rounding.Mean) -> bool:
    """Tell whether some answers of this split have the printed mean."""
    agree, middle, disagree = split
    least = 4 * agree + 3 * middle + disagree
    sums = range(least, least + agree + disagree + 1)
    codes = (
        rounding.coded(rounding.nearest(s * mean.per_point, count), mean.per_point) for s in sums
    )
    return mean in codes


def pinned(row: Sequence[int], invited: int, *, three: bool) -> list[int]:
    """List the counts of 1 to k - 1 people that are certain from what is printed."""
    every = list(possible(row, invited, three=three))
    assert sides(row) in every
    return [
        counts[0]
        for counts in zip(*every, strict=True)
        if {*counts} == {counts[0]} and 0 < counts[0] < K
    ]


@st.composite
def rows(draw: st.DrawFn) -> tuple[tuple[int, ...], int]:
    """Draw the counts of one item with 20 to 60 answers, and how many were invited."""
    n = draw(st.integers(20, 60))
    cuts = sorted(draw(st.lists(st.integers(0, n), min_size=4, max_size=4)))
    counts = [high - low for low, high in zip([0, *cuts], [*cuts, n], strict=True)]
    return (0, *counts, 0), n + draw(st.integers(2, 12))


@settings(max_examples=60, deadline=None)
@given(rows())
def test_no_side_of_few_is_certain(drawn: tuple[tuple[int, ...], int]) -> None:
    """Whatever was answered, several counts of each small side fit what is printed."""
    row, invited = drawn
    assert pinned(row, invited, three=False) == []


def test_three_rounded_shares_would_tell_that_four_disagreed() -> None:
    """The twin: with the middle share rounded by itself, 50, 45 and 10 % fit one count only."""
    row = (0, 0, 4, 20, 0, 22, 0)
    assert pinned(row, 47, three=True) == [4]
    assert pinned(row, 47, three=False) == []


def test_the_neutral_share_is_what_the_printed_ones_leave() -> None:
    """The middle share is made of the two printed ones, and is one step at least."""
    assert rounding.neutral(50, 30, 20) == 20
    assert rounding.neutral(90, 10, 20) == 10
    assert rounding.neutral(60, 50, 20) == 10
    assert rounding.neutral(55, 30, 40) == 15
