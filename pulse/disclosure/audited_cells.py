"""The audit of the cells: which rows may exist, and that no residue is too small.

It sees the files only. A printed "at least b" bounds the answers behind a row from below, so
a published unit is safe where its own band, or that of its pool, reaches k; a residue with
hidden groups and no pool shows nobody k people and is a finding.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pulse.disclosure import audited_figures, residues
from pulse.disclosure.policy import INNER_FROM, Policy
from pulse.disclosure.residues import OTHERS, item_classes
from pulse.release.cell import COLUMNS, Cell
from pulse.release.manifest import Manifest
from pulse.terms import Tree, Unit

KEPT_WHEN_SUPPRESSED = ("wave", "unit_id", "parent_id", "name", "kind", "measure", "status")

Rows = dict[tuple[str, str, str], Cell]


class Sheet(NamedTuple):
    """One release's files, read."""

    manifest: Manifest
    policy: Policy
    tree: Tree
    cells: list[Cell]


def findings(sheet: Sheet) -> Iterator[str]:
    """Yield what is wrong with the cells of a release."""
    rows: Rows = {(cell.kind, cell.unit_id, cell.measure): cell for cell in sheet.cells}
    if len(rows) != len(sheet.cells):
        yield "a row stands twice."
    if any(cell.wave != sheet.manifest.wave for cell in sheet.cells):
        yield "a row is of another wave."
    expected: set[tuple[str, str, str]] = set()
    outer: set[str] | None = None
    for items, k in item_classes(sheet.manifest.items, sheet.manifest.lead, sheet.policy):
        ordinary = items[0] not in sheet.manifest.lead
        measures = [f"item:{item}" for item in items]
        measures += [f"scale:{scale}" for scale in sheet.manifest.scales] if ordinary else []
        view = _View(sheet, rows, measures, k)
        yield from view.findings(outer)
        expected |= view.expected
        outer = view.shown if outer is None else outer
    expected |= {(c.kind, c.unit_id, c.measure) for c in sheet.cells if c.kind == "diag"}
    for kind, unit_id, measure in sorted(rows.keys() - expected):
        yield f"{unit_id} {measure}: this {kind} row must not exist."


class _View:
    """The rows of all measures that share one pattern."""

    def __init__(self, sheet: Sheet, rows: Rows, measures: list[str], k: int) -> None:
        self.sheet, self.rows, self.measures, self.k = sheet, rows, measures, k
        self.units = {u.unit_id: u for u in sheet.tree.units if u.invited}
        self.shown = {
            unit_id
            for unit_id in self.units
            if any(self._status(unit_id, measure) == "published" for measure in measures)
        }
        self.pools = residues.pools_due(sheet.tree, self.shown)
        self.expected = {("unit", u, m) for u in self.units for m in measures}
        self.expected |= {("pool", u + OTHERS, m) for u in self.pools for m in measures}

    def _status(self, unit_id: str, measure: str) -> str:
        cell = self.rows.get(("unit", unit_id, measure))
        return cell.status if cell else ""

    def findings(self, outer: set[str] | None) -> Iterator[str]:
        """Yield what is wrong; `outer` is the pattern that this one must lie inside."""
        for kind, unit_id, measure in sorted(self.expected - self.rows.keys()):
            yield f"{unit_id} {measure}: this {kind} row is missing."
        if outer is not None and not self.shown <= outer:
            yield "items about a leader are shown where others are hidden."
        if self.sheet.tree.root.invited < INNER_FROM:
            for unit_id in sorted(self.shown):
                unit = self.units[unit_id]
                if not unit.group and unit.parent_id is not None:
                    yield f"{unit_id}: an inner unit of a small organisation is shown."
        for unit_id, unit in self.units.items():
            yield from self._unit(unit_id, unit)
        for unit_id, groups in self.pools.items():
            yield from self._pool(self.units[unit_id], groups)
        yield from self._linked()

    def _present(self, kind: str, unit_id: str) -> list[Cell]:
        keys = ((kind, unit_id, measure) for measure in self.measures)
        return [self.rows[key] for key in keys if key in self.rows]

    def _unit(self, unit_id: str, unit: Unit) -> Iterator[str]:
        cells = self._present("unit", unit_id)
        yield from _labels(cells, unit.parent_id, unit.name)
        if unit_id not in self.shown:
            for cell in cells:
                if not _is_empty(cell):
                    yield f"{unit_id} {cell.measure}: a suppressed row says something."
            return
        yield from self._figures(cells, unit.invited, changed=unit.changed)

    def _pool(self, above: Unit, groups: list[Unit]) -> Iterator[str]:
        cells = self._present("pool", above.unit_id + OTHERS)
        yield from _labels(cells, above.unit_id, f"Other teams of {above.name} together")
        invited = sum(group.invited for group in groups)
        changed = any(group.changed for group in groups)
        yield from self._figures(cells, invited, changed=changed)

    def _figures(self, cells: list[Cell], invited: int, *, changed: bool) -> Iterator[str]:
        if any(cell.status != "published" for cell in cells):
            yield f"{cells[0].unit_id}: it is shown for one measure and hidden for another."
            return
        bands = {cell.at_least for cell in cells}
        b = cells[0].at_least if cells else None
        if len(bands) > 1 or b is None or b < self.k:
            yield from (
                f"{cell.unit_id}: it has no single band from {self.k}." for cell in cells[:1]
            )
            return
        scales = self.sheet.manifest.scales
        reverse = self.sheet.manifest.reversed
        check = audited_figures.Expected(b, invited, changed, self.sheet.policy.shares_from)
        yield from audited_figures.findings(cells, check, scales, reverse)

    def _linked(self) -> Iterator[str]:
        """Yield where bands and headcounts contradict each other."""
        bands: dict[str, int] = {}
        for unit_id in self.shown:
            bands |= _band(unit_id, self._present("unit", unit_id))
        for unit_id in self.pools:
            bands |= _band(unit_id + OTHERS, self._present("pool", unit_id + OTHERS))
        wanted = self.shown | {unit_id + OTHERS for unit_id in self.pools}
        for unit_id in sorted(wanted - bands.keys()):
            yield f"{unit_id}: nothing says that its residue has {self.k} people."
        if wanted <= bands.keys():
            counted = self.sheet.manifest.tallies.counted
            ranges = residues.hidden_ranges(self.sheet.tree, self.shown, bands, counted)
            if ranges is None:
                yield "the bands contradict each other."


def _band(unit_id: str, cells: Iterable[Cell]) -> Mapping[str, int]:
    printed = [cell.at_least for cell in cells if cell.at_least is not None]
    return {unit_id: printed[0]} if printed else {}


def _labels(cells: Iterable[Cell], parent_id: str | None, name: str) -> Iterator[str]:
    for cell in cells:
        if (cell.parent_id, cell.name) != (parent_id, name):
            yield f"{cell.unit_id} {cell.measure}: its name or parent is not the tree's."


def _is_empty(cell: Cell) -> bool:
    said = (getattr(cell, column) for column in COLUMNS if column not in KEPT_WHEN_SUPPRESSED)
    return cell.status == "suppressed" and all(value is None for value in said)
