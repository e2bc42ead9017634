"""Bands, steps, ties to even and end coding."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.disclosure import rounding
from pulse.disclosure.rounding import Mean

rows = st.lists(st.integers(0, 40), min_size=7, max_size=7).filter(lambda row: any(row[1:6]))
points = st.sampled_from([1, 2, 4, 10])


@pytest.mark.parametrize(
    ("n", "invited", "b"),
    [
        (0, 8, 0),
        (4, 8, 0),
        (5, 8, 5),
        (8, 8, 5),
        (6, 7, 5),
        (12, 12, 10),
        (11, 11, 5),
        (47, 60, 45),
    ],
)
def test_a_band_never_says_more_than_two_fewer_than_invited(n: int, invited: int, b: int) -> None:
    """B is floor5(min(n, invited - 2))."""
    assert rounding.band(n, invited) == b


@pytest.mark.parametrize(
    ("b", "changed", "per_point"),
    [
        (5, False, 2),
        (5, True, 1),
        (10, True, 2),
        (15, False, 2),
        (20, False, 4),
        (35, True, 4),
        (40, False, 10),
    ],
)
def test_steps_follow_the_band(b: int, changed: bool, per_point: int) -> None:  # noqa: FBT001 - a parameter of the table
    """Steps are 0.5, 0.25 and 0.1, and 1.0 for a changed unit in the lowest band."""
    assert rounding.steps_per_point(b, changed=changed) == per_point


def test_ties_go_to_the_even_step() -> None:
    """Halves round to even, everything else to the nearest."""
    assert [rounding.nearest(x, 2) for x in range(8)] == [0, 0, 1, 2, 2, 2, 3, 4]
    assert rounding.nearest(7, 5) == 1
    assert rounding.nearest(8, 5) == 2


@given(rows, points)
def test_reversing_answers_and_rounding_commute(row: list[int], per_point: int) -> None:
    """A rounded, coded mean of reversed answers is the reverse of the rounded, coded mean."""
    turned = [row[0], *reversed(row[1:6]), row[6]]
    assert rounding.mean(turned, per_point) == rounding.mean(row, per_point).reversed()


def test_ties_away_from_zero_would_not_commute() -> None:
    """The twin: rounding halves up breaks reversal, so the test above can fail."""

    def half_up(total: int, n: int, per_point: int) -> int:
        return int(Fraction(total * per_point, n) + Fraction(1, 2))

    total, n, per_point = 13, 4, 2
    assert half_up(6 * n - total, n, per_point) != 6 * per_point - half_up(total, n, per_point)


def compositions(n: int) -> Iterator[tuple[int, ...]]:
    """Yield every way in which n people can give answers 1 to 5."""
    for bars in combinations(range(n + 4), 4):
        edges = (-1, *bars, n + 4)
        yield tuple(edges[i + 1] - edges[i] - 1 for i in range(5))


@pytest.mark.parametrize("invited", range(7, 13))
@pytest.mark.parametrize("per_point", [1, 2])
def test_no_record_is_consistent_only_with_unanimous_answers(per_point: int, invited: int) -> None:
    """P2: up to 12 people every printed record could also come from people who disagree."""
    behind: dict[tuple[int, Mean], list[bool]] = defaultdict(list)
    plain: dict[tuple[int, Fraction], list[bool]] = defaultdict(list)
    for n in range(5, invited + 1):
        b = rounding.band(n, invited)
        for answers in compositions(n):
            unanimous = max(answers) == n
            behind[b, rounding.mean((0, *answers, 0), per_point)].append(unanimous)
            total = sum(value * count for value, count in enumerate(answers, start=1))
            plain[b, Fraction(total, n)].append(unanimous)
    assert not any(all(unanimous) for unanimous in behind.values())
    # The twin: exact means of 1 and 5 are given by unanimous groups alone.
    assert {mean for (_, mean), unanimous in plain.items() if all(unanimous)} == {1, 5}


@given(rows, points)
def test_a_coded_mean_bounds_the_exact_one(row: list[int], per_point: int) -> None:
    """A coded "or less" means at most 1.5 steps above 1; an exact record is within half a step."""
    mean = rounding.mean(row, per_point)
    n = sum(row[1:6])
    exact = Fraction(sum(value * row[value] for value in range(1, 6)), n)
    step = Fraction(1, per_point)
    if mean.bound == "at_most":
        assert exact <= 1 + Fraction(3, 2) * step
        assert mean.value == 1 + 1 / per_point
    elif mean.bound == "at_least":
        assert exact >= 5 - Fraction(3, 2) * step
        assert mean.value == 5 - 1 / per_point
    else:
        assert abs(Fraction(mean.steps, per_point) - exact) <= step / 2


@pytest.mark.parametrize(
    ("means", "value", "bound"),
    [
        ([(Mean(7, 2, "exact"), False)], 62.5, "exact"),
        ([(Mean(7, 2, "exact"), True)], 37.5, "exact"),
        ([(Mean(9, 2, "at_least"), False), (Mean(6, 2, "exact"), False)], 68.75, "at_least"),
        ([(Mean(9, 2, "at_least"), True), (Mean(6, 2, "exact"), False)], 31.25, "at_most"),
        ([(Mean(9, 2, "at_least"), True), (Mean(3, 2, "at_most"), False)], 12.5, "at_most"),
        ([(Mean(9, 2, "at_least"), False), (Mean(3, 2, "at_most"), False)], None, None),
    ],
)
def test_a_scale_follows_from_rounded_items(
    means: list[tuple[Mean, bool]], value: float | None, bound: str | None
) -> None:
    """A scale is 25 (m - 1) of rounded means after reversal; opposite bounds leave no value."""
    index = rounding.scale_index(means)
    assert (index.value, index.bound) == (value, bound)
    assert index.step == 12.5 / len(means)


@pytest.mark.parametrize(
    ("count", "n", "b", "share"),
    [
        (0, 25, 20, 10),
        (3, 20, 20, 20),
        (2, 20, 20, 10),
        (25, 25, 20, 90),
        (0, 50, 40, 5),
        (50, 50, 45, 95),
        (24, 50, 45, 50),
    ],
)
def test_shares_are_stepped_and_coded(count: int, n: int, b: int, share: float) -> None:
    """Shares come in tens up to band 35 and fives from 40, never 0 or 100 percent."""
    assert rounding.share(count, n, b) == share


@pytest.mark.parametrize(
    ("skipped", "prefers_not", "told"),
    [(1, 1, "under 10 %"), (2, 1, "10-25 %"), (5, 2, "10-25 %"), (5, 3, "over 25 %")],
)
def test_no_answers_come_in_three_classes(skipped: int, prefers_not: int, told: str) -> None:
    """Skips and "prefer not to say" are one class among all ballots."""
    row = (skipped, 0, 0, 30 - skipped - prefers_not, 0, 0, prefers_not)
    assert rounding.no_answer(row) == told


def test_no_answer_edges_belong_to_the_middle_class() -> None:
    """Exactly 10 and exactly 25 percent read "10-25 %"."""
    assert rounding.no_answer((2, 18, 0, 0, 0, 0, 0)) == "10-25 %"
    assert rounding.no_answer((5, 15, 0, 0, 0, 0, 0)) == "10-25 %"
