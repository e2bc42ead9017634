"""Rounding inversion: every spread of answers that gives the printed figures."""

from functools import cache
from itertools import combinations_with_replacement

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.attack.attacks.rounding_inversion import attack
from pulse.attack.publication import Figure, Span
from pulse.attack.reading import shares_spans
from tests.attack.handmade import banded, exact, published

UNIT = "abcdefgh"


def _split(*counts: int) -> tuple[Span, ...]:
    return tuple(Span(count, count) for count in counts)


def test_exact_shares_count_the_people_on_each_side() -> None:
    """Seven people, exact shares: 3, 2 and 2 of them; the sum 21 leaves every answer open."""
    figure = msgspec.structs.replace(exact(UNIT, 7, 21), split=_split(3, 2, 2))
    found = attack(published(figure, answered="abcdefg"))
    assert (found.groups, found.people) == (3, 7)


def test_a_mean_near_the_end_names_the_one_who_differs() -> None:
    """Six people and 7 points: exactly one answered 2, and five (not a small group) answered 1."""
    found = attack(published(exact(UNIT, 6, 7), answered="abcdef"))
    assert (found.groups, found.people) == (1, 1)


@cache
def _rows(n: int) -> tuple[tuple[int, ...], ...]:
    spreads = combinations_with_replacement(range(1, 6), n)
    return tuple(tuple(spread.count(answer) for answer in range(1, 6)) for spread in spreads)


def _brute(figure: Figure) -> tuple[int, int]:
    """Try every spread of answers; return the certain small counts and the people in them."""
    least, most = (int(end) for end in figure.n)
    seen: list[set[int]] = [set() for _ in range(7)]
    for n in range(least, most + 1):
        for row in _rows(n):
            total = sum(answer * count for answer, count in enumerate(row, start=1))
            sides = row[3] + row[4], row[2], row[0] + row[1]
            fits = figure.total is None or figure.total.low <= total <= figure.total.high
            if figure.mean is not None:
                fits = fits and figure.mean.low - 1e-9 <= total / n <= figure.mean.high + 1e-9
            for counts, printed in ((sides, figure.split), ([s / n for s in sides], figure.shares)):
                if printed is not None:
                    pairs = zip(counts, printed, strict=True)
                    fits = fits and all(p.low - 1e-9 <= c <= p.high + 1e-9 for c, p in pairs)
            if fits:
                values = *sides, row[0], row[1], row[3], row[4]
                for count, known in zip(values, seen, strict=True):
                    known.add(count)
    certain = [min(known) for known in seen if len(known) == 1]
    small = [count for count in certain if 1 <= count < 5]
    return len(small), sum(small)


@given(
    st.lists(st.integers(1, 5), min_size=5, max_size=8),
    st.sampled_from(["total", "split", "both", "loose"]),
)
@settings(max_examples=60, deadline=None)
def test_what_is_certain_is_what_trying_every_spread_says(answers: list[int], kind: str) -> None:
    """The attack finds exactly the counts that are the same in every spread that fits."""
    n, total = len(answers), sum(answers)
    sides = [sum(a > 3 for a in answers), answers.count(3), sum(a < 3 for a in answers)]
    figure = exact(UNIT, n, None if kind == "split" else total)
    if kind in ("split", "both"):
        figure = msgspec.structs.replace(figure, split=_split(*sides))
    if kind == "loose":
        figure = msgspec.structs.replace(
            figure,
            n=Span(n - 1, n),
            total=None,
            mean=Span(total / n - 0.1, total / n + 0.1),
            shares=tuple(Span(side / n - 0.05, side / n + 0.05) for side in sides),
        )
    found = attack(published(figure, answered=UNIT))
    assert (found.groups, found.people) == _brute(figure)


@given(st.lists(st.integers(0, 60), min_size=5, max_size=5), st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_released_figures_count_nobody(row: list[int], silent: int) -> None:
    """No rounded mean with its two outer shares fixes how many chose an answer or a side."""
    n = sum(row)
    if min(n, n + silent - 2) >= 5:
        figure = banded(UNIT, row, n + silent)
        assert attack(published(figure, answered=UNIT)).groups == 0


def test_three_rounded_shares_together_count_people() -> None:
    """45 to 47 people, 50 %, 45 % and 10 %: only 4 people can have been unfavourable."""
    figure = banded(UNIT, (0, 4, 20, 0, 22), 47)
    assert attack(published(figure, answered=UNIT)).groups == 0
    leaky = msgspec.structs.replace(figure, shares=shares_spans(50, 45, 10, 45))
    found = attack(published(leaky, answered=UNIT))
    assert (found.groups, found.people) == (1, 4)
