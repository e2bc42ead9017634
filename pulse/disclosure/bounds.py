"""How much the figures of a wave leave open about each hidden group, with HiGHS.

For every group with invited people that is not shown, given everything printed and the public
headcounts: at least three counts of answers are possible, the sum of its answers to each item
is open by four points or more, and neither is it certain that everybody in it answered the
same, nor that everybody answered.

One world that fits all figures of an item clears most groups, since the people of a pool can be
shared out among its groups in every way. What is not cleared like that is asked exactly, group by
group: of real numbers first, and of whole ones where real ones leave it open by little
(`openness.py`). Counts alone need no more: figures that are sums along a tree have whole-numbered
ends (Hoffman & Kruskal 1956).
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np

from pulse.disclosure import residues, system
from pulse.disclosure.nearby import around
from pulse.disclosure.openness import EDGE, Asked, of_counts, solved, told_of
from pulse.disclosure.residues import NARROWEST, OTHERS, Range
from pulse.disclosure.solver import Program, Rows, Vector
from pulse.disclosure.system import FEWEST, WIDTH, Node, Question, View
from pulse.errors import Unsure
from pulse.release.cell import Cell
from pulse.terms import Tree, Unit

CORES: Final = 2
# Seconds for the groups of an item that are asked one by one; there are hardly ever any.
PATIENCE: Final = 200.0
# Columns from which the first-order method is the quicker one.
MANY: Final = 10_000
# Columns up to which whole numbers are asked of all figures of an item.
EVERYTHING: Final = 1_000
_DISAGREE: Final = "Two ways to bound the counts disagree."


class Hit(NamedTuple):
    """A hidden group of which the figures tell too much: by which item, and what."""

    unit_id: str
    item: str
    told: str


class Wave(NamedTuple):
    """What is published of one wave for the items that share a pattern.

    `rows` maps each item to its published rows by unit_id (pools as `id:others`).
    """

    wave: str
    tree: Tree
    counted: int
    rows: Mapping[str, Mapping[str, Cell]]

    @property
    def bands(self) -> dict[str, int]:
        """The band of every shown unit and pool."""
        any_item = next(iter(self.rows.values()))
        return {name: cell.at_least or 0 for name, cell in any_item.items()}

    @property
    def shown(self) -> frozenset[str]:
        """The shown units."""
        return frozenset(name for name in self.bands if not name.endswith(OTHERS))

    @property
    def gaps(self) -> dict[str, float]:
        """Per node the least share of ballots without an answer that any item has."""
        return {
            name: max(system.missing(cells.get(name))[0] for cells in self.rows.values())
            for name in self.bands
        }


def wave_of(tree: Tree, counted: int, cells: Sequence[Cell], items: Sequence[str]) -> Wave:
    """Gather the published rows of some items."""
    rows: dict[str, dict[str, Cell]] = {item: {} for item in items}
    for cell in cells:
        kind, _, name = cell.measure.partition(":")
        if kind == "item" and name in rows and cell.status == "published":
            rows[name][cell.unit_id] = cell
    return Wave(next((cell.wave for cell in cells), ""), tree, counted, rows)


def hits(wave: Wave, *, many: int = MANY) -> list[Hit]:
    """List the hidden groups of which too much is known, in tree order.

    Args:
        wave: what is published.
        many: columns from which the first-order method is asked before the others.

    Raises:
        Unsure: the solver came to no clear end, or two ways to bound a count disagree.
    """
    nodes = system.forest(wave.tree, wave.shown, wave.bands, wave.counted)
    if not wave.shown or not any(node.hidden for node in nodes):
        return []  # the public count of the wave is no figure of a group
    found = list(_narrow(wave, nodes))
    # Questions run without the interpreter's lock, so two items are asked at a time.
    with ThreadPoolExecutor(CORES) as pool:
        for told in pool.map(lambda item: _told(wave, nodes, item, many), wave.rows):
            found += told
    order = {unit.unit_id: place for place, unit in enumerate(wave.tree.units)}
    return sorted(found, key=lambda hit: order[hit.unit_id])


def _narrow(wave: Wave, nodes: Sequence[Node]) -> Iterator[Hit]:
    """Yield groups with fewer than three possible counts, found in two ways that must agree."""
    ranges = residues.hidden_ranges(wave.tree, wave.shown, wave.bands, wave.counted)
    program = _counts_only(nodes)
    least, most = (program.least(sign * _chosen(nodes)) for sign in (1.0, -1.0))
    if ranges is None or least is None or most is None:
        if ranges is not None or least is not None:
            raise Unsure(_DISAGREE)
        raise Unsure("The bands contradict each other.")
    for at, node in enumerate(nodes):
        for group in node.hidden:
            low, high = ranges[group.unit_id]
            one, two = _part(group, node, least[at]), _part(group, node, most[at])
            if ceil(one.low - EDGE) < low or floor(two.high + EDGE) > high:
                raise Unsure(_DISAGREE)
            open_ = floor(two.high + EDGE) - ceil(one.low - EDGE)
            if open_ < NARROWEST:
                exact = _exact_counts(program, nodes, at, group)
                if exact != (low, high):
                    raise Unsure(_DISAGREE)
                open_ = high - low
            if open_ < NARROWEST:
                yield Hit(group.unit_id, next(iter(wave.rows)), "how many of it answered")


def _counts_only(nodes: Sequence[Node]) -> Program:
    """Ask for counts of answers alone: bands, headcounts and the public count."""
    rows = Rows()
    below: dict[int, list[int]] = {}
    for at, node in enumerate(nodes):
        below.setdefault(node.parent, []).append(at)
    for at, inside in below.items():
        if at >= 0:
            rows.add([at, *inside], [1.0] + [-1.0] * len(inside), 0, 0)
    bands = [node.band for node in nodes]
    return Program([band.low for band in bands], [band.high for band in bands], rows)


def _chosen(nodes: Sequence[Node]) -> Vector:
    return np.array([1.0 if node.hidden else 0.0 for node in nodes])


def _part(group: Unit, node: Node, n: float) -> Range:
    """Return how many of a node's n answers one of its groups may have given."""
    low = max(0, ceil(n - (node.invited - group.invited) - EDGE))
    return Range(low, min(group.invited, floor(n + EDGE)))


def _exact_counts(program: Program, nodes: Sequence[Node], at: int, group: Unit) -> Range:
    cost = np.zeros(len(nodes))
    cost[at] = 1
    least, most = solved(program, cost), solved(program, -cost)
    low, high = _part(group, nodes[at], least[at]), _part(group, nodes[at], most[at])
    return Range(low.low, high.high)


def _told(wave: Wave, nodes: Sequence[Node], item: str, many: int) -> list[Hit]:
    """List the hidden groups of which one item tells too much."""
    cells = wave.rows[item]
    alone = len(wave.rows) == 1
    together = View(system.merged(nodes, cells), cells, wave.gaps, {}, alone)
    asked = system.question([together])
    doubtful = [(node, group) for node in nodes for group in node.hidden]
    methods = ("pdlp", "ipm") if len(asked.low) > many else ("ipm",)
    for method in methods:
        near = system.middle(together) if method == "pdlp" else None
        program = Program(asked.low, asked.high, asked.rows, method=method, near=near)
        world = program.least(np.zeros(len(asked.low)))
        if world is None:
            raise Unsure(f"No answers at all fit the figures of item {item}.")
        doubtful = [each for each in doubtful if not _open_at_a_glance(asked, world, *each)]
        parts = {n.name: _parts(n, [g for m, g in doubtful if m is n]) for n, _ in doubtful}
        split = together._replace(parts=parts)
        doubtful = [each for each in doubtful if not _open_nearby(split, asked, world, *each)]
        if not doubtful:
            return []
    method = "ipm" if len(methods) > 1 else "simplex"
    # Siblings that are one to real numbers are not quite so to whole ones.
    apart = nodes if len(nodes) * WIDTH <= EVERYTHING else together.nodes
    return list(_one_by_one(split, split._replace(nodes=apart), item, doubtful, method))


def _open_at_a_glance(asked: Question, world: Vector, node: Node, group: Unit) -> bool:
    """Tell whether one world, its node's answers shared out freely, leaves a group wide open."""
    answers = _answers(asked, world, node)
    return of_counts(answers, group.invited, node.invited - group.invited).wide


def _open_nearby(view: View, asked: Question, world: Vector, node: Node, group: Unit) -> bool:
    """Tell whether a group is open even with the rest of the wave held still."""
    try:
        real = around(view, asked, world, node.name, in_whole=False)
        in_whole = partial(around, view, asked, world, node.name)
        return not told_of(real, in_whole, group.unit_id, group.invited)
    except Unsure:  # nothing fits like that, or not soon: so everything is asked
        return False


def _answers(asked: Question, world: Vector, node: Node) -> Vector:
    first = asked.place[f"0/{node.name}"]
    return np.maximum(world[first + 1 : first + FEWEST], 0.0)


def _parts(node: Node, groups: Sequence[Unit]) -> dict[str, int]:
    parts = {group.unit_id: group.invited for group in groups}
    rest = node.invited - sum(parts.values())
    return parts | ({f"{node.name}:rest": rest} if rest else {})


def _one_by_one(
    view: View, exact: View, item: str, left: Sequence[tuple[Node, Unit]], method: str
) -> Iterator[Hit]:
    asked = system.question([view])
    program = Program(asked.low, asked.high, asked.rows, method=method, seconds=PATIENCE)
    alike: dict[tuple[str, int], str] = {}  # groups of a node that have as many people are
    for node, group in left:
        key = node.name, group.invited
        if key not in alike:
            in_whole = partial(whole, exact, node.name)
            alike[key] = told_of((program, asked), in_whole, group.unit_id, group.invited)
        if alike[key]:
            yield Hit(group.unit_id, item, alike[key])


def whole(view: View, node: str, *, everything: int = EVERYTHING) -> Asked:
    """Ask for the figures around one node in whole numbers.

    Args:
        view: one item's figures.
        node: the node that groups are asked about.
        everything: columns up to which all are whole. Of more, only those of the node, what it is
            made of, what it is a part of, and their other parts; what else there is are sums of
            so many people that whole numbers leave no gaps.
    """
    asked = system.question([view])
    return Program(
        asked.low, asked.high, asked.rows, whole=_near(view, asked, node, everything),
        seconds=PATIENCE,
    ), asked  # fmt: skip


def _near(view: View, asked: Question, node: str, everything: int) -> Vector:
    """Tell which columns are those of a node, its parts, its siblings and what is above it."""
    columns = np.zeros(len(asked.low), bool)
    if len(columns) <= everything:
        return ~columns
    at = next(at for at, each in enumerate(view.nodes) if each.name == node)
    chosen = {f"0/{node}", *view.parts.get(node, ())}
    while view.nodes[at].parent >= 0:
        above = view.nodes[at].parent
        chosen |= {f"0/{each.name}" for each in view.nodes if each.parent == above}
        at = above
    for name in chosen:
        columns[asked.place[name] : asked.place[name] + WIDTH] = True
    return columns


def linked(waves: Sequence[Wave], item: str) -> Question:
    """Put the figures of several releases together, person by person as far as trees tell.

    The answers that a roster unit's people gave in one wave are the same whatever tree they were
    counted under, and others than in any other wave: so two cuts of one wave meet in their roster
    units, named `wave/roster unit`, and two waves meet nowhere.
    """
    views = []
    for wave in waves:
        nodes = system.forest(wave.tree, wave.shown, wave.bands, wave.counted)
        teams: dict[str, dict[str, int]] = {}
        for team, group in wave.tree.groups.items():
            people = wave.tree.unit(group).invited
            teams.setdefault(group, {})[f"{wave.wave}/{team}"] = people
        inner = {node.parent for node in nodes}
        parts = {
            node.name: {
                team: people
                for group in ([unit.unit_id for unit in node.hidden] or [node.name])
                for team, people in teams[group].items()
            }
            for at, node in enumerate(nodes)
            if at not in inner
        }
        alone = len(wave.rows) == 1
        views.append(View(nodes, wave.rows.get(item, {}), wave.gaps, parts, alone))
    return system.question(views)
