"""Groups are read together only where there are enough of them, and only as they are now."""

import math
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.statistics.census import everybody
from pulse.statistics.estimate import EVERYBODY, LEVEL, ends
from pulse.statistics.items import items_of_week
from pulse.statistics.noise import START, Reading, fit
from pulse.statistics.pooling import TAUS_SQUARED, Pool, Posterior, pool
from pulse.statistics.scales import Scales
from tests.unit.statistics.histories import INSTRUMENT, ROOT, history, team, wave_name

FIGURES = st.lists(st.floats(1.2, 4.8), min_size=20, max_size=30)
fast = settings(max_examples=10, deadline=None)


def by_force(
    values: list[float], variances: list[float], x: float, v: float
) -> tuple[float, float]:
    """Return mean and variance of a level by adding up a fine grid of mu and tau."""
    total = first = second = 0.0
    for i in range(1, 80):
        tau = i * 0.025
        prior = tau * (1 + (tau / 0.3) ** 2) ** -1.5
        for j in range(51):
            mu = 2.5 + j * 0.02
            score = sum(
                -0.5 * (math.log(w + tau * tau) + (y - mu) ** 2 / (w + tau * tau))
                for y, w in zip(values, variances, strict=True)
            )
            share = prior * math.exp(score)
            pull = tau * tau / (tau * tau + v)
            mean = mu + pull * (x - mu)
            total += share
            first += share * mean
            second += share * (pull * v + mean * mean)
    return first / total, second / total - (first / total) ** 2


def test_sixty_points_are_as_good_as_thousands() -> None:
    """The level of a group agrees with brute-force integration over mu and tau to 2 %."""
    chance = random.Random(5)
    variances = [chance.choice([0.05, 0.1, 0.18]) for _ in range(24)]
    values = [3 + chance.gauss(0, 0.3) + chance.gauss(0, v**0.5) for v in variances]
    together = pool(values, variances)
    assert together is not None
    assert len(TAUS_SQUARED) == 60
    mean, variance = by_force(values, variances, 3.9, 0.18)
    known = together.level(3.9, 0.18)
    assert known.mean == pytest.approx(mean, abs=0.01)
    assert known.variance == pytest.approx(variance, rel=0.02)


@fast
@given(FIGURES, st.floats(0.02, 0.3))
def test_a_group_is_drawn_towards_the_others_and_known_better(
    values: list[float], variance: float
) -> None:
    """An estimate lies between what the group shows and the others' centre, its interval round it.

    It is drawn farther the less its own figure is worth; where everybody answered and nothing is
    rounded, what they said is known exactly and stays where it is.
    """
    together = pool(values, [variance] * len(values))
    assert together is not None
    for x in (min(values), max(values)):
        near, far = together.level(x, variance), together.level(x, 4 * variance)
        assert min(x, together.centre) - 0.05 <= near.mean <= max(x, together.centre) + 0.05
        assert abs(far.mean - x) >= abs(near.mean - x)
        low, high = ends(near, together)
        assert low <= near.mean <= high
        all_ = everybody(
            together, x, sampling=7 * variance, rounding=0.0, sizes=range(12, 13), invited=12
        )
        assert all_.mean == pytest.approx(x)
        assert all_.variance == pytest.approx(0.0, abs=1e-9)


Ends = Callable[[Posterior, Pool | None], tuple[float, float]]


def flipping(known: Posterior, together: Pool | None) -> tuple[float, float]:
    """Draw outwards as if the side of the centre were certain: the broken twin."""
    deviation = math.sqrt(known.variance)
    if together is not None and known.mean < together.centre:
        return known.mean - LEVEL.far * deviation, known.mean + LEVEL.near * deviation
    return known.mean - LEVEL.near * deviation, known.mean + LEVEL.far * deviation


def worst_move(drawn: Ends, by: float) -> float:
    """Return how far an end moves at most, or -1 if one moves back, where the mean rises by `by`.

    In standard deviations, from three below the centre to three above it.
    """
    together = pool([3.0 + 0.02 * n for n in range(30)], [0.1] * 30)
    assert together is not None
    deviation = 0.2
    means = [together.centre + deviation * by * n for n in range(-round(3 / by), round(3 / by))]
    told = [drawn(Posterior(mean, deviation**2), together) for mean in means]
    moves = [
        (after - before) / deviation
        for one, other in pairwise(told)
        for before, after in zip(one, other, strict=True)
    ]
    return max(moves) if min(moves) >= 0 else -1.0


def test_a_hair_more_moves_an_interval_by_a_hair() -> None:
    """Both ends of a pooled interval rise with the mean and never faster than fourfold."""
    assert 0 < worst_move(ends, 0.001) <= 0.004
    for reach in (LEVEL, EVERYBODY):  # 5 % lie outside
        assert math.erfc(reach.far / 2**0.5) + math.erfc(reach.near / 2**0.5) == pytest.approx(
            0.1, abs=0.0011
        )
    twin = worst_move(flipping, 0.001)
    assert twin < 0 or twin > 1


@pytest.mark.parametrize("side", [-1, 1])
def test_an_interval_reaches_away_from_the_other_groups(side: int) -> None:
    """Far from the centre an interval goes out twice as far as in; at the centre it is even."""
    together = pool([3.0 + 0.02 * n for n in range(30)], [0.1] * 30)
    assert together is not None
    mean = together.centre + side * 0.5
    low, high = ends(Posterior(mean, 0.04), together)
    out, back = (high - mean, mean - low) if side > 0 else (mean - low, high - mean)
    assert out == pytest.approx(2 * back, rel=0.01)
    low, high = ends(Posterior(together.centre, 0.04), together)
    assert high - together.centre == pytest.approx(together.centre - low)


@fast
@given(FIGURES, st.floats(-1, 1))
def test_moving_every_group_moves_every_estimate(values: list[float], by: float) -> None:
    """Figures on a shifted scale give shifted estimates of the same certainty."""
    one = pool(values, [0.1] * len(values))
    other = pool([x + by for x in values], [0.1] * len(values))
    assert one is not None
    assert other is not None
    first, second = one.level(values[0], 0.1), other.level(values[0] + by, 0.1)
    assert second.mean == pytest.approx(first.mean + by, abs=1e-9)
    assert second.variance == pytest.approx(first.variance, rel=1e-6)


def varied(unit: str, item: str, t: int) -> float:
    """Give each unit a level of its own, and a little chance."""
    del item
    own = random.Random(unit).gauss(0, 0.3)
    return 3 + own + random.Random(f"{unit} {t}").gauss(0, 0.2)


@pytest.mark.parametrize(
    ("groups", "people", "pooled"), [(19, 400, False), (20, 59, False), (20, 400, True)]
)
def test_groups_are_pooled_from_twenty_on_in_organisations_of_sixty(
    groups: int, people: int, *, pooled: bool
) -> None:
    """Each figure says whether it was pooled; departments and the whole never are."""
    teams = tuple(team(f"t{n}") for n in range(groups))
    department = structs.replace(team("dep", 40), group=False)
    known = history(
        varied, 8, (*teams, department), step=0.25, root=structs.replace(ROOT, invited=people)
    )
    scales = Scales(known)
    for scale in INSTRUMENT.scales:
        block = scales.last_block("t1", scale)
        assert block is not None
        assert block == scales.blocks("t1", scale)[-1]
        assert block.pooled == pooled == scales.directions["t1", scale].pooled
        for unit in ("dep", "org"):
            other = scales.last_block(unit, scale)
            assert other is not None
            assert not other.pooled
    for figure in items_of_week(known, "t1"):
        assert figure.pooled == pooled
    assert not any(figure.pooled for figure in items_of_week(known, "dep"))


def test_a_pooled_statement_shows_where_it_was_released_and_where_it_likely_is() -> None:
    """The released mean stays; the team's figure is drawn in a little, the level by more."""
    known = history(varied, 1, tuple(team(f"t{n}") for n in range(25)))
    outer = max(range(25), key=lambda n: varied(f"t{n}", "", 0))
    for figure in items_of_week(known, f"t{outer}"):
        assert figure.pooled
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.mean is not None
        assert figure.level is not None
        assert figure.low <= figure.value <= figure.high
        assert figure.level.low <= figure.level.value <= figure.level.high
        assert figure.level.value < figure.value < figure.mean


def test_pools_and_noise_read_nothing_of_before_a_reorganisation() -> None:
    """P15: other figures of a group from before its series change no other group's figures."""
    teams = tuple(team(f"t{n}") for n in range(21))
    moved = structs.replace(teams[0], series=wave_name(14))

    def told(by: float) -> list[object]:
        def rule(unit: str, item: str, t: int) -> float:
            old = unit == "t0" and t < 14
            return varied(unit, item, t) + (by if old else 0)

        scales = Scales(history(rule, 24, (moved, *teams[1:]), step=0.25))
        found: list[object] = [scales.directions, scales.alarms]
        for scale in INSTRUMENT.scales:
            found += [scales.blocks("t1", scale), scales.weekly("t1", scale)]
            found.append(scales.comparison("t1", scale))
        return found

    assert told(0.0) == told(1.2)


def drawn(weekly: float, lines: int, seed: int) -> list[list[Reading]]:
    """Draw lines of twenty weeks whose noise is `weekly` of .1 and rounding of .02."""
    chance = random.Random(seed)
    found = []
    for _ in range(lines):
        level, line = 3.0, []
        for _ in range(20):
            level += chance.gauss(0, 0.05)
            value = level + chance.gauss(0, (weekly * 0.1 + 0.02) ** 0.5)
            line.append(Reading(value, 0.1, 0.02))
        found.append(line)
    return found


def test_the_weekly_share_of_noise_is_found_again() -> None:
    """From 120 lines the estimate tells .3, .5 and .9 apart, each within a tenth of itself."""
    shares = [fit(drawn(weekly, 120, 3), precision=1e-3).weekly for weekly in (0.3, START, 0.9)]
    assert shares == pytest.approx([0.3, START, 0.9], rel=0.12)
    assert all(one < other for one, other in pairwise(shares))
