"""Small releases with a valid ledger, written by hand: the export only reads files."""

from pathlib import Path

import msgspec

from pulse.release import cells, ledger, manifest
from pulse.release.cell import Cell
from pulse.release.ledger import Entry
from pulse.release.manifest import Manifest, Tallies
from pulse.store import treefile
from pulse.terms import Tree, Unit

WAVES = ("2026-W09", "2026-W10", "2026-W11")


def tree(*, without_team: bool = False) -> Tree:
    """Return root > dep > (a, b) and root > c; a name begins like a formula."""
    units = (
        Unit("root", None, "Root", 40, group=False),
        Unit("dep", "root", "=1+1", 20, group=False),
        Unit("dep.a", "dep", 'Team "A", north', 10, group=True, g="00001"),
        Unit("dep.b", "dep", "@B", 10, group=True, g="00002"),
        Unit("c", "root", "C", 20, group=True, g="00003"),
    )
    kept = tuple(unit for unit in units if not (without_team and unit.unit_id == "dep.b"))
    return Tree("t", kept, {unit.unit_id: unit.unit_id for unit in kept if unit.group})


def rows(wave: str, of: Tree) -> list[Cell]:
    """Return two items for every unit, one of them about a leader; team b is hidden."""
    made = []
    for unit in of.units:
        for item in ("A1", "P25"):
            head = (wave, unit.unit_id, unit.parent_id, unit.name, "unit", f"item:{item}")
            if unit.unit_id == "dep.b":
                made.append(Cell(*head, "suppressed"))  # type: ignore[arg-type] # a mixed tuple
            else:
                made.append(
                    Cell(*head, "published", 5, unit.invited, 3.5, "exact", 0.5)  # type: ignore[arg-type] # likewise
                )
    pool = Cell(
        wave, "dep:others", "dep", "Other teams of =1+1 together", "pool", "item:A1",
        "published", 5, 10, 4.5, "at_least", 0.5,
    )  # fmt: skip
    diag = Cell(wave, "root", None, "Root", "diag", "sigma2:A1", "published", 100, 40, value=1.05)
    return [*made, pool, diag]


def release(releases: Path, wave: str, of: Tree) -> None:
    """Write one release and its ledger line."""
    folder = releases / wave
    folder.mkdir(parents=True)
    files = {
        "cells.parquet": cells.encode(rows(wave, of)),
        "results.json": b"{}\n",
        "tree.json": treefile.encode(of),
    }
    described = Manifest(
        v=1, wave=wave, code_version="0", instrument="i", instrument_version="1", form=0,
        items=("A1", "P25"), lead=("P25",), reversed=(), scales={"safety": ("A1",)},
        policy={"k": 5}, program="optimal", tree_version="t", keys="0" * 32, tokens="",
        tallies=Tallies(invited=40, issued=30, ballots=30, counted=30, spoiled=0),
        files={name: ledger.digest(data) for name, data in files.items()},
    )  # fmt: skip
    files[manifest.NAME] = manifest.encode(described)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    entry = Entry(1, wave, ledger.digest(files[manifest.NAME]), ledger.head(releases))
    with (releases / ledger.NAME).open("ab") as file:
        file.write(ledger.line(entry) + b"\n")


def write_releases(folder: Path) -> Path:
    """Write three waves; the last has no team b any more."""
    for wave in WAVES:
        release(folder, wave, tree(without_team=wave == WAVES[-1]))
    return folder


def renamed(cell: Cell, name: str) -> Cell:
    """Return the same row under another name."""
    return msgspec.structs.replace(cell, name=name)
