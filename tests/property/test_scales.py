"""P16: a scale row beside its item rows tells nothing that the item rows do not tell."""

import random
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product

import pytest

from pulse.disclosure.groups import form_groups
from pulse.disclosure.protect import protect
from pulse.release.cell import Cell
from pulse.terms import TOP, RosterUnit
from tests.property.worlds import INSTRUMENT, ITEMS, POLICY, tally

TREE = form_groups([RosterUnit("org", None, "Organisation", 12)], 8, None, 5)
SCALE = "safety"
FIRST, SECOND = (at for at, item in enumerate(ITEMS) if INSTRUMENT.items[item].scale == SCALE)
Sums = tuple[int, int]


def summing_to(total: int, n: int) -> list[int]:
    """Return answers of n people with this sum; a mean depends on nothing else."""
    each, rest = divmod(total, n)
    return [each + (person < rest) for person in range(n)]


@cache
def released(sums: Sums, n: int) -> tuple[Cell, ...]:
    """Return the rows of a group of 12 in which n people answer two items with these sums."""
    columns = [summing_to(3 * n, n) for _ in ITEMS]
    columns[FIRST], columns[SECOND] = summing_to(sums[0], n), summing_to(sums[1], n)
    given = [("org", tuple(column[person] for column in columns)) for person in range(n)]
    return protect(TREE, tally(TREE, given), POLICY, INSTRUMENT).cells


def items_alone(sums: Sums, n: int) -> tuple[Cell, ...]:
    """Return what is printed of the items."""
    return tuple(cell for cell in released(sums, n) if cell.measure.startswith("item:"))


def with_scales(sums: Sums, n: int) -> tuple[Cell, ...]:
    """Return what is printed of items and scales."""
    return released(sums, n)


def with_a_scale_from_answers(sums: Sums, n: int) -> tuple[object, ...]:
    """Return what a careless release prints: rounded items, and a scale of raw answers."""
    return *items_alone(sums, n), sum(sums)


Printed = Callable[[Sums, int], tuple[object, ...]]


def feasible(printed: Printed, n: int) -> Mapping[tuple[object, ...], frozenset[Sums]]:
    """Map each thing that can be printed to all pairs of item sums behind it."""
    found: dict[tuple[object, ...], set[Sums]] = {}
    every = range(n, TOP * n + 1)
    for sums in product(every, every):
        found.setdefault(printed(sums, n), set()).add(sums)
    return {row: frozenset(pairs) for row, pairs in found.items()}


@pytest.mark.parametrize("n", [5, 7])
def test_a_scale_narrows_no_item(n: int) -> None:
    """Whatever is printed, the same sums are possible with the scale rows and without them."""
    alone, beside = feasible(items_alone, n), feasible(with_scales, n)
    assert set(alone.values()) == set(beside.values())


def test_a_scale_of_raw_answers_narrows_them() -> None:
    """The twin: beside a scale of raw answers other, smaller sets of sums are possible."""
    alone, beside = feasible(items_alone, 5), feasible(with_a_scale_from_answers, 5)
    assert len(beside) > 4 * len(alone)


def determined(printed: Printed, n: int, people: int = 300) -> float:
    """Return the share of item sums of random answers that are certain from what is printed."""
    dice, behind = random.Random(n), feasible(printed, n)
    certain = 0
    for _ in range(people):
        one, other = (sum(dice.randint(1, TOP) for _ in range(n)) for _ in range(2))
        pairs = behind[printed((one, other), n)]
        certain += sum(len({pair[side] for pair in pairs}) == 1 for side in (0, 1))
    return certain / (2 * people)


def test_how_many_sums_a_scale_of_raw_answers_would_tell() -> None:
    """With n = 5 known it makes about a third of all item sums certain, ours none.

    The project's simulation says 36 %; the share depends on how answers spread.
    """
    assert determined(with_scales, 5) == 0
    assert 0.25 < determined(with_a_scale_from_answers, 5) < 0.45
