"""How much the figures of a wave leave open about each hidden group, with HiGHS.

For every group with invited people that is not shown, given everything printed and the public
headcounts: at least three counts of answers are possible, the sum of its answers to each item
is open by four points or more, and neither is it certain that everybody in it answered the
same, nor that everybody answered.

One world that fits all figures of an item clears most groups, since the people of a pool can be
shared out among its groups in every way. What is not cleared like that is asked exactly, group by
group. The bounds are those of real numbers, taken inwards to whole ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np

from pulse.disclosure import residues, system
from pulse.disclosure.residues import NARROWEST, OTHERS, Range
from pulse.disclosure.solver import Program, Rows, Vector
from pulse.disclosure.system import FEWEST, Node, View
from pulse.errors import Unsure
from pulse.release.cell import Cell
from pulse.terms import TOP, Tree, Unit

SUM_OPEN: Final = 4
ANSWERS: Final = np.arange(1, TOP + 1, dtype=float)
# A person, less what rounding may lose.
SOMEBODY: Final = 1 - 1e-4
EDGE: Final = 1e-4
CORES: Final = 2
# Seconds for the groups of an item that are asked one by one; there are hardly ever any.
PATIENCE: Final = 200.0
# Columns from which the first-order method is the quicker one.
MANY: Final = 10_000
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
    least, most = _solved(program, cost), _solved(program, -cost)
    low, high = _part(group, nodes[at], least[at]), _part(group, nodes[at], most[at])
    return Range(low.low, high.high)


def _told(wave: Wave, nodes: Sequence[Node], item: str, many: int) -> list[Hit]:
    """List the hidden groups of which one item tells too much."""
    cells = wave.rows[item]
    alone = len(wave.rows) == 1
    whole = View(system.merged(nodes, cells), cells, wave.gaps, {}, alone)
    asked = system.question([whole])
    doubtful = [(node, group) for node in nodes for group in node.hidden]
    methods = ("pdlp", "ipm") if len(asked.low) > many else ("ipm",)
    for method in methods:
        near = system.middle(whole) if method == "pdlp" else None
        program = Program(asked.low, asked.high, asked.rows, method=method, near=near)
        world = program.least(np.zeros(len(asked.low)))
        if world is None:
            raise Unsure(f"No answers at all fit the figures of item {item}.")
        doubtful = [
            (node, group)
            for node, group in doubtful
            if not _cleared(group, node, _answers(asked, world, node))
        ]
        if not doubtful:
            return []
    parts = {node.name: _parts(node, [g for n, g in doubtful if n is node]) for node, _ in doubtful}
    method = "ipm" if len(methods) > 1 else "simplex"
    return list(_one_by_one(View(whole.nodes, cells, wave.gaps, parts, alone), item, method))


def _answers(asked: system.Question, world: Vector, node: Node) -> Vector:
    first = asked.place[f"0/{node.name}"]
    return np.maximum(world[first + 1 : first + FEWEST], 0.0)


def _parts(node: Node, groups: Sequence[Unit]) -> dict[str, int]:
    parts = {group.unit_id: group.invited for group in groups}
    rest = node.invited - sum(parts.values())
    return parts | ({f"{node.name}:rest": rest} if rest else {})


def _cleared(group: Unit, node: Node, answers: Vector) -> bool:
    """Tell whether a node's answers, shared out freely, leave a group open enough.

    The group takes from n - rest to n of its node's answers: the lowest and fewest for its
    least sum, the highest and most for its greatest.
    """
    n, rest = float(answers.sum()), node.invited - group.invited
    fewest, most = max(0.0, n - rest), min(float(group.invited), n)
    low, high = _taken(answers, fewest), _taken(answers[::-1], most)[::-1]
    span = floor(high @ ANSWERS + EDGE) - ceil(low @ ANSWERS - EDGE)
    others = np.minimum(most, n - answers)
    return span >= SUM_OPEN and bool((others >= SOMEBODY).all()) and fewest < group.invited - 1


def _taken(answers: Vector, people: float) -> Vector:
    """Take people from the front of the counts."""
    before = np.concatenate([[0.0], np.cumsum(answers)[:-1]])
    return np.clip(people - before, 0.0, answers)


def _one_by_one(view: View, item: str, method: str) -> Iterator[Hit]:
    asked = system.question([view])
    program = Program(asked.low, asked.high, asked.rows, method=method, seconds=PATIENCE)
    for parts in view.parts.values():
        for name, people in parts.items():
            if not name.endswith(":rest") and (told := told_of(program, asked, name, people)):
                yield Hit(name, item, told)


def told_of(program: Program, asked: system.Question, name: str, people: int) -> str:
    """Say what a question tells too much of one group; nothing if it leaves enough open.

    Raises:
        Unsure: the solver came to no clear end, or nothing at all fits the figures.
    """
    low, high = sum_range(program, asked, name)
    if floor(high + EDGE) - ceil(low - EDGE) < SUM_OPEN:
        return "the sum of its answers"
    kinds = [(answer != ANSWERS).astype(float) for answer in ANSWERS]
    if any(_most(program, asked, name, kind) < SOMEBODY for kind in kinds):
        return "what everybody answered"
    if -_most(program, asked, name, -np.ones(TOP)) > people - SOMEBODY:
        return "that everybody answered"
    return ""


def sum_range(program: Program, asked: system.Question, name: str) -> tuple[float, float]:
    """Return the least and greatest sum of answers that a node or group may have.

    Raises:
        Unsure: the solver came to no clear end, or nothing at all fits the figures.
    """
    return -_most(program, asked, name, -ANSWERS), _most(program, asked, name, ANSWERS)


def _most(program: Program, asked: system.Question, name: str, weights: Vector) -> float:
    answers = slice(asked.place[name] + 1, asked.place[name] + FEWEST)
    cost = np.zeros(len(asked.low))
    cost[answers] = -weights
    return float(_solved(program, cost)[answers] @ weights)


def _solved(program: Program, cost: Vector) -> Vector:
    values = program.least(cost)
    if values is None:
        raise Unsure("No answers at all fit the figures.")
    return values


def linked(waves: Sequence[Wave], item: str) -> system.Question:
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
