"""Where nothing helped, "did it help" says so; `python -m tests.bench.helped` is longer."""

import pytest

from tests.bench.helped.judging import BAR, judged, ours, own_weeks_alone
from tests.bench.helped.worlds import Begun, Scenario

pytestmark = pytest.mark.slow
COUNT = 100


@pytest.mark.parametrize("begun", ["any week", "when lowest of all", "after a dip"])
def test_levels_that_wander_or_come_back_are_not_taken_for_help(begun: Begun) -> None:
    """The 95 % interval misses no change in .07 of organisations at most, give or take chance."""
    found = judged(Scenario(12, 3, "wanders", begun), COUNT, ours)
    assert found.missed - 1.96 * found.error <= BAR


@pytest.mark.parametrize("begun", ["any week", "when lowest of all"])
def test_an_interval_from_the_teams_own_weeks_would_miss(begun: Begun) -> None:
    """The twin, which knows neither, calls a practice that does nothing news far too often."""
    found = judged(Scenario(12, 3, "wanders", begun), COUNT, own_weeks_alone)
    assert found.missed - 1.96 * found.error > BAR


def test_what_helps_is_seen() -> None:
    """A practice that lifts three teams of twelve by 0.4 points is told to have helped."""
    found = judged(Scenario(12, 3, "stands", "any week", 0.4), COUNT // 3, ours)
    assert found.keys["helped"] >= 0.8


def test_four_teams_to_compare_with_are_too_few() -> None:
    """In an organisation of five teams the answer is always that one cannot tell."""
    assert judged(Scenario(5, 1, "wanders", "any week"), 20, ours).keys == {"cannot_tell": 1.0}
