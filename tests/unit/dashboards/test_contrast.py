"""How far two units are apart: as sure as their answers make it, and no surer or less."""

import math
import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.pages.contrast import Figure, contrasts, figure
from pulse.statistics.census import everybody
from pulse.statistics.estimate import on_hundred
from pulse.statistics.pooling import Pool, pool
from pulse.statistics.precision import Z95
from pulse.statistics.scales import Block

SIGMA2, ANSWERED, INVITED = 1.0, 9, 12
GROUPS, ORGANISATIONS = 40, 25
Pair = tuple[Figure, Figure]


def ours(x: float, together: Pool) -> Figure:
    """Return the figure of a group as a comparison takes it."""
    told = everybody(
        together, x, sampling=SIGMA2, rounding=0.0, sizes=range(ANSWERED, ANSWERED + 1),
        invited=INVITED,
    )  # fmt: skip
    block = Block(("2026-W01",), (), 5, on_hundred(told, together),
                  variance=625 * SIGMA2 / ANSWERED)  # fmt: skip
    found = figure(block)
    assert found is not None
    return found


def halved(x: float, together: Pool) -> Figure:
    """Take the wider half of a pooled level's interval for 1.96 deviations: the broken twin."""
    told = on_hundred(together.level(x, SIGMA2 / ANSWERED), together)
    error = max(told.high - told.value, told.value - told.low) / Z95
    return Figure(told.value, error * error)


def differences(method: Callable[[float, Pool], Figure]) -> Iterator[tuple[Pair, float]]:
    """Yield pairs of groups of simulated organisations, and how far apart they truly are."""
    chance = random.Random(3)
    for _ in range(ORGANISATIONS):
        levels = [3 + chance.gauss(0, 0.3) for _ in range(GROUPS)]
        seen = [level + chance.gauss(0, math.sqrt(SIGMA2 / ANSWERED)) for level in levels]
        together = pool(seen, [SIGMA2 / ANSWERED] * GROUPS)
        assert together is not None
        told = [method(x, together) for x in seen]
        for (one, here), (other, there) in pairwise(zip(told, levels, strict=True)):
            yield (one, other), 25 * (here - there)


def held(method: Callable[[float, Pool], Figure]) -> float:
    """Return how often the 95 % interval of a difference holds it."""
    found = list(differences(method))
    drawn = contrasts({n: pair for n, (pair, _) in enumerate(found)}, calls=True)
    hits = [drawn[n].low <= true <= drawn[n].high for n, (_, true) in enumerate(found)]
    return sum(hits) / len(hits)


def test_the_interval_of_a_difference_holds_it_nineteen_times_of_twenty() -> None:
    """Of levels with known spread .935 to .975 of differences lie inside; with the twin .985."""
    assert 0.935 <= held(ours) <= 0.975
    assert held(halved) >= 0.985


@given(st.floats(0, 100), st.floats(0, 100), st.floats(1, 200), st.floats(1, 200))
def test_variances_add_up(one: float, other: float, here: float, there: float) -> None:
    """A difference is that of the shown figures, its interval 1.96 roots of the variances' sum."""
    told = contrasts({0: (Figure(one, here), Figure(other, there))}, calls=False)[0]
    assert told.difference == one - other
    assert told.high - told.low == pytest.approx(2 * Z95 * math.sqrt(here + there))
    assert told.key in {"same", "unclear"}


def test_what_is_hidden_is_not_compared() -> None:
    """A block without a figure, or none at all, brings nothing to a comparison."""
    assert figure(None) is None
    assert figure(Block(("2026-W01",), ("2026-W01",))) is None
