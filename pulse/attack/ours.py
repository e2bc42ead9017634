"""Our publication, read from the files of the releases and from nothing else.

A home is read by its structure: the smallest groups that anybody can tell apart are its groups,
and how many answered is known as far as bands say. In a twin the same files are read, person by
person, and the truth is known.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isclose
from pathlib import Path
from statistics import fmean
from typing import Final

import msgspec
import polars as pl

from pulse.attack.bounds import Bounds
from pulse.attack.publication import (
    PARTICIPATION,
    Figure,
    Hidden,
    People,
    Publication,
    Source,
    Span,
)
from pulse.attack.reading import mean_span, shares_spans
from pulse.attack.truth import Truth
from pulse.disclosure.policy import BAND
from pulse.disclosure.residues import OTHERS, band_range
from pulse.export import Selection, csv, frames
from pulse.release import cells, reading
from pulse.release.cell import COLUMNS, Cell
from pulse.release.hidden import REASON
from pulse.release.reading import Release
from pulse.terms import TOP, Progress, Tree, silent

LABEL: Final = "Reading releases"
HR: Final = "hr"
INDEX: Final = 25  # points of a scale for each point of its items
NAMES: Final = frozenset({"wave", "unit_id", "parent_id", "name", "kind", "measure", "status"})


def read(releases: Path, truth: Truth | None = None, progress: Progress = silent) -> Publication:
    """Return everything that the releases of a home say, and that its export says.

    Args:
        releases: the folder of a home.
        truth: what really happened, where the home is a twin.
        progress: told of each release.

    Raises:
        BadRelease: a file does not match the ledger.
    """
    waves = reading.waves(releases)
    exported = _exported(releases)
    sheets = []
    for number, wave in enumerate(waves, 1):
        release = reading.load(releases, wave)
        sheets.append(_Sheet(release, exported.get(wave, []), truth))
        progress(LABEL, number, len(waves))
    invited = {sheet.wave: sheet.invited for sheet in sheets}
    figures = tuple(figure for sheet in sheets for figure in sheet.figures())
    return Publication(
        figures=figures,
        hidden=tuple(hidden for sheet in sheets for hidden in sheet.hidden()),
        k={sheet.wave: int(sheet.release.manifest.policy["k"]) for sheet in sheets},
        invited=invited,
        parents={sheet.wave: sheet.parents for sheet in sheets},
        answers=truth.answers if truth else Bounds(figures, invited).answers,
        given=truth.given if truth else None,
        scales={sheet.wave: sheet.scales for sheet in sheets},
    )


def _exported(releases: Path) -> dict[str, list[Cell]]:
    """Export everything as HR can, and read the file back."""
    file = io.BytesIO()
    csv.write(frames(releases, Selection()), file)
    found: dict[str, list[Cell]] = {}
    for row in cells.rows(pl.read_csv(file.getvalue(), schema=cells.SCHEMA)):
        found.setdefault(row.wave, []).append(row)
    return found


class _Sheet:
    """One release, its figures turned into what an attacker holds."""

    def __init__(self, release: Release, exported: list[Cell], truth: Truth | None) -> None:
        self.release, self.wave, self.tree = release, release.wave, release.tree
        self.exported = exported
        self.rows = cells.rows(cells.read(release.folder / cells.NAME))
        self.printed = {(row.unit_id, row.measure): row for row in self.rows}
        atoms = _atoms(self.tree, truth.weeks[self.wave].seats if truth else None)
        self.people = _people(self.tree, atoms)
        self.invited = (
            dict.fromkeys(self.people[self.tree.root.unit_id], 1)
            if truth
            else {unit.unit_id: unit.invited for unit in self.tree.units if unit.group}
        )
        self.parents: dict[str, str | None] = {u.unit_id: u.parent_id for u in self.tree.units}
        self._add_pools()
        self.seen_by = _viewers(self.tree)
        self.scales = {
            f"scale:{scale}": tuple(f"item:{item}" for item in items)
            for scale, items in release.manifest.scales.items()
        }

    def _add_pools(self) -> None:
        """Find whose residue each pool is: the tree and the shown units say so."""
        shown = {row.unit_id for row in self.rows if row.kind == "unit" and _shown(row)}
        for row in self.rows:
            if row.kind == "pool" and row.unit_id not in self.people:
                owner = row.unit_id.removesuffix(OTHERS)
                whole = self.people.get(owner, frozenset())
                inside = [self.people[u] for u in shown if self.people[u] < whole]
                self.people[row.unit_id] = whole.difference(*inside)
                self.parents[row.unit_id] = owner

    def figures(self) -> Iterator[Figure]:
        """Yield participation, then every page's figures, the staff page's, then the export's."""
        root = self.tree.root.unit_id
        counted = self.release.manifest.tallies.counted
        yield Figure(
            self.wave, PARTICIPATION, root, self.people[root], Span(counted, counted),
            viewers=self.seen_by[root],
        )  # fmt: skip
        yield from self._figures(self.rows, "page")
        yield from self._on_the_staff_page()
        yield from self._figures(self.exported, "export")

    def _figures(self, rows: Iterable[Cell], source: Source) -> Iterator[Figure]:
        for row in rows:
            if row.kind != "diag" and row.at_least is not None:
                yield self._figure(row, source)

    def _figure(self, row: Cell, source: Source) -> Figure:
        b, invited = row.at_least or 0, row.invited or 0
        n = Span(b, b) if b % BAND else Span(*band_range(b, invited))  # 7 is no band, so a count
        viewers = self.seen_by.get(row.unit_id.removesuffix(OTHERS), frozenset({HR}))
        people = self.people.get(row.unit_id, frozenset())
        if row.measure in self.scales:
            items = len(self.scales[row.measure])
            return Figure(
                self.wave, row.measure, row.unit_id, people, Span(n.low * items, n.high * items),
                source=source, viewers=viewers, mean=self._beyond_items(row),
            )  # fmt: skip
        reverse = row.measure.removeprefix("item:") in self.release.manifest.reversed
        mean, total, shares, split = None, None, None, None
        if row.mean is not None and row.mean_bound is not None and row.step:
            mean = mean_span(row.mean, row.mean_bound, row.step, reverse=reverse)
            total = Span(n.low * mean.low, n.high * mean.high)
        if None not in (row.favourable, row.neutral, row.unfavourable):
            given = (row.favourable or 0.0, row.neutral or 0.0, row.unfavourable or 0.0)
            shares = shares_spans(*given, b, reverse=reverse)
            split = _times(shares, n)
        return Figure(
            self.wave, row.measure, row.unit_id, people, n, total, split, source,
            viewers=viewers, mean=mean, shares=shares,
        )  # fmt: skip

    def _beyond_items(self, row: Cell) -> Span | None:
        """Return what a scale row says beyond the printed rows of its items: None, or it leaks."""
        if row.mean is None or row.mean_bound is None or not row.step:
            return None
        means = []
        for measure in self.scales[row.measure]:
            item = self.printed.get((row.unit_id, measure))
            if item is not None and item.mean is not None:
                turned = measure.removeprefix("item:") in self.release.manifest.reversed
                means.append(TOP + 1 - item.mean if turned else item.mean)
        if len(means) == len(self.scales[row.measure]) and isclose(
            row.mean, INDEX * (fmean(means) - 1), abs_tol=row.step / 100
        ):
            return None
        return mean_span(1 + row.mean / INDEX, row.mean_bound, row.step / INDEX)

    def _on_the_staff_page(self) -> Iterator[Figure]:
        """Yield what the staff page says beyond the cells; it should be nothing."""
        page = msgspec.json.decode(self.release.results)
        root = self.tree.root.unit_id
        said = [(root, f"item:{one['item']}", one["mean"]) for one in page.get("items", ())]
        blocks = [(root, page), *((unit["unit_id"], unit) for unit in page.get("units", ()))]
        said += [
            (unit_id, f"scale:{one['scale']}", one["mean"])
            for unit_id, block in blocks
            for one in block.get("scales", ())
        ]
        for unit_id, measure, mean in said:
            row = self.printed.get((unit_id, measure))
            if row is None or row.mean != mean:
                people = self.people.get(unit_id, frozenset())
                yield Figure(
                    self.wave, measure, unit_id, people, Span(0, len(people)), Span(mean, mean),
                    edition="staff page", viewers=frozenset({*self.parents, HR}),
                )  # fmt: skip

    def hidden(self) -> Iterator[Hidden]:
        """Yield hidden units with people, and all that pages and export print in their place."""
        looks: dict[str, set[str]] = {}
        every = (*self.rows, *self.exported)
        for row in every:
            if row.kind == "unit" and not _shown(row):
                looks.setdefault(row.unit_id, set()).add(_printed(row))
        for row in every:  # a diagnostic of a hidden unit is printed in its place too
            if row.kind == "diag" and row.unit_id in looks:
                looks[row.unit_id].add(f"{row.measure} {_printed(row)}")
        for unit_id, printed in looks.items():
            people = self.people.get(unit_id, frozenset())
            if people:
                said = "; ".join(sorted({REASON, *printed} - {""}))
                yield Hidden(self.wave, unit_id, people, said)


def _shown(row: Cell) -> bool:
    return row.status == "published"


def _printed(row: Cell) -> str:
    """Return what a hidden row says beside its names: nothing, or it is a leak."""
    said = ((name, getattr(row, name)) for name in COLUMNS if name not in NAMES)
    return ", ".join(f"{name} {value}" for name, value in said if value is not None)


def _times(shares: Sequence[Span], n: Span) -> tuple[Span, Span, Span]:
    good, middle, bad = (Span(share.low * n.low, share.high * n.high) for share in shares)
    return good, middle, bad


def _atoms(tree: Tree, seats: Mapping[str, str] | None) -> dict[str, People]:
    """Map each group to the smallest sets that can be told apart: itself, or a twin's persons."""
    if seats is None:
        return {unit.unit_id: frozenset({unit.unit_id}) for unit in tree.units if unit.group}
    inside: dict[str, set[str]] = {unit.unit_id: set() for unit in tree.units if unit.group}
    for person, unit_id in seats.items():
        inside[tree.groups[unit_id]].add(person)
    return {unit_id: frozenset(people) for unit_id, people in inside.items()}


def _people(tree: Tree, atoms: Mapping[str, People]) -> dict[str, People]:
    people = {unit.unit_id: atoms.get(unit.unit_id, frozenset()) for unit in tree.units}
    for unit in reversed(tree.units):  # parents stand before their children
        if unit.parent_id is not None:
            people[unit.parent_id] |= people[unit.unit_id]
    return people


def _viewers(tree: Tree) -> dict[str, frozenset[str]]:
    """Say whose leader sees each unit: those above it and its own; the staff page shows all."""
    everybody = frozenset({HR, *(unit.unit_id for unit in tree.units)})
    root = tree.root.unit_id
    seen_by: dict[str, frozenset[str]] = {root: everybody}
    for unit in tree.units[1:]:
        above = seen_by[unit.parent_id or root] if unit.parent_id != root else frozenset({root, HR})
        seen_by[unit.unit_id] = everybody if unit.parent_id == root else above | {unit.unit_id}
    return seen_by
