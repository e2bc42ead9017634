"""The audit of `results.json`: what staff see says nothing that is not a released cell."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from pulse.release.cell import Cell
from pulse.terms import Tree


class _Figure(msgspec.Struct, forbid_unknown_fields=True):
    mean: float
    mean_bound: str
    scale: str = ""
    item: str = ""
    label: str = ""
    text: str = ""
    step: float = 0.0
    reverse: bool = False

    @property
    def measure(self) -> str:
        return f"scale:{self.scale}" if self.scale else f"item:{self.item}"


class _Unit(msgspec.Struct, forbid_unknown_fields=True):
    unit_id: str
    name: str = ""
    participation: str = ""
    scales: tuple[_Figure, ...] = ()


class _Results(msgspec.Struct, forbid_unknown_fields=True):
    wave: str = ""
    organisation: str = ""
    closes: str = ""
    participation: str = ""
    scales: tuple[_Figure, ...] = ()
    items: tuple[_Figure, ...] = ()
    units: tuple[_Unit, ...] = ()
    hidden: str = ""


def findings(
    data: bytes, wave: str, tree: Tree, cells: Iterable[Cell], lead: Iterable[str]
) -> Iterator[str]:
    """Yield what `results.json` says beyond the cells, or about one leader."""
    try:
        told = msgspec.json.decode(data, type=_Results)
    except msgspec.DecodeError as error:
        yield f"results.json: it cannot be read: {error}."
        return
    if told.wave not in {wave, ""}:
        yield "results.json: it is of another wave."
    own = {f"item:{item}" for item in lead}
    rows = {
        (c.unit_id, c.measure): c
        for c in cells
        if c.kind == "unit" and c.status == "published" and c.measure not in own
    }
    root = tree.root.unit_id
    departments = {(unit.unit_id, unit.name) for unit in tree.units if unit.parent_id == root}
    whole = _Unit(root, "", told.participation, (*told.scales, *told.items))
    for unit in (whole, *told.units):
        if unit is not whole and (unit.unit_id, unit.name) not in departments:
            yield f"results.json: {unit.unit_id} is no department."
        yield from (f"results.json: {unit.unit_id} {text}" for text in _unit(unit, rows))
    shown = {unit_id for unit_id, _ in rows}
    invited = [unit for unit in tree.units if unit.parent_id == root and unit.invited]
    counts = {len(invited), sum(unit.unit_id not in shown for unit in invited)}
    if not counts.issuperset(map(int, re.findall(r"\d+", told.hidden))):
        yield "results.json: it counts something else than hidden departments."


def _unit(unit: _Unit, rows: dict[tuple[str, str], Cell]) -> Iterator[str]:
    for figure in unit.scales:
        cell = rows.get((unit.unit_id, figure.measure))
        said = figure.mean, figure.mean_bound, figure.step if figure.item else cell and cell.step
        if cell is None or (cell.mean, cell.mean_bound, cell.step) != said:
            yield f"{figure.measure} is not the released one."
    released = {
        f"At least {cell.at_least} of {cell.invited} people answered."
        for (unit_id, _), cell in rows.items()
        if unit_id == unit.unit_id
    }
    if unit.participation and unit.participation not in released:
        yield "has a participation that was not released."
