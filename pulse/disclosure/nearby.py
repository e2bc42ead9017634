"""A group and what stands around it, with all else as in a world that is known.

Whatever is possible with the rest held still is possible. So a group that is open here is open,
which is how the few that one world does not clear are cleared without asking for the whole wave.
"""

from typing import Final

import numpy as np

from pulse.disclosure import system
from pulse.disclosure.openness import Asked
from pulse.disclosure.residues import Range
from pulse.disclosure.solver import Program, Vector
from pulse.disclosure.system import WIDTH, Node, Question, View

SIBLINGS: Final = 12
SECONDS: Final = 20.0
# How far the rest may move, so that what doubles lose keeps nothing from fitting.
STILL: Final = 1e-5


def around(
    view: View, asked: Question, world: Vector, node: str, *, in_whole: bool = True
) -> Asked:
    """Ask for the figures around one node while the rest of the wave stays as it is.

    Whole are the answers of the node, of its parts, and of up to `SIBLINGS` siblings that are made
    of nothing else; free is what they are all a part of.

    Args:
        view: one item's figures; its `parts` split the node.
        asked: the same as a question, in which the node need not be split.
        world: values that fit it.
        node: the node that groups are asked about.
        in_whole: whether anything is whole at all.
    """
    at = next(at for at, each in enumerate(view.nodes) if each.name == node)
    above = [view.nodes[at].parent]
    while view.nodes[above[0]].parent >= 0:
        above.insert(0, view.nodes[above[0]].parent)
    inner = {each.parent for each in view.nodes}
    siblings = [
        other
        for other, each in enumerate(view.nodes)
        if each.parent == above[-1] and other not in inner and other != at
    ]
    near = [at, *siblings[:SIBLINGS]]
    local = [view.nodes[each]._replace(parent=step - 1) for step, each in enumerate(above)]
    local += [view.nodes[each]._replace(parent=len(above) - 1) for each in near]
    still = {}
    for step, each in enumerate(above):
        rest = [
            asked.place[f"0/{other.name}"]
            for place, other in enumerate(view.nodes)
            if other.parent == each and place not in {*above, *near}
        ]
        if rest:
            name = f"{view.nodes[each].name}:besides"
            still[f"0/{name}"] = sum(world[first : first + WIDTH] for first in rest)
            most = 2 * view.nodes[above[0]].invited
            local.append(Node(name, step, most, Range(0, most)))
    parts = {node: view.parts.get(node, {})}
    question = system.question([View(local, view.cells, view.gaps, parts, view.alone)])
    low, high = np.array(question.low), np.array(question.high)
    for name, values in still.items():
        columns = slice(question.place[name], question.place[name] + WIDTH)
        low[columns], high[columns] = np.maximum(values - STILL, 0.0), values + STILL
    whole = np.zeros(len(low), bool)
    chosen = (*(f"0/{view.nodes[each].name}" for each in near), *parts[node]) if in_whole else ()
    for name in chosen:
        whole[question.place[name] + 1 : question.place[name] + WIDTH] = True
    return Program(low, high, question.rows, whole=whole, seconds=SECONDS), question
