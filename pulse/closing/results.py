"""`results.json`: what staff see of a release, composed from its cells alone.

The organisation and those departments (units right below it) that are shown; nothing about
one leader, no pools, no diagnostics, and no figure that is not a released cell.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import UNSET, UnsetType

from pulse.instrument import Instrument
from pulse.release.cell import Bound, Cell
from pulse.release.hidden import for_staff
from pulse.release.protected import ProtectedCounts
from pulse.release.surveys import is_own
from pulse.terms import Tree, Unit


class ScaleFigure(msgspec.Struct, frozen=True):
    """One scale, 0-100, higher is better; a coded `mean` is its bound.

    `items` are those of the wave that it is made of, `step` what one step of one of them moves.
    """

    scale: str
    label: str
    mean: float
    mean_bound: Bound
    step: float
    items: tuple[str, ...]


class ItemFigure(msgspec.Struct, frozen=True):
    """One item, 1-5 as it was answered; a coded `mean` is its bound.

    With `reverse`, less agreement is better.
    """

    item: str
    text: str
    mean: float
    mean_bound: Bound
    step: float
    reverse: bool


class UnitFigures(msgspec.Struct, frozen=True):
    """One shown department; `series` is the wave in which its line began."""

    unit_id: str
    name: str
    participation: str
    at_least: int
    invited: int
    series: str
    scales: tuple[ScaleFigure, ...]


class Results(msgspec.Struct, frozen=True):
    """The page for staff as data; `closes` is an ISO time.

    `unit_id`, `series` and the numbers of people are the organisation's; `at_least` and `invited`
    are 0 where it is hidden. Intervals and lines over several weeks are not in it: they are worked
    out from all releases (`pulse.statistics.summarising`), and this holds cells of its wave alone.
    `ends` are the lowest and the highest answer in the words of an own survey.
    """

    wave: str
    organisation: str
    closes: str
    participation: str
    unit_id: str
    at_least: int
    invited: int
    series: str
    scales: tuple[ScaleFigure, ...]
    items: tuple[ItemFigure, ...]
    units: tuple[UnitFigures, ...]
    hidden: str
    ends: tuple[str, str] | UnsetType = UNSET


def compose(
    protected: ProtectedCounts, tree: Tree, instrument: Instrument, organisation: str, closes: str
) -> bytes:
    """Return the bytes of `results.json`: one JSON object, indented, ending in a newline."""
    rows = _published(protected.cells)
    root = rows.get(tree.root.unit_id, ())
    departments = [u for u in tree.children()[tree.root.unit_id] if u.invited]
    shown = [unit for unit in departments if unit.unit_id in rows]
    results = Results(
        wave=protected.wave,
        organisation=organisation,
        closes=closes,
        participation=_participation(root),
        unit_id=tree.root.unit_id,
        at_least=_people(root)[0],
        invited=_people(root)[1],
        series=tree.root.series,
        scales=_scales(root, instrument, protected),
        items=_items(root, instrument),
        units=tuple(_unit(unit, rows[unit.unit_id], instrument, protected) for unit in shown),
        hidden=for_staff(len(departments) - len(shown), len(departments), shown=bool(root)),
        ends=(instrument.labels[0], instrument.labels[-1]) if is_own(instrument) else UNSET,
    )
    return msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n"


def _published(cells: Iterable[Cell]) -> Mapping[str, list[Cell]]:
    rows: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.kind == "unit" and cell.status == "published" and cell.mean is not None:
            rows.setdefault(cell.unit_id, []).append(cell)
    return rows


def _unit(
    unit: Unit, rows: Iterable[Cell], instrument: Instrument, protected: ProtectedCounts
) -> UnitFigures:
    cells = list(rows)
    return UnitFigures(
        unit.unit_id, unit.name, _participation(cells), *_people(cells), unit.series,
        _scales(cells, instrument, protected),
    )  # fmt: skip


def _scales(
    rows: Iterable[Cell], instrument: Instrument, protected: ProtectedCounts
) -> tuple[ScaleFigure, ...]:
    released = {name: cell for cell, name in _named(rows, "scale:")}
    return tuple(
        ScaleFigure(
            name,
            scale.name,
            cell.mean or 0.0,
            cell.mean_bound or "exact",
            cell.step or 0.0,
            protected.scales[name],
        )
        for name, scale in instrument.scales.items()
        if (cell := released.get(name)) is not None
    )


def _items(rows: Iterable[Cell], instrument: Instrument) -> tuple[ItemFigure, ...]:
    return tuple(
        ItemFigure(
            name,
            instrument.items[name].text,
            cell.mean or 0.0,
            cell.mean_bound or "exact",
            cell.step or 0.0,
            instrument.items[name].reverse,
        )
        for cell, name in _named(rows, "item:")
        if not instrument.items[name].leader
    )


def _named(rows: Iterable[Cell], prefix: str) -> list[tuple[Cell, str]]:
    return [(c, c.measure.removeprefix(prefix)) for c in rows if c.measure.startswith(prefix)]


def _people(rows: Iterable[Cell]) -> tuple[int, int]:
    """Return "at least b" and the invited, as released; nothing of who is hidden."""
    return next(((cell.at_least or 0, cell.invited or 0) for cell in rows), (0, 0))


def _participation(rows: Iterable[Cell]) -> str:
    for cell in rows:
        return f"At least {cell.at_least} of {cell.invited} people answered."
    return ""
