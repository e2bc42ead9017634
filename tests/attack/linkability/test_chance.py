"""What luck pairs is counted right, and a leak is far beyond it."""

from itertools import permutations

import pytest

from tests.attack.linkability.chance import ALPHA, at_least, luck, pooled, threshold


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
