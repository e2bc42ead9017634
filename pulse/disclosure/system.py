"""What the rows of a release say about counts, as linear rows over a forest of units.

A *node* is a shown unit, a pool, or what no shown unit covers; below a node stand its maximal
shown descendants and its pool, so that each count of a node is the sum over the nodes below.
Per item a node has six counts - no answer, then 1 to 5 - and `fewest`: what its band speaks of,
a count that no item asked falls below.

Everything here is read from outside: the printed rows, the tree with its public headcounts,
the public count of the whole wave.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import comb, inf
from typing import Final, NamedTuple

import numpy as np

from pulse.disclosure import residues
from pulse.disclosure.residues import EVERYBODY, OTHERS, Range
from pulse.disclosure.solver import Rows, Vector
from pulse.release.cell import Cell
from pulse.terms import TOP, Tree, Unit

WIDTH: Final = TOP + 2
FEWEST: Final = TOP + 1
CODED: Final = 1.5
CLASSES: Final = {
    "under 10 %": (0.0, 0.1),
    "10-25 %": (0.1, 0.25),
    "over 25 %": (0.25, 1.0),
}
_FINE_FROM: Final = 40

# Coefficients of the counts (no answer, 1, …, 5); their sum of products is never negative.
Cone = tuple[float, ...]


class Node(NamedTuple):
    """One node: its place in the forest, who is invited, and which hidden groups it is made of.

    `parent` is the index of the node above, -1 for everybody. `hidden` is empty for a node with
    others below it, and for a shown group.
    """

    name: str
    parent: int
    invited: int
    band: Range
    hidden: tuple[Unit, ...] = ()


def forest(tree: Tree, shown: Iterable[str], bands: Mapping[str, int], counted: int) -> list[Node]:
    """Return the nodes of one pattern, everybody first, parents before children.

    Args:
        tree: the frozen tree.
        shown: the shown units.
        bands: b of every shown unit and, as `id:others`, of every pool.
        counted: ballots counted in the whole wave.
    """
    showing = frozenset(shown)
    left, pools = residues.residues(tree, showing), residues.pools_due(tree, showing)
    nodes = [Node(EVERYBODY, -1, tree.root.invited, Range(0, counted))]
    place: dict[str, int] = {}
    above: dict[str, int] = {}
    uncovered = []
    for unit in tree.units:
        parent = above.get(unit.parent_id or "", 0)
        if unit.unit_id in showing:
            band = residues.band_range(bands[unit.unit_id], unit.invited)
            whole = () if unit.group or unit.unit_id in pools else tuple(left[unit.unit_id])
            place[unit.unit_id] = len(nodes)
            nodes.append(Node(unit.unit_id, parent, unit.invited, band, whole))
            parent = place[unit.unit_id]
            if unit.unit_id in pools:
                nodes.append(_pool(unit.unit_id, parent, pools[unit.unit_id], bands))
        elif unit.group and parent == 0:
            uncovered.append(unit)
        above[unit.unit_id] = parent
    if uncovered:
        people = sum(unit.invited for unit in uncovered)
        nodes.append(Node(OTHERS, 0, people, Range(0, people), tuple(uncovered)))
    return nodes


def _pool(owner: str, parent: int, groups: Sequence[Unit], bands: Mapping[str, int]) -> Node:
    people = sum(group.invited for group in groups)
    band = residues.band_range(bands[owner + OTHERS], people)
    return Node(owner + OTHERS, parent, people, band, tuple(groups))


def said(cell: Cell | None) -> list[Cone]:
    """Return what a printed item row says of the counts behind it.

    Rounding is to the nearest step, so a figure allows half a step either way; of a coded end
    "1 + s or less" the true mean may be up to 1 + 1.5 s.
    """
    if cell is None or cell.mean is None or cell.step is None or cell.at_least is None:
        return []
    half = cell.step / 2
    low = 1.0 if cell.mean_bound == "at_most" else cell.mean - half
    high = float(TOP) if cell.mean_bound == "at_least" else cell.mean + half
    cones = [(0.0, *(answer - low for answer in range(1, TOP + 1)))] if low > 1 else []
    cones += [(0.0, *(high - answer for answer in range(1, TOP + 1)))] if high < TOP else []
    step = 5 if cell.at_least >= _FINE_FROM else 10
    for share, kinds in (
        (cell.favourable, (0, 0, 0, 1, 1)),
        (cell.unfavourable, (1, 1, 0, 0, 0)),
    ):
        if share is not None:
            least = 0.0 if share <= step else (share - step / 2) / 100
            most = 1.0 if share >= 100 - step else (share + step / 2) / 100
            cones += [(0.0, *(kind - least for kind in kinds))] if least > 0 else []
            cones += [(0.0, *(most - kind for kind in kinds))] if most < 1 else []
    least, most = missing(cell)
    cones += [(1 - least, *[-least] * TOP)] if least > 0 else []
    cones += [(most - 1, *[most] * TOP)] if most < 1 else []
    return cones


def missing(cell: Cell | None) -> tuple[float, float]:
    """Return which share of ballots without an answer a printed row allows."""
    return CLASSES[cell.no_answer] if cell is not None and cell.no_answer else (0.0, 1.0)


def merged(nodes: Sequence[Node], cells: Mapping[str, Cell]) -> list[Node]:
    """Put shown siblings with the same mean and no shares together, for one item.

    Their counts may be shared out in proportion to what each may hold, so the sums that they can
    have together are exactly those of one node with all their people.
    """
    inner = {node.parent for node in nodes}
    kept: list[Node] = []
    moved: dict[int, int] = {}
    same: dict[tuple[object, ...], int] = {}
    for at, node in enumerate(nodes):
        cell = cells.get(node.name)
        moved[at] = len(kept)
        if at not in inner and not node.hidden and cell and cell.favourable is None:
            key = (node.parent, cell.mean, cell.mean_bound, cell.step)
            if key in same:
                one = kept[same[key]]
                band = Range(one.band.low + node.band.low, one.band.high + node.band.high)
                kept[same[key]] = one._replace(invited=one.invited + node.invited, band=band)
                continue
            same[key] = len(kept)
        kept.append(node._replace(parent=moved.get(node.parent, -1)))
    return kept


class Question(NamedTuple):
    """One item of one or several releases of a wave as a linear program.

    `place` maps a node or group to its first column: no answer, 1 to 5, fewest.
    """

    low: list[float]
    high: list[float]
    rows: Rows
    place: dict[str, int]


class View(NamedTuple):
    """One release's figures of one item.

    `cells` are the item's rows by node name; `gaps` per node the least share of ballots without
    an answer that any item of the class has. `parts` splits nodes into groups, each with the
    most ballots it can have; nodes not named stay whole. `alone` marks a class with one item.
    """

    nodes: Sequence[Node]
    cells: Mapping[str, Cell]
    gaps: Mapping[str, float]
    parts: Mapping[str, Mapping[str, int]]
    alone: bool = False


def question(views: Sequence[View]) -> Question:
    """Put the figures of an item together, parts of the same name being the same people."""
    asked = Question([], [], Rows(), {})
    for number, view in enumerate(views):
        keys = [f"{number}/{node.name}" for node in view.nodes]
        below: dict[int, list[int]] = {}
        for key, node in zip(keys, view.nodes, strict=True):
            at = _columns(asked, key, node.band)
            below.setdefault(node.parent, []).append(at)
        for place, (key, node) in enumerate(zip(keys, view.nodes, strict=True)):
            at, inside = asked.place[key], below.get(place, [])
            parts = view.parts.get(node.name, {})
            for part, people in parts.items():
                fresh = part not in asked.place
                inside.append(
                    _columns(asked, part, Range(0, people)) if fresh else asked.place[part]
                )
                if fresh:
                    _group(asked.rows, inside[-1], people, alone=view.alone)
            if parts:
                asked.rows.add(range(at, at + FEWEST), [1.0] * FEWEST, 0, node.invited)
            _node(asked.rows, at, node, inside, view)
    return asked


def middle(view: View) -> Vector:
    """Return the columns of a question of one view near the middle of what is printed.

    Counts around each printed mean, half-way through each band: a place to set out from, which
    need not fit all figures.
    """
    inner = {node.parent for node in view.nodes}
    columns = np.zeros((len(view.nodes), WIDTH))
    for at in reversed(range(len(view.nodes))):
        node = view.nodes[at]
        if at not in inner:
            cell = view.cells.get(node.name)
            level = ((TOP + 1) / 2 if cell is None or cell.mean is None else cell.mean) - 1
            chance = level / (TOP - 1)
            fewest = (node.band.low + min(node.band.high, node.invited)) / 2
            spread = [
                comb(TOP - 1, up) * chance**up * (1 - chance) ** (TOP - 1 - up) for up in range(TOP)
            ]
            columns[at] = [0.0, *(fewest * part for part in spread), fewest]
        if node.parent >= 0:
            columns[node.parent] += columns[at]
    return columns.ravel()


def _columns(asked: Question, name: str, fewest: Range) -> int:
    at = len(asked.low)
    asked.place[name] = at
    asked.low.extend([0.0] * FEWEST + [float(fewest.low)])
    asked.high.extend([inf] * FEWEST + [float(fewest.high)])
    return at


def _group(rows: Rows, at: int, people: float, *, alone: bool) -> None:
    """Tie the counts of people who are not split further."""
    rows.add(range(at, at + FEWEST), [1.0] * FEWEST, 0, people)
    answers = range(at + 1, at + WIDTH)
    rows.add(answers, [1.0] * TOP + [-1.0], 0, 0 if alone else inf)


def _node(rows: Rows, at: int, node: Node, inside: Sequence[int], view: View) -> None:
    if inside:
        for count in range(WIDTH):
            parts = [one + count for one in inside]
            rows.add([at + count, *parts], [1.0] + [-1.0] * len(parts), 0, 0)
    else:
        _group(rows, at, node.invited, alone=view.alone)
    if node.parent < 0:
        rows.add(range(at, at + FEWEST), [1.0] * FEWEST, node.band.high, node.band.high)
    for cone in said(view.cells.get(node.name)):
        rows.add(range(at, at + FEWEST), cone, 0, inf)
    gap = view.gaps.get(node.name, 0.0)
    if gap > 0:
        rows.add(range(at, at + WIDTH), [1 - gap] * FEWEST + [-1.0], 0, inf)
