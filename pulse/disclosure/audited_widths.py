"""The audit of what figures tell together: isolated groups, and how open hidden ones stay."""

from collections.abc import Iterator, Mapping, Sequence

from pulse.disclosure.audited_cells import Sheet
from pulse.disclosure.bounds import Hit, hits, wave_of
from pulse.disclosure.isolation import smallest_isolated
from pulse.disclosure.residues import OTHERS, item_classes
from pulse.release.cell import Cell

REST = ":rest"


def isolated(sheet: Sheet) -> Iterator[str]:
    """Yield a finding where published rows add and subtract to fewer than k people.

    A second opinion on the residues: the blocks are built from the rows and their parents, as
    the file claims them, and the tree is not looked at.
    """
    for items, k in item_classes(sheet.manifest.items, sheet.manifest.lead, sheet.policy):
        rows = {c.unit_id: c for c in sheet.cells if c.measure == f"item:{items[0]}"}
        sets, people = blocks(rows)
        group = smallest_isolated(sets, people, k)
        if group is not None:
            yield f"{', '.join(sorted(group))}: fewer than {k} people can be told apart."


def blocks(rows: Mapping[str, Cell]) -> tuple[list[frozenset[str]], dict[str, int]]:
    """Return the published sets of one item's rows, and the people that their atoms stand for.

    One block per published unit: its maximal published descendants, and its residue, which has
    the people that its pool's row states, or nobody where there is no pool.
    """
    parents = {name: row.parent_id for name, row in rows.items() if row.kind == "unit"}
    inner = set(parents.values())
    below: dict[str, set[str]] = {}
    open_: set[str] = set()
    for name in parents:
        row = rows[name]
        above = row.parent_id
        while above is not None and (above not in rows or rows[above].status != "published"):
            above = parents.get(above)
        if above is not None and row.status == "published":
            below.setdefault(above, set()).add(name)
        elif above is not None and name not in inner:
            open_.add(above)
    sets: list[frozenset[str]] = []
    people: dict[str, int] = {}
    for name in parents:
        if rows[name].status != "published":
            continue
        inside = below.get(name)
        if not inside:
            sets.append(frozenset({f"{name}/"}))
            people[f"{name}/"] = rows[name].at_least or 0
            continue
        # One block's atoms are its own: what is inside a child is the child's block.
        atoms = {f"{name}/{child}": rows[child].at_least or 0 for child in inside}
        pool = rows.get(name + OTHERS)
        if name in open_ or pool is not None:
            printed = pool is not None and pool.status == "published"
            atoms[f"{name}/{REST}"] = (pool.at_least or 0) if pool is not None and printed else 0
            sets += [frozenset({f"{name}/{REST}"})] if printed else []
        sets += [frozenset(atoms), *(frozenset({f"{name}/{child}"}) for child in inside)]
        people |= atoms
    return sets, people


def too_narrow(sheet: Sheet) -> list[Hit]:
    """List the hidden groups of which too much is known."""
    found: list[Hit] = []
    for items, _ in item_classes(sheet.manifest.items, sheet.manifest.lead, sheet.policy):
        counted = sheet.manifest.tallies.counted
        found += hits(wave_of(sheet.tree, counted, sheet.cells, items))
    return found


def said(found: Sequence[Hit]) -> list[str]:
    """Put hits into sentences."""
    return [f"{h.unit_id} item:{h.item}: the figures around it give away {h.told}." for h in found]
