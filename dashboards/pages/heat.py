"""The heat table: units of the tree against scales, in tree order, never a ranking.

Only what is open is made and sent, so that 10,000 units cost no more than the dozen that fit a
screen. A row is a function of the release and made once.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from dashboards.desk import Book
from dashboards.pages import drawing, weeks
from dashboards.pages.view import View
from pulse.accounts.scope import Scope
from pulse.statistics.items import ItemFigure, items_of_week
from pulse.statistics.scales import Direction
from pulse.statistics.standing import first_weeks, one_week
from pulse.terms import Unit

MOST_ROWS: Final = 200
ALL_OPEN: Final = 24  # a table of so few rows needs no closing
SEARCH_FROM: Final = 12
# Edges of the seven shades; 50 is "neither agree nor disagree" and stays grey in every week.
EDGES: Final = (30, 40, 47, 53, 60, 70)


class HeatCell(msgspec.Struct, frozen=True):
    """One figure; `shade` is 0 (low, orange) to 6 (high, blue), None where hidden.

    `change` is "higher" or "lower" where that is likely real, else empty. `why`: it has no figure
    because one week alone is shown.
    """

    shade: int | None
    at_least: int | None
    number: str
    interval: str
    direction: Direction
    change: str
    drawn_arrow: Markup
    why: str = ""


class HeatRow(msgspec.Struct, frozen=True):
    """One unit; `answers` is the smallest band behind its figures.

    It is never set against today's headcount: the weeks behind the figures had their own.
    """

    unit_id: str
    name: str
    answers: str
    cells: tuple[HeatCell, ...]

    @property
    def why(self) -> str:
        """Why no cell of it has a figure, where one week alone is shown; else empty."""
        return self.cells[0].why if all(cell.why for cell in self.cells) else ""


class HeatLine(msgspec.Struct, frozen=True):
    """A row where it stands: its depth, and for a branch whether it is open and where to go."""

    row: HeatRow
    depth: int
    below: int
    open: bool
    toggle: str


class HeatTable(msgspec.Struct, frozen=True):
    """The lines with their headings; `hidden`: whether any cell is hatched for few answers."""

    scales: tuple[tuple[str, str], ...]
    period: str
    lines: tuple[HeatLine, ...]
    hidden: bool
    cut: int
    units: int
    branches: bool
    view: View

    @property
    def searchable(self) -> bool:
        """Whether there are enough units to look one up."""
        return self.units > SEARCH_FROM


class _Walk:
    """Goes down the tree of what a scope sees, in the order and as deep as a view asks for."""

    def __init__(self, book: Book, scope: Scope, top: str, view: View) -> None:
        self.book, self.view, self.top = book, view, top
        self.inside = book.once(f"inside {scope.key} {top}", lambda: _inside(book, scope, top))
        self.sought = _found(book, self.inside, view.find) if view.find else None
        self.below = book.once(f"below {scope.key} {top}", lambda: _counts(self.inside))
        self.open = _open(self.inside, top, view)
        self.lines: list[HeatLine] = []
        self.left = 0

    def go(self, unit: Unit, depth: int = 0) -> None:
        """Add a unit, and what is below it where it is open."""
        below = self.inside[unit.unit_id]
        is_open = unit.unit_id in self.open if self.sought is None else True
        if len(self.lines) < MOST_ROWS:
            toggle = self._toggle(unit.unit_id, is_open=is_open) if below and depth else ""
            row = heat_row(self.book, unit)
            count = self.below[unit.unit_id]
            self.lines.append(HeatLine(row, depth, count, is_open, toggle))
        else:
            self.left += 1
        if is_open:
            for child in self._in_order(below):
                if self.sought is None or child.unit_id in self.sought:
                    self.go(child, depth + 1)

    def _toggle(self, unit_id: str, *, is_open: bool) -> str:
        if self.sought is not None:
            return ""
        others = [branch for branch in self.open if branch not in {unit_id, self.top}]
        return self.view.opened(tuple(others if is_open else [*others, unit_id]))

    def _in_order(self, units: Sequence[Unit]) -> Sequence[Unit]:
        """Sort siblings by the colour of a scale, lowest first; the same colour is no ranking."""
        scales = tuple(self.book.history.instrument.scales)
        if self.view.sort not in scales or len(self.lines) >= MOST_ROWS:
            return units
        place = scales.index(self.view.sort)
        shades = {u.unit_id: heat_row(self.book, u).cells[place].shade for u in units}
        return sorted(units, key=lambda u: 7 if (s := shades[u.unit_id]) is None else s)


def heat_table(book: Book, scope: Scope, top: str, view: View | None = None) -> HeatTable:
    """Return the table of `top` and the units below it that `scope` sees, as `view` asks."""
    view = view or View()
    history = book.history
    walk = _Walk(book, scope, top, view)
    walk.go(history.units[top])
    blocks = book.scales.blocks_of_waves
    return HeatTable(
        scales=tuple((scale.id, scale.name) for scale in history.instrument.scales.values()),
        period=weeks.span(blocks[-1]) if blocks else "this week",
        lines=tuple(walk.lines),
        hidden=any(
            cell.shade is None and not cell.why for line in walk.lines for cell in line.row.cells
        ),
        cut=walk.left,
        units=len(walk.inside),
        branches=any(line.toggle for line in walk.lines),
        view=view,
    )


def shade(value: float) -> int:
    """Return the shade of a figure on 0-100: 0 to 6, 3 around the middle of the scale."""
    return sum(value >= edge for edge in EDGES)


def heat_row(book: Book, unit: Unit) -> HeatRow:
    """Return the row of one unit, made once a release."""
    return book.row_once(f"row {unit.unit_id}", lambda: _row(book, unit))


def _inside(book: Book, scope: Scope, top: str) -> dict[str, list[Unit]]:
    """Return the children of every unit at or below `top` with people, as the scope sees them."""
    children = book.once("children", lambda: book.history.tree().children())
    table: dict[str, list[Unit]] = {}
    queue = [top]
    for unit_id in queue:
        below = [u for u in children[unit_id] if u.invited and scope.sees(u.unit_id)]
        table[unit_id] = below
        queue.extend(unit.unit_id for unit in below)
    return table


def _counts(inside: dict[str, list[Unit]]) -> dict[str, int]:
    """Return how many units lie below each."""
    counts: dict[str, int] = {}
    for unit_id in reversed(inside):  # children come after their parents
        counts[unit_id] = sum(1 + counts[unit.unit_id] for unit in inside[unit_id])
    return counts


def _open(inside: dict[str, list[Unit]], top: str, view: View) -> dict[str, None]:
    """Return the open branches in order: asked for, or all of them where that is little."""
    if view.everything or (view.open is None and len(inside) <= ALL_OPEN):
        return dict.fromkeys(unit_id for unit_id, below in inside.items() if below)
    return dict.fromkeys((top, *(u for u in view.open or () if u in inside)))


def _found(book: Book, inside: dict[str, list[Unit]], text: str) -> set[str]:
    """Return the units with `text` in their name, or in a member's, and those above them."""
    units, sought = book.history.units, text.casefold()
    found: set[str] = set()
    for unit_id in inside:
        unit = units[unit_id]
        names = (unit.name, *(member.name for member in unit.members))
        if any(sought in name.casefold() for name in names):
            above: str | None = unit_id
            while above is not None and above not in found:
                found.add(above)
                above = units[above].parent_id
    return found


def _row(book: Book, unit: Unit) -> HeatRow:
    scales = book.scales
    names = tuple(scales.history.instrument.scales)
    # A line that has just begun has no block yet: its row is of this week, and says so.
    young = all(scales.last_block(unit.unit_id, scale) is None for scale in names)
    early = items_of_week(scales.history, unit.unit_id) if young else ()
    cells = tuple(_cell(book, unit.unit_id, scale, early) for scale in names)
    bands = [cell.at_least for cell in cells if cell.at_least is not None]
    answers = f"at least {min(bands)} answers" if bands else f"{unit.invited} people"
    return HeatRow(
        unit_id=unit.unit_id,
        name=unit.name,
        answers=f"{answers} this week" if young and bands and scales.blocks_of_waves else answers,
        cells=cells,
    )


def _cell(book: Book, unit_id: str, scale: str, early: Sequence[ItemFigure]) -> HeatCell:
    scales = book.scales
    block = scales.last_block(unit_id, scale)
    block = block or first_weeks(scales.history.instrument, scale, early)
    direction = scales.directions.get((unit_id, scale), Direction("too_early"))
    estimate = block.estimate if block else None
    if block is None or estimate is None:
        return HeatCell(None, None, "", "", direction, "", Markup(""), one_week(block))
    likely = direction.key in {"higher", "lower"}
    return HeatCell(
        shade=shade(estimate.value),
        at_least=block.at_least,
        number=weeks.whole(estimate.value),
        interval=weeks.between(estimate.low, estimate.high),
        direction=direction,
        change=direction.key if likely else "",
        drawn_arrow=drawing.arrow(direction.key) if likely else Markup(""),
    )
