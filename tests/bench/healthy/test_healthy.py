"""Where nothing changes, nearly nobody is told news; `python -m tests.bench.healthy` is longer."""

from functools import cache

import pytest

from pulse.statistics.scales import Scales
from tests.bench.healthy.judging import (
    Flags,
    alarmed,
    beside_the_whole,
    changed,
    every_interval,
    every_limit,
    every_reliable_change,
    own_baseline,
)
from tests.bench.healthy.years import year

pytestmark = pytest.mark.slow
ORGANISATIONS = 60


@cache
def organisations() -> list[Scales]:
    """Return healthy organisations of forty groups after twenty weeks."""
    return [Scales(year(40, 20, seed)) for seed in range(ORGANISATIONS)]


def told(flags: Flags) -> float:
    """Return the share of organisations in which anything is flagged."""
    return sum(bool(flags(scales)) for scales in organisations()) / ORGANISATIONS


@pytest.mark.parametrize("flags", [alarmed, changed])
def test_at_most_one_healthy_organisation_in_ten_is_told_news(flags: Flags) -> None:
    """Every flag is false there, and q = .10 allows one week in ten to have any."""
    assert told(flags) <= 0.10


def test_where_all_groups_are_alike_hardly_any_is_set_apart() -> None:
    """Beside the organisation too; the twin flags each unit whose own interval excludes none."""
    organisations = [Scales(year(12, 16, seed, between=0.0)) for seed in range(ORGANISATIONS)]
    assert sum(bool(beside_the_whole(scales)) for scales in organisations) <= 0.10 * ORGANISATIONS
    assert sum(bool(every_interval(scales)) for scales in organisations) > 0.50 * ORGANISATIONS


@pytest.mark.parametrize("twin", [every_limit, every_reliable_change, own_baseline])
def test_without_many_looks_or_common_noise_counted_most_would_be(twin: Flags) -> None:
    """Limits without Benjamini-Hochberg, or from own weeks, flag most healthy organisations."""
    assert told(twin) > 0.30


def test_a_fall_that_is_there_is_told() -> None:
    """A group whose energy falls by a whole point is named, and no other."""

    def falls(group: int, scale: str, week: int) -> float:
        return -1.0 if (group, scale) == (0, "energy") and week >= 12 else 0.0

    scales = Scales(year(40, 20, 3, falls))
    assert alarmed(scales) == {("g000", "energy")}
    assert scales.alarms["g000", "energy"].key == "lower"
