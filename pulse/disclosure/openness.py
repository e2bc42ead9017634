"""How open the figures of one item leave one group: asked of real numbers, then of whole ones.

Real numbers allow whatever whole ones do, and sometimes a few points more: a sum of answers was
seen to be up to five points wider than it can be. What they call too narrow is; what they leave
open by little is asked again in whole numbers, which is exact and slow.
"""

from collections.abc import Callable
from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np

from pulse.disclosure.residues import NARROWEST
from pulse.disclosure.solver import Program, Vector
from pulse.disclosure.system import FEWEST, Question
from pulse.errors import Unsure
from pulse.terms import TOP

SUM_OPEN: Final = 4
# What real numbers may allow more than whole ones: points of a sum, and people.
POINTS: Final = 6
PEOPLE: Final = 2
ANSWERS: Final = np.arange(1, TOP + 1, dtype=float)
# Far below a person, far above what doubles lose.
EDGE: Final = 1e-4

Asked = tuple[Program, Question]


class Open(NamedTuple):
    """What is left open about a group.

    `counts`: how many more answers it may have at most than at least; `points`: the same of the
    sum of its answers. `others`: for the answer of which it is least, how many may have given any
    other; `silent`: how many may not have answered.
    """

    counts: int
    points: int
    others: int
    silent: int

    @property
    def told(self) -> str:
        """Say what is known too well; nothing if it is open enough."""
        if self.points < SUM_OPEN:
            return "the sum of its answers"
        if self.others < 1:
            return "what everybody answered"
        if self.silent < 1:
            return "that everybody answered"
        return "how many of it answered" if self.counts < NARROWEST else ""

    @property
    def wide(self) -> bool:
        """Tell whether it is open enough even if whole numbers allow a little less."""
        return not self.doubtful

    @property
    def doubtful(self) -> frozenset[str]:
        """What may not be open enough once whole numbers are asked for."""
        return frozenset(name for name, enough in _SURE.items() if getattr(self, name) < enough)


# From where on whole numbers need not be asked.
_SURE: Final = {
    "counts": NARROWEST + PEOPLE, "points": SUM_OPEN + POINTS, "others": 1 + PEOPLE,
    "silent": 1 + PEOPLE,
}  # fmt: skip


def of_counts(answers: Vector, invited: int, rest: int) -> Open:
    """Return how open a group is that shares a node's answers freely with its other groups.

    The group takes from n - rest to n of its node's answers: the lowest and fewest for its
    least sum, the highest and most for its greatest.

    Args:
        answers: of the whole node, how many gave 1 to 5.
        invited: people of the group.
        rest: people of the node's other groups.
    """
    n = float(answers.sum())
    fewest, most = max(0.0, n - rest), min(float(invited), n)
    low, high = _taken(answers, fewest), _taken(answers[::-1], most)[::-1]
    others = float(np.minimum(most, n - answers).min())
    return Open(
        _whole(fewest, most), _whole(float(low @ ANSWERS), float(high @ ANSWERS)),
        floor(others + EDGE), invited - ceil(fewest - EDGE),
    )  # fmt: skip


def _taken(answers: Vector, people: float) -> Vector:
    """Take people from the front of the counts."""
    before = np.concatenate([[0.0], np.cumsum(answers)[:-1]])
    return np.clip(people - before, 0.0, answers)


def _whole(low: float, high: float) -> int:
    """Return how wide a range is once its ends are taken inwards to whole numbers."""
    return floor(high + EDGE) - ceil(low - EDGE)


def told_of(real: Asked, exact: Callable[[], Asked], name: str, people: int) -> str:
    """Say what is told too much of one group; nothing if it is left open enough.

    Args:
        real: the figures, of real numbers.
        exact: gives the same figures, of whole numbers; asked for only where real ones are close.
        name: the group's name in both.
        people: people of the group.

    Raises:
        Unsure: the solver came to no clear end, or nothing at all fits the figures.
    """
    about = openness(*real, name, people)
    if about.told or about.wide:
        return about.told
    return openness(*exact(), name, people, about).told


def openness(
    program: Program, asked: Question, name: str, people: int, about: Open | None = None
) -> Open:
    """Return how open all that fits the figures leaves a group.

    Args:
        program: what is asked.
        asked: its columns.
        name: the group's name in it.
        people: people of the group.
        about: what real numbers said; only what is in doubt of it is asked.

    Raises:
        Unsure: the solver came to no clear end, or nothing at all fits the figures.
    """
    kinds = [(answer != ANSWERS).astype(float) for answer in ANSWERS]
    ask: dict[str, Callable[[], int]] = {
        "counts": lambda: _whole(*count_range(program, asked, name)),
        "points": lambda: _whole(*sum_range(program, asked, name)),
        "others": lambda: floor(min(_most(program, asked, name, kind) for kind in kinds) + EDGE),
        "silent": lambda: people - ceil(-_most(program, asked, name, -np.ones(TOP)) - EDGE),
    }
    if about is None:
        return Open(**{what: how() for what, how in ask.items()})
    return about._replace(**{what: ask[what]() for what in sorted(about.doubtful)})


def sum_range(program: Program, asked: Question, name: str) -> tuple[float, float]:
    """Return the least and greatest sum of answers that a node or group may have.

    Raises:
        Unsure: the solver came to no clear end, or nothing at all fits the figures.
    """
    return -_most(program, asked, name, -ANSWERS), _most(program, asked, name, ANSWERS)


def count_range(program: Program, asked: Question, name: str) -> tuple[float, float]:
    """Return how many answers a node or group may have at least and at most, as bands count.

    Raises:
        Unsure: the solver came to no clear end, or nothing at all fits the figures.
    """
    cost = np.zeros(len(asked.low))
    at = asked.place[name] + FEWEST
    cost[at] = 1.0
    return float(solved(program, cost)[at]), float(solved(program, -cost)[at])


def _most(program: Program, asked: Question, name: str, weights: Vector) -> float:
    answers = slice(asked.place[name] + 1, asked.place[name] + FEWEST)
    cost = np.zeros(len(asked.low))
    cost[answers] = -weights
    return float(solved(program, cost)[answers] @ weights)


def solved(program: Program, cost: Vector) -> Vector:
    """Return the values where a cost is least.

    Raises:
        Unsure: the solver came to no clear end, or nothing at all fits the figures.
    """
    values = program.least(cost)
    if values is None:
        raise Unsure("No answers at all fit the figures.")
    return values
