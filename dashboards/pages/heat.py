"""The heat table: units of the tree against scales, in tree order, never a ranking."""

from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from dashboards.pages import drawing, weeks
from dashboards.pages.tiles import first_weeks
from pulse.accounts.scope import Scope
from pulse.statistics.items import ItemFigure, items_of_week
from pulse.statistics.scales import Direction, Scales
from pulse.terms import Unit

LEVELS: Final = 2  # below the first row; what is deeper stands on the page of its unit
MOST_ROWS: Final = 120
# Edges of the seven shades; 50 is "neither agree nor disagree" and stays grey in every week.
_EDGES: Final = (30.0, 40.0, 47.0, 53.0, 60.0, 70.0)


class HeatCell(msgspec.Struct, frozen=True):
    """One figure; `shade` is 0 (low, orange) to 6 (high, blue), None where hidden."""

    shade: int | None
    at_least: int | None
    number: str
    interval: str
    direction: Direction
    drawn_arrow: Markup


class HeatRow(msgspec.Struct, frozen=True):
    """One unit; `answers` is the smallest band behind its figures.

    It is never set against today's headcount: the weeks behind the figures had their own.
    """

    unit_id: str
    name: str
    depth: int
    parent_id: str | None
    children: int
    deeper: bool
    answers: str
    cells: tuple[HeatCell, ...]


class HeatTable(msgspec.Struct, frozen=True):
    """The rows with their headings; `hidden` tells whether any cell is hatched."""

    scales: tuple[str, ...]
    period: str
    rows: tuple[HeatRow, ...]
    hidden: bool
    cut: bool


def heat_table(scales: Scales, scope: Scope, top: str) -> HeatTable:
    """Return the table of `top` and the units below it that `scope` sees."""
    history = scales.history
    children = history.tree().children()
    order: list[tuple[Unit, int]] = []
    _walk(history.units[top], 0, children, order)
    seen = [(unit, depth) for unit, depth in order if scope.sees(unit.unit_id) and unit.invited]
    kept = seen[:MOST_ROWS]
    rows = tuple(_row(scales, unit, depth, children[unit.unit_id]) for unit, depth in kept)
    blocks = scales.blocks_of_waves
    return HeatTable(
        scales=tuple(scale.name for scale in history.instrument.scales.values()),
        period=weeks.span(blocks[-1]) if blocks else "this week",
        rows=rows,
        hidden=any(cell.shade is None for row in rows for cell in row.cells),
        cut=len(seen) > len(kept),
    )


def shade(value: float) -> int:
    """Return the shade of a figure on 0-100: 0 to 6, 3 around the middle of the scale."""
    return sum(value >= edge for edge in _EDGES)


def _walk(
    unit: Unit, depth: int, children: dict[str, list[Unit]], order: list[tuple[Unit, int]]
) -> None:
    order.append((unit, depth))
    if depth < LEVELS:
        for child in children[unit.unit_id]:
            _walk(child, depth + 1, children, order)


def _row(scales: Scales, unit: Unit, depth: int, below: list[Unit]) -> HeatRow:
    alive = [child for child in below if child.invited]
    names = tuple(scales.history.instrument.scales)
    # A line that has just begun has no block yet: its row is of this week, and says so.
    young = not any(scales.blocks(unit.unit_id, scale) for scale in names)
    early = items_of_week(scales.history, unit.unit_id) if young else ()
    cells = tuple(_cell(scales, unit.unit_id, scale, early) for scale in names)
    bands = [cell.at_least for cell in cells if cell.at_least is not None]
    answers = f"at least {min(bands)} answers" if bands else f"{unit.invited} people"
    return HeatRow(
        unit_id=unit.unit_id,
        name=unit.name,
        depth=depth,
        parent_id=unit.parent_id if depth else None,
        children=len(alive) if depth < LEVELS else 0,
        deeper=depth == LEVELS and bool(alive),
        answers=f"{answers} this week" if young and bands and scales.blocks_of_waves else answers,
        cells=cells,
    )


def _cell(scales: Scales, unit_id: str, scale: str, early: Sequence[ItemFigure]) -> HeatCell:
    blocks = scales.blocks(unit_id, scale)
    block = blocks[-1] if blocks else first_weeks(scales.history.instrument, scale, early)
    direction = scales.directions.get((unit_id, scale), Direction("too_early"))
    estimate = block.estimate if block else None
    if block is None or estimate is None:
        return HeatCell(None, None, "", "", direction, Markup(""))
    likely = direction.key in {"higher", "lower"}
    return HeatCell(
        shade=shade(estimate.value),
        at_least=block.at_least,
        number=weeks.whole(estimate.value),
        interval=weeks.between(estimate.low, estimate.high),
        direction=direction,
        drawn_arrow=drawing.arrow(direction.key) if likely else Markup(""),
    )
