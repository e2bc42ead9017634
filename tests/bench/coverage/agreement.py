"""How well the figures of a page agree: a tile with its own weeks' line, a whole with its parts."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from pulse.statistics.scales import Block, Estimate, Scales
from pulse.terms import Unit
from tests.bench.healthy.years import year

PER: Final = 3  # groups in a department


class Apart(Struct, frozen=True):
    """How many of `of` figures lie outside what they should agree with; `twin` of level figures."""

    of: int
    figure: int
    twin: int


def tiles_apart(groups: int, weeks: int, organisations: int) -> Apart:
    """Count the blocks of groups whose value lies outside the 80 % bands of all of its own weeks.

    The twin is `Block.level`, which is drawn farther towards the other groups than any line is.
    """
    return _counted(
        pair
        for seed in range(organisations)
        for pair in _beside_lines(Scales(year(groups, weeks, seed)))
    )


def wholes_apart(groups: int, weeks: int, organisations: int) -> Apart:
    """Count the blocks of departments whose value lies outside those of all of their groups."""
    return _counted(
        pair
        for seed in range(organisations)
        for pair in _beside_parts(Scales(year(groups, weeks, seed, per=PER)))
    )


def _counted(pairs: Iterator[tuple[bool, bool]]) -> Apart:
    found = list(pairs)
    return Apart(len(found), sum(pair[0] for pair in found), sum(pair[1] for pair in found))


def _beside_lines(scales: Scales) -> Iterator[tuple[bool, bool]]:
    for unit, scale, block in _blocks(scales):
        own = [point for point in scales.weekly(unit.unit_id, scale) if point.wave in block.waves]
        bands = [Estimate(p.value, p.low or 0.0, p.high or 0.0) for p in own if p.value is not None]
        if unit.group and bands:
            yield _outside(block.estimate, bands), _outside(block.level, bands)


def _outside(told: Estimate | None, bands: list[Estimate]) -> bool:
    return told is not None and not any(band.low <= told.value <= band.high for band in bands)


def _beside_parts(scales: Scales) -> Iterator[tuple[bool, bool]]:
    children = scales.history.tree().children()
    for unit, scale, block in _blocks(scales):
        if unit.group or unit.parent_id is None:
            continue
        shown = [
            part
            for child in children[unit.unit_id]
            for part in scales.blocks(child.unit_id, scale)
            if part.waves == block.waves
        ]
        figures = [part.estimate.value for part in shown if part.estimate is not None]
        levels = [part.level.value for part in shown if part.level is not None]
        if block.estimate is not None and len(figures) > 1:
            whole = block.estimate.value
            yield _beyond(whole, figures), _beyond(whole, levels)


def _beyond(whole: float, parts: list[float]) -> bool:
    return not min(parts) <= whole <= max(parts)


def _blocks(scales: Scales) -> Iterator[tuple[Unit, str, Block]]:
    for unit in scales.history.units.values():
        for scale in scales.history.instrument.scales:
            for block in scales.blocks(unit.unit_id, scale):
                if block.estimate is not None:
                    yield unit, scale, block
