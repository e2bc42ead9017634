"""The lines of a unit page, as figures and as the tables beside them, and its months."""

from collections.abc import Sequence
from typing import Final

import msgspec

from dashboards.desk import Book
from dashboards.pages import weeks
from dashboards.pages.tiles import Tile
from pulse.charts import figure
from pulse.charts.trend import Mark, trend
from pulse.release.hidden import REASON
from pulse.statistics.scales import Block, Scales, WeekPoint

YEAR: Final = 52  # weeks a line goes back; the series of the API has all of them
REASONS: Final = {
    "hidden": f"hidden: {REASON}",
    "coded": "at the end of the answers: shown as a mark, not as a number",
    "not_asked": "not asked that week",
    "too_early": "too early for a line",
}


class TrendRow(msgspec.Struct, frozen=True):
    """One week of the table beside a line; `reason` says why there is no number."""

    week: str
    level: str
    band: str
    single: str
    at_least: int | None
    reason: str


class TrendSection(msgspec.Struct, frozen=True):
    """One scale of a unit page; `ends` counts the weeks drawn as marks."""

    tile: Tile
    figure: str
    rows: tuple[TrendRow, ...]
    gaps: int
    ends: int

    @property
    def drawable(self) -> bool:
        """Whether there is any point to draw."""
        return any(row.level for row in self.rows)


class MonthCell(msgspec.Struct, frozen=True):
    """One four-week block of one scale."""

    number: str
    interval: str
    at_least: int | None


class MonthRow(msgspec.Struct, frozen=True):
    """One four-week block; `missing` names the weeks of it that are hidden."""

    period: str
    missing: str
    cells: tuple[MonthCell, ...]


def sections(
    scales: Scales, unit_id: str, drawn: tuple[Tile, ...], names: tuple[str, ...]
) -> tuple[TrendSection, ...]:
    """Return one section a scale, newest week first; `names` are the figures' addresses."""
    found = []
    for tile, address in zip(drawn, names, strict=True):
        points = scales.weekly(unit_id, tile.scale)[-YEAR:]
        rows = tuple(_row(point) for point in reversed(points))
        gaps = sum(point.status == "hidden" for point in points)
        ends = sum(point.status == "coded" for point in points)
        found.append(TrendSection(tile, address, rows, gaps, ends))
    return tuple(found)


def trend_json(book: Book, unit_id: str, scale: str, marks: Sequence[Mark] = ()) -> bytes:
    """Return the figure of one line, the organisation's behind it, as plotly.js reads it."""
    scales = book.scales
    root = scales.history.tree().root.unit_id
    reference = () if unit_id == root else scales.weekly(root, scale)[-YEAR:]
    name = scales.history.instrument.scales[scale].name
    points = scales.weekly(unit_id, scale)[-YEAR:]
    history = scales.history
    begins = history.units[unit_id].series if history.reorganised(unit_id) else ""
    inside = bool(points) and points[0].wave == begins
    drawn = trend(
        points, name=name, reference=reference, begins=begins if inside else "", marks=marks
    )
    return figure.to_json(drawn)


def months(scales: Scales, unit_id: str) -> tuple[MonthRow, ...]:
    """Return the unit's four-week blocks, newest first, one cell a scale."""
    columns = [scales.blocks(unit_id, scale) for scale in scales.history.instrument.scales]
    return tuple(_month(row) for row in reversed(list(zip(*columns, strict=True))))


def _month(blocks: tuple[Block, ...]) -> MonthRow:
    missing = weeks.numbers(blocks[0].missing)
    return MonthRow(weeks.span(blocks[0].waves), missing, tuple(_month_cell(b) for b in blocks))


def _month_cell(block: Block) -> MonthCell:
    e = block.estimate
    if e is None:
        return MonthCell("", "", None)
    return MonthCell(weeks.whole(e.value), weeks.between(e.low, e.high), block.at_least)


def _row(point: WeekPoint) -> TrendRow:
    level = "" if point.value is None else weeks.whole(point.value)
    band = ""
    if point.low is not None and point.high is not None:
        band = weeks.between(point.low, point.high)
    single = weeks.whole(point.raw) if point.raw is not None and point.status == "shown" else ""
    reason = "" if level else REASONS.get(point.status, "")
    return TrendRow(weeks.short(point.wave), level, band, single, point.at_least, reason)
