"""The last four weeks of a unit in full: how such a unit is, and the change with its index."""

import msgspec

from dashboards.pages import weeks
from dashboards.pages.contrast import signed
from pulse.statistics.change import RELIABLE
from pulse.statistics.scales import Direction, Estimate, Scales


class ExactRow(msgspec.Struct, frozen=True):
    """One scale, 0-100 points; what is not known is empty.

    `level`: how such a unit is, whoever happens to be in it and to answer, with its 95 % interval.
    `seen`: the difference of the released figures from the four weeks before, `reliable` that
    difference in its own standard errors; `difference` and `interval` what is concluded from it,
    `says` in words.
    """

    name: str
    level: str
    level_interval: str
    seen: str
    reliable: str
    difference: str
    interval: str
    says: str


class Exact(msgspec.Struct, frozen=True):
    """The scales with a figure in the newest complete block, and the weeks of it."""

    period: str = ""
    rows: tuple[ExactRow, ...] = ()


def exact(scales: Scales, unit_id: str) -> Exact:
    """Return the newest complete block of a unit of the newest tree; empty before the first."""
    rows = []
    for scale in scales.history.instrument.scales.values():
        block = scales.last_block(unit_id, scale.id)
        if block is not None and block.level is not None:
            direction = scales.directions.get((unit_id, scale.id), Direction("too_early"))
            rows.append(_row(scale.name, block.level, direction))
    if not rows:
        return Exact()
    return Exact(weeks.span(scales.blocks_of_waves[-1]), tuple(rows))


def _row(name: str, level: Estimate, way: Direction) -> ExactRow:
    return ExactRow(
        name,
        weeks.whole(level.value), weeks.between(level.low, level.high),
        "" if way.seen is None else signed(way.seen), _index(way),
        "" if way.difference is None else signed(way.difference),
        "" if way.low is None or way.high is None else f"{signed(way.low)} to {signed(way.high)}",
        way.words,
    )  # fmt: skip


def _index(way: Direction) -> str:
    """Return the reliable change index to one digit, from 1.96 on."""
    if way.reliable is None:
        return "" if way.seen is None else f"under {RELIABLE}"
    return f"{way.reliable:+.1f}".replace("-", "\N{MINUS SIGN}")
