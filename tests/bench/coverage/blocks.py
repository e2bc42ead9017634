"""Four-wave blocks of simulated organisations, and how often their intervals hold the truth.

Two truths: what everybody invited would have said in these weeks, silent or not (the figure of a
tile), and the level of such a group, whoever is in it.
"""

import math
from collections.abc import Iterator
from statistics import fmean
from typing import Final

import numpy as np
from msgspec import Struct

from pulse.statistics.adjustment import item_rows
from pulse.statistics.blocks import BLOCK, HABIT
from pulse.statistics.history import History
from pulse.statistics.scales import Block, Estimate, Scales
from tests.bench.coverage.judging import BANDS, FEWEST, OUTERMOST
from tests.bench.healthy.years import (
    MOMENT,
    MOOD,
    PERSON,
    PERSON_SCALE,
    People,
    Said,
    people_of,
    year,
)
from tests.unit.statistics.histories import INSTRUMENT

SPREAD: Final = float(np.sqrt(PERSON**2 + PERSON_SCALE**2 + MOOD**2 + MOMENT**2))


class Held(Struct, frozen=True):
    """Whether one block's intervals hold the truths; `far` is its level's distance from all.

    `mistaken` is the broken twin: whether what everybody would have said is taken for the level.
    """

    at_least: int
    far: float
    everybody: bool
    level: bool
    mistaken: bool


class BlockShare(Struct, frozen=True):
    """The shares of one band or, with `band` "outermost 5 %", of the groups farthest out."""

    band: str
    blocks: int
    everybody: float
    level: float
    mistaken: float


def blocks(groups: int, organisations: int, weeks: int, *, habit: float = HABIT) -> list[Held]:
    """Return the last blocks of simulated organisations beside the truths.

    Args:
        groups: how many each organisation has.
        organisations: how many there are.
        weeks: how many are released, in whole blocks.
        habit: how much one person's answering in two weeks correlates.
    """
    return [
        each
        for seed in range(organisations)
        for each in _of_organisation(groups, weeks, seed, habit)
    ]


def shares(held: list[Held]) -> list[BlockShare]:
    """Return one row per band with enough blocks, of the outermost groups, and of all."""
    rows = [
        _share(f"{low}-{high}" if high != low else f"{low}", own)
        for low, high in BANDS
        if len(own := [each for each in held if low <= each.at_least <= high]) >= FEWEST
    ]
    farthest = sorted(held, key=lambda each: each.far)[-int(len(held) * OUTERMOST) :]
    return [*rows, _share("outermost 5 %", farthest), _share("all", held)]


def misses(rows: list[BlockShare], *, slack: float = 0.0) -> list[str]:
    """Return where the rows miss the bar, by more than `slack` standard errors of a coverage.

    .935 to .975, from .925 in band 5 and from .90 of the outermost. That is a hundredth more than
    of one week's figures may lie inside: who is silent by habit, and how much of what people say
    lasts, are known only roughly, and the rough figures stay on the safe side.
    """
    wrong = []
    for row in rows:
        low = {"5": 0.925, "outermost 5 %": 0.90}.get(row.band, 0.935)
        chance = slack * math.sqrt(0.95 * 0.05 / row.blocks)
        high = 1.0 if row.band.startswith("outermost") else 0.975
        for name, share in (("everybody", row.everybody), ("level", row.level)):
            if not low - chance <= share <= high + chance:
                wrong.append(f"{row.band}: {name} {share:.3f}")
    return wrong


def _share(band: str, held: list[Held]) -> BlockShare:
    return BlockShare(
        band, len(held), fmean(each.everybody for each in held),
        fmean(each.level for each in held), fmean(each.mistaken for each in held),
    )  # fmt: skip


def _of_organisation(groups: int, weeks: int, seed: int, habit: float) -> Iterator[Held]:
    said: Said = {}
    known = year(groups, weeks, seed, habit=habit, everybody=said)
    them = people_of(groups, np.random.default_rng(seed), habit=habit)
    scales = Scales(known)
    missed = _missed(known, said)
    for scale in INSTRUMENT.scales:
        whole = scales.last_block("org", scale)
        for group, level in enumerate(_levels(them, scale, weeks)):
            unit = f"g{group:03d}"
            block = scales.last_block(unit, scale)
            if block is None or block.level is None or whole is None or whole.level is None:
                continue
            line = {point.wave: point.raw for point in scales.weekly(unit, scale)}
            released = fmean(x for wave in block.waves if (x := line.get(wave)) is not None)
            everybody = released + 25 * _mean_missed(missed, unit, scale, block)
            # Beside the organisation, whose own weeks are the zero of every index.
            true = whole.level.value + 25 * float(level)
            yield Held(
                block.at_least or 0, abs(float(level)), _inside(block.estimate, everybody),
                _inside(block.level, true), _inside(block.estimate, true),
            )  # fmt: skip


def _inside(told: Estimate | None, truth: float) -> bool:
    return told is not None and told.low <= truth <= told.high


def _missed(known: History, said: Said) -> dict[tuple[str, str, str], list[float]]:
    """Return how far everybody's answers are from the released means: by unit, wave and scale."""
    found: dict[tuple[str, str, str], list[float]] = {}
    rows = item_rows(known).select("unit_id", "wave", "item", "scale", "x").iter_rows()
    for unit, wave, item, scale, x in rows:
        if unit != "org":
            true = said[wave, item][int(unit[1:])]
            upright = 6 - true if INSTRUMENT.items[item].reverse else true
            found.setdefault((unit, wave, scale), []).append(float(upright) - x)
    return found


def _mean_missed(
    missed: dict[tuple[str, str, str], list[float]], unit: str, scale: str, block: Block
) -> float:
    weeks = [missed[unit, wave, scale] for wave in block.waves if (unit, wave, scale) in missed]
    return fmean(fmean(week) for week in weeks)


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
