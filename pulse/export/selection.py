"""Which released rows an export holds: a unit's subtree, a span of waves, a reader's measures."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pulse.errors import Refused
from pulse.release import cells, reading
from pulse.terms import Tree, check_wave_id

if TYPE_CHECKING:
    import polars as pl

POOL_SUFFIX = ":others"


class Selection(msgspec.Struct, frozen=True):
    """What to export; empty fields choose everything.

    `unit` stands for itself and all below it in each wave's own tree, with their pools.
    `first` and `last` are wave ids, both included. `without` names items whose rows are
    left out (items about one leader, for everybody but that leader).
    """

    unit: str = ""
    first: str = ""
    last: str = ""
    without: Collection[str] = ()


def frames(releases: Path, selection: Selection) -> Iterator["pl.DataFrame"]:
    """Yield the chosen rows of each released wave, ascending by wave, in the release's order.

    Raises:
        Refused: the unit stands in no tree of these waves.
        InvalidValue: `first` or `last` is no wave id.
        BadRelease: a file does not match the ledger.
    """
    for bound in (selection.first, selection.last):
        if bound:
            check_wave_id(bound)
    found = False
    for wave in reading.waves(releases):
        if wave < selection.first or (selection.last and wave > selection.last):
            continue
        tree = reading.load(releases, wave).tree
        chosen = subtree(tree, selection.unit or tree.root.unit_id)
        found = found or bool(chosen)
        yield _rows(cells.read(releases / wave / "cells.parquet"), chosen, selection.without)
    if selection.unit and not found:
        raise Refused("No release of these waves has this unit.", where=selection.unit)


def subtree(tree: Tree, unit_id: str) -> frozenset[str]:
    """Return `unit_id` and every unit below it; empty when the tree has no such unit."""
    inside = {unit_id} & {unit.unit_id for unit in tree.units}
    for unit in tree.units:
        if unit.parent_id in inside:
            inside.add(unit.unit_id)
    return frozenset(inside)


def _rows(
    frame: "pl.DataFrame", units: Collection[str], without: Collection[str]
) -> "pl.DataFrame":
    import polars as pl

    ids = [*units, *(unit + POOL_SUFFIX for unit in units)]
    hidden = [f"item:{item}" for item in without]
    return frame.filter(pl.col("unit_id").is_in(ids) & ~pl.col("measure").is_in(hidden))
