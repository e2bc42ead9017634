"""Linked trees: sums over several organisation charts."""

from itertools import product
from random import Random

import msgspec
import pytest

from pulse.attack.attacks.linked_trees import attack
from pulse.attack.publication import Figure
from tests.attack.handmade import banded, exact, published

OLD = ("abcdefghijklmnop", "abcdefgh", "ijklmnop")
NEW = ("cdefghij", "abklmnop")


def _again(figure: Figure) -> Figure:
    return msgspec.structs.replace(figure, source="recut", edition="new tree")


def test_two_charts_together_isolate_those_who_moved() -> None:
    """Old halves of eight and new ones of eight: a team in both leaves the two who moved."""
    figures = [exact(unit, len(unit), 3 * len(unit)) for unit in (*OLD, "cdefgh")]
    moved = [_again(exact(unit, len(unit), 3 * len(unit))) for unit in NEW]
    found = attack(published(*figures, *moved, answered=OLD[0]))
    assert (found.groups, found.people) == (2, 4)


def test_one_chart_alone_isolates_nobody() -> None:
    """Either chart by itself leaves groups of six or more."""
    figures = [exact(unit, len(unit), 3 * len(unit)) for unit in (*OLD, "abcdef")]
    found = attack(published(*figures[:3], answered=OLD[0]))
    assert found.groups == 0
    assert attack(published(*figures, answered=OLD[0])).groups == 1


def test_a_sum_of_three_figures_is_found() -> None:
    """No two figures differ by few people; abcde.. plus ..pqrst minus the whole leaves three."""
    whole, left, right = "abcdefghijklmnopqrst", "abcdefghijk", "ijklmnopqrst"
    figures = [exact(unit, len(unit), 3 * len(unit)) for unit in (whole, left)]
    other = _again(exact(right, len(right), 36))
    assert attack(published(*figures, other, answered=whole)).groups == 1
    assert attack(published(*figures, answered=whole)).groups == 0


def test_released_units_and_their_pool_isolate_nobody() -> None:
    """Banded figures of a department, a team and the pool of the rest."""
    figures = [
        banded(unit, (0, 0, n, 0, 0), n + 2)
        for unit, n in (("abcdefghijklmnop", 14), ("abcdefgh", 7), ("ijklmnop", 7))
    ]
    assert attack(published(*figures, answered="abcdefgijklmno")).groups == 0


@pytest.mark.parametrize("seed", range(12))
def test_it_finds_a_group_wherever_trying_every_simple_sum_does(seed: int) -> None:
    """Random sets over nine people, sums with factors -1, 0 and 1: none isolates unseen."""
    dice = Random(seed)
    everybody = "abcdefghi"
    sets = {"".join(sorted(dice.sample(everybody, dice.randint(5, 8)))) for _ in range(4)}
    sets.add(everybody)
    isolated = set()
    for factors in product((-1, 0, 1), repeat=len(sets)):
        vector = [
            sum(f * (one in unit) for f, unit in zip(factors, sorted(sets), strict=True))
            for one in everybody
        ]
        if set(vector) == {0, 1} and sum(vector) < 5:
            isolated.add(tuple(vector))
    figures = [exact(unit, len(unit), 3 * len(unit)) for unit in sorted(sets)]
    found = attack(published(*figures, answered=everybody)).groups
    assert found or not isolated
