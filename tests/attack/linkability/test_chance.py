"""What luck pairs is counted right, and a leak is far beyond it."""

from itertools import permutations
from random import Random

import pytest

from tests.attack.linkability.chance import (
    ALPHA,
    at_least,
    by_luck,
    correlation,
    luck,
    pooled,
    threshold,
)


@pytest.mark.parametrize("hits", range(8))
def test_fixed_points_are_those_of_all_permutations(hits: int) -> None:
    """For seven people the probability is that of counting every way to pair them."""
    every = list(permutations(range(7)))
    right = [sum(one == place for place, one in enumerate(order)) for order in every]
    assert at_least(7, hits) == pytest.approx(sum(each >= hits for each in right) / len(every))


def test_one_is_right_by_luck_whatever_the_crowd() -> None:
    """The expectation, the sum of all tails, is one."""
    for people in (2, 7, 40):
        assert sum(at_least(people, hits) for hits in range(1, people + 1)) == pytest.approx(1)
        assert luck(people, 1) == pytest.approx(1)


def test_more_tries_ask_for_more_hits() -> None:
    """The threshold is the least that luck reaches too rarely, and it grows with the tries."""
    limits = [threshold(40, tries) for tries in (1, 10, 1_000, 100_000)]
    assert limits == sorted(limits)
    for tries, limit in zip((1, 10, 1_000, 100_000), limits, strict=True):
        assert tries * at_least(40, limit) < ALPHA <= tries * at_least(40, limit - 1)
    assert limits[-1] < 20


def test_many_rounds_tell_a_small_leak_from_luck() -> None:
    """Fifty rounds with one hit each are luck; with two hits each they are not."""
    assert pooled(50, 50) > 0.4
    assert pooled(100, 50) < 1e-8
    assert pooled(0, 50) == 1


def test_orders_are_alike_by_luck_as_often_as_is_said() -> None:
    """Of 20,000 random orders of forty no more are correlated than the bound, and not far fewer."""
    chance = Random(1)
    found = [abs(correlation(chance.sample(range(40), 40))) for _ in range(20_000)]
    for rho in (0.3, 0.4, 0.5):
        often = sum(each >= rho for each in found) / len(found)
        assert often <= by_luck(40, rho) <= 20 * often
    assert by_luck(40, 1.0) == 0
    assert correlation(range(40)) == 1
    assert correlation(range(39, -1, -1)) == -1


def test_a_rough_order_is_no_luck() -> None:
    """Eight batches of five in the right order name few, and luck never sorts them so."""
    chance = Random(2)
    rough = [start + each for start in range(0, 40, 5) for each in chance.sample(range(5), 5)]
    assert sum(each == place for place, each in enumerate(rough)) < threshold(40, 300)
    assert by_luck(40, correlation(rough)) < ALPHA / 1_000_000
