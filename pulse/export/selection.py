"""Which released rows an export holds: a unit's subtree, a span of waves, a reader's measures."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pulse.errors import InvalidValue, Refused
from pulse.release import reading
from pulse.terms import Tree, check_wave_id

if TYPE_CHECKING:
    import polars as pl

POOL_SUFFIX = ":others"


class Selection(msgspec.Struct, frozen=True):
    """What to export; empty fields choose everything.

    `unit` stands for itself and all below it in each wave's own tree, with their pools.
    `first` and `last` are wave ids, both included. Items about one leader are left out unless
    `leader_items`: only that leader sees them. `without` names further items to leave out.
    """

    unit: str = ""
    first: str = ""
    last: str = ""
    leader_items: bool = False
    without: Collection[str] = ()


def frames(releases: Path, selection: Selection) -> Iterator["pl.DataFrame"]:
    """Yield the chosen rows of each released wave, ascending by wave, in the release's order.

    Raises:
        Refused: the unit stands in no tree of these waves.
        InvalidValue: `first` or `last` is no wave id, or `last` comes before `first`.
        BadRelease: a file does not match the ledger.
    """
    from pulse.release import cells

    for bound in (selection.first, selection.last):
        if bound:
            check_wave_id(bound)
    if selection.first and selection.last and selection.last < selection.first:
        raise InvalidValue("The last week comes before the first.", where="to")
    found = False
    for wave in reading.waves(releases):
        if wave < selection.first or (selection.last and wave > selection.last):
            continue
        release = reading.load(releases, wave)
        chosen = subtree(release.tree, selection.unit or release.tree.root.unit_id)
        found = found or bool(chosen)
        lead = () if selection.leader_items else release.manifest.lead
        without = {*lead, *selection.without}
        yield _rows(cells.read(release.folder / cells.NAME), chosen, without)
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
