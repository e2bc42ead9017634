"""The lines and months of a unit page: as figures, as tables beside them, as sheets."""

from collections.abc import Sequence
from typing import Final

import msgspec

from dashboards.desk import Book
from dashboards.pages import weeks
from dashboards.pages.sheet import Sheet, tenth
from dashboards.pages.tiles import Tile, ended, points
from pulse.charts import figure
from pulse.charts.steps import steps
from pulse.charts.trend import Mark, trend
from pulse.release.hidden import REASON
from pulse.statistics.scales import Block, Scales, WeekPoint

MONTHS: Final = 13  # blocks of four weeks in a year
YEAR: Final = 52  # weeks a line goes back; the series of the API has all of them
REASONS: Final = {
    "hidden": f"hidden: {REASON}",
    "coded": "at the end of the answers: shown as a mark, not as a number",
    "not_asked": "not asked that week",
    "too_early": "too early for a line",
}


class TrendRow(msgspec.Struct, frozen=True):
    """One week of the table beside a line; `reason` says why there is no number.

    `exact` holds level, low, high and the single week to the tenth that the figure draws.
    """

    week: str
    level: str
    band: str
    single: str
    at_least: int | None
    reason: str
    exact: tuple[float | None, ...]


class TrendSection(msgspec.Struct, frozen=True):
    """One scale of a unit page; `ends` counts the weeks drawn as marks."""

    tile: Tile
    figure: str
    sheet: str
    rows: tuple[TrendRow, ...]
    gaps: int
    ends: int

    @property
    def drawable(self) -> bool:
        """Whether there is any point to draw."""
        return any(row.level for row in self.rows)


class MonthCell(msgspec.Struct, frozen=True):
    """One four-week block of one scale; `exact` is value, low and high to the tenth."""

    number: str
    interval: str
    at_least: int | None
    exact: tuple[float | None, ...] = ()


class MonthRow(msgspec.Struct, frozen=True):
    """One four-week block; `missing` names the weeks of it that are hidden."""

    period: str
    missing: str
    cells: tuple[MonthCell, ...]


def sections(
    scales: Scales, unit_id: str, drawn: tuple[Tile, ...], to: str = ""
) -> tuple[TrendSection, ...]:
    """Return one section a scale, newest week first, ending with `to` (default: the newest)."""
    found = []
    for tile in drawn:
        line = points(scales, unit_id, tile.scale, to)[-YEAR:]
        rows = tuple(_row(point) for point in reversed(line))
        gaps = sum(point.status == "hidden" for point in line)
        ends = sum(point.status == "coded" for point in line)
        drawn_at = address("figures", unit_id, tile.scale, to)
        told_at = address("tables", unit_id, tile.scale, to)
        found.append(TrendSection(tile, drawn_at, told_at, rows, gaps, ends))
    return tuple(found)


def address(kind: str, unit_id: str, name: str, to: str = "") -> str:
    """Return where a figure (`figures`) or its sheet (`tables`) of a unit is fetched."""
    return f"/{kind}/{unit_id}/{name}" + (f"?to={to}" if to else "")


def trend_json(
    book: Book, unit_id: str, scale: str, to: str = "", marks: Sequence[Mark] = ()
) -> bytes:
    """Return the figure of one line, the organisation's behind it, as plotly.js reads it."""
    history = book.history
    root = history.tree().root.unit_id
    reference = () if unit_id == root else _weeks(book, root, scale, to)
    line = _weeks(book, unit_id, scale, to)
    begins = history.units[unit_id].series if history.reorganised(unit_id) else ""
    inside = bool(line) and line[0].wave == begins
    drawn = trend(
        line,
        name=history.instrument.scales[scale].name,
        reference=reference,
        begins=begins if inside else "",
        pauses=figure.pauses([point.wave for point in line]),
        marks=marks,
    )
    return figure.to_json(drawn)


def _weeks(book: Book, unit_id: str, scale: str, to: str) -> tuple[WeekPoint, ...]:
    return points(book.scales, unit_id, scale, to)[-YEAR:]


def trend_sheet(book: Book, unit_id: str, scale: str, to: str = "") -> Sheet:
    """Return the numbers of one line."""
    return Sheet(
        ("wave", "status", "level", "low_80", "high_80", "single_week", "at_least"),
        tuple(
            (p.wave, p.status, tenth(p.value), tenth(p.low), tenth(p.high), tenth(p.raw),
             p.at_least)
            for p in _weeks(book, unit_id, scale, to)
        ),
    )  # fmt: skip


def months_json(book: Book, unit_id: str, to: str = "") -> bytes:
    """Return the figure of a unit's four-week blocks."""
    named = book.history.instrument.scales.values()
    return figure.to_json(steps({s.name: _blocks(book.scales, unit_id, s.id, to) for s in named}))


def months_sheet(book: Book, unit_id: str, to: str = "") -> Sheet:
    """Return the numbers of a unit's four-week blocks."""
    rows = []
    for scale in book.history.instrument.scales:
        for block in _blocks(book.scales, unit_id, scale, to):
            e = block.estimate
            told = (None,) * 3 if e is None else (tenth(e.value), tenth(e.low), tenth(e.high))
            rows.append((scale, block.waves[0], block.waves[-1], *told, block.at_least))
    return Sheet(("scale", "from", "to", "value", "low_95", "high_95", "at_least"), tuple(rows))


def months(scales: Scales, unit_id: str, to: str = "") -> tuple[MonthRow, ...]:
    """Return a year of the unit's four-week blocks, newest first, one cell a scale."""
    columns = [_blocks(scales, unit_id, scale, to) for scale in scales.history.instrument.scales]
    return tuple(_month(row) for row in reversed(list(zip(*columns, strict=True))))


def _blocks(scales: Scales, unit_id: str, scale: str, to: str) -> tuple[Block, ...]:
    return ended(scales, unit_id, scale, to)[-MONTHS:]


def _month(blocks: tuple[Block, ...]) -> MonthRow:
    missing = weeks.numbers(blocks[0].missing)
    return MonthRow(weeks.span(blocks[0].waves), missing, tuple(_month_cell(b) for b in blocks))


def _month_cell(block: Block) -> MonthCell:
    e = block.estimate
    if e is None:
        return MonthCell("", "", None)
    exact = (tenth(e.value), tenth(e.low), tenth(e.high))
    return MonthCell(weeks.whole(e.value), weeks.between(e.low, e.high), block.at_least, exact)


def _row(point: WeekPoint) -> TrendRow:
    level = "" if point.value is None else weeks.whole(point.value)
    band = ""
    if point.low is not None and point.high is not None:
        band = weeks.between(point.low, point.high)
    single = weeks.whole(point.raw) if point.raw is not None and point.status == "shown" else ""
    reason = "" if level else REASONS.get(point.status, "")
    exact = tuple(tenth(x) for x in (point.value, point.low, point.high, point.raw))
    return TrendRow(weeks.short(point.wave), level, band, single, point.at_least, reason, exact)
