"""Scale against items: what is left of a scale, and what it narrows."""

from itertools import product

import msgspec

from pulse.attack.attacks.scale_against_items import attack
from pulse.attack.publication import Figure, Span
from pulse.attack.reading import mean_span
from pulse.disclosure import rounding
from tests.attack.handmade import WAVE, banded, exact, published

UNIT = "abcdefgh"
CARE = {"scale:care": ("item:C1", "item:C2", "item:C3")}
PAIR = {"scale:care": ("item:C1", "item:C2")}


def test_a_scale_gives_away_the_item_that_too_few_answered() -> None:
    """15 answers of care, of which 6 and 6 are shown, leave 3 to the hidden item."""
    found = attack(
        published(
            exact(UNIT, 15, 50, "scale:care"),
            exact(UNIT, 6, 20, "item:C2"),
            exact(UNIT, 6, 21, "item:C3"),
            answered="abcdef",
            skipped="abc",
            scales=CARE,
        )
    )
    assert (found.groups, found.people) == (1, 3)


def test_enough_answers_behind_the_hidden_item_are_no_find() -> None:
    """17 answers leave 5 to the item that is not shown."""
    figures = exact(UNIT, 17, 50, "scale:care"), exact(UNIT, 6, 20, "item:C2")
    shown = (*figures, exact(UNIT, 6, 21, "item:C3"))
    assert attack(published(*shown, answered="abcdef", skipped="a", scales=CARE)).groups == 0


def _rounded(total: int, measure: str, span: Span) -> Figure:
    figure = banded(UNIT, _row(total, 5), 9, measure)
    return msgspec.structs.replace(figure, n=span)


def _row(total: int, n: int) -> tuple[int, ...]:
    """Return some answers of `n` people with this sum."""
    answers = [total // n + (place < total % n) for place in range(n)]
    return tuple(answers.count(answer) for answer in range(1, 6))


def _care(totals: tuple[int, ...], n: Span) -> Figure:
    return Figure(WAVE, "scale:care", UNIT, frozenset(UNIT), n, Span(sum(totals), sum(totals)))


def test_a_raw_scale_beside_rounded_items_fits_only_some_sums() -> None:
    """Of all pairs of sums, exactly those are found that no other pair explains."""
    five = Span(5, 5)
    for totals in product(range(5, 26), repeat=2):
        figures = [_rounded(*each, five) for each in zip(totals, PAIR["scale:care"], strict=True)]
        found = attack(
            published(*figures, _care(totals, Span(10, 10)), answered="abcde", scales=PAIR)
        )
        explained = [
            pair
            for pair in product(range(5, 26), repeat=2)
            if sum(pair) == sum(totals) and all(map(_alike, pair, totals))
        ]
        first, second = ({pair[side] for pair in explained} for side in (0, 1))
        narrowed = sum(len(sums) == 1 for sums in (first, second))
        assert found.groups == narrowed


def _alike(one: int, other: int) -> bool:
    """Tell whether two sums of five answers are printed alike."""
    return rounding.mean((0, *_row(one, 5), 0), 2) == rounding.mean((0, *_row(other, 5), 0), 2)


def test_a_scale_made_of_printed_rows_says_nothing_new() -> None:
    """A scale whose reading is that of its items' rounded means narrows none of them."""
    band = Span(5, 9)
    figures = [_rounded(12, "item:C1", band), _rounded(19, "item:C2", band)]
    spans = [figure.mean or mean_span(3, "exact", 0.5) for figure in figures]
    mean = Span(sum(s.low for s in spans) / 2, sum(s.high for s in spans) / 2)
    scale = Figure(WAVE, "scale:care", UNIT, frozenset(UNIT), Span(10, 18), mean=mean)
    assert attack(published(*figures, scale, answered="abcde", scales=PAIR)).groups == 0
    assert attack(published(*figures, answered="abcde", scales=PAIR)).groups == 0
