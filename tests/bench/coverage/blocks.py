"""Four-wave blocks of simulated organisations, and how often their intervals hold the level."""

from statistics import fmean
from typing import Final

import numpy as np

from pulse.statistics.blocks import BLOCK
from pulse.statistics.scales import Scales
from tests.bench.healthy.years import (
    MOMENT,
    MOOD,
    PERSON,
    PERSON_SCALE,
    People,
    people_of,
    year,
)
from tests.unit.statistics.histories import INSTRUMENT

SPREAD: Final = float(np.sqrt(PERSON**2 + PERSON_SCALE**2 + MOOD**2 + MOMENT**2))


def held(groups: int, organisations: int, weeks: int) -> dict[str, float]:
    """Return the share of levels inside the last blocks' intervals, all and the outermost 5 %.

    Args:
        groups: how many each organisation has.
        organisations: how many there are.
        weeks: how many are released, in whole blocks.
    """
    found: list[tuple[float, bool]] = []
    for seed in range(organisations):
        them = people_of(groups, np.random.default_rng(seed))
        scales = Scales(year(groups, weeks, seed))
        for scale in INSTRUMENT.scales:
            levels = _levels(them, scale, weeks)
            whole = scales.last_block("org", scale)
            for group, level in enumerate(levels):
                block = scales.last_block(f"g{group:03d}", scale)
                if block is None or block.estimate is None or whole is None or not whole.estimate:
                    continue
                # Beside the organisation, whose own weeks are the zero of every index.
                true = whole.estimate.value + 25 * level
                inside = block.estimate.low <= true <= block.estimate.high
                found.append((abs(level), inside))
    farthest = sorted(found)[-len(found) // 20 :]
    return {
        "all": fmean(inside for _, inside in found),
        "outermost 5 %": fmean(inside for _, inside in farthest),
    }


def _levels(them: People, scale: str, weeks: int) -> np.ndarray:
    """Return how far each group's mean answer is from the organisation's, over a block's items."""
    asked = [
        item
        for week in range(weeks - BLOCK, weeks)
        for item in INSTRUMENT.form(week % 20)
        if INSTRUMENT.items[item].scale == scale
    ]
    each = np.array([_expected(them.hard[item] + them.levels[scale]) for item in asked])
    means = each.mean(axis=0)
    return np.asarray(means - np.average(means, weights=them.sizes))


def _expected(centres: np.ndarray) -> np.ndarray:
    grid = np.linspace(-4, 4, 801)
    weights = np.exp(-grid * grid / 2)
    answers = np.clip(np.round(centres[:, None] + SPREAD * grid[None, :]), 1, 5)
    return np.asarray((answers * weights).sum(axis=1) / weights.sum())
