"""Rules that choose which units to show, each a function from a problem to a pattern.

All are put in the most favourable words that their sources allow: of two readings the one that
shows more and leaks no more.
"""

from collections.abc import Callable
from typing import Final

from pulse.disclosure.program import Problem, best_pattern
from tests.oracles.patterns import greedy, large_enough, naive_pattern, totals

Rule = Callable[[Problem], list[bool]]

LEAST_HIDDEN: Final = 2
LARGE: Final = 400


def pairwise_remainder(problem: Problem) -> list[bool]:
    """Show a unit if its parent without this one unit is nobody or k answers.

    A minimum on a query and on the rest of what it is taken from: the control of query set size
    (Denning, Cryptography and Data Security, 1982, chapter 6, which also shows why it fails).
    Comparing with all units above instead of the parent gives the same numbers on all trees
    here. Stated for the reference trees with another reading: 66 leaks; this one has 69-74.
    """
    sums = totals(problem)
    shown = large_enough(problem)
    for unit, parent in enumerate(problem.parents):
        if parent >= 0 and _isolates(sums[parent] - sums[unit], problem.k):
            shown[unit] = False
    return shown


def remainder_of_two(problem: Problem) -> list[bool]:
    """Show a unit if its parent without it, and without it and a sibling, is nobody or k answers.

    The stricter reading of the pairwise remainder: pairs of shown siblings are subtracted too,
    and the smaller of such a pair is hidden. 64-67 leaks on the reference trees.
    """
    sums = totals(problem)
    shown = pairwise_remainder(problem)
    for parent, units in enumerate(_children(problem)):
        for unit in sorted(filter(shown.__getitem__, units), key=sums.__getitem__):
            rest = sums[parent] - sums[unit]
            others = (other for other in units if shown[other] and other != unit)
            if any(_isolates(rest - sums[other], problem.k) for other in others):
                shown[unit] = False
    return shown


def _isolates(n: int, k: int) -> bool:
    return 0 < n < k


def sibling_sum_of_two(problem: Problem) -> list[bool]:
    """Hide the next smallest siblings until two answers are hidden; from 400 none is hidden.

    A rule in wide use, with its defaults (learn.microsoft.com, Viva Glint, "Understand
    confidentiality and suppression in reports": confidentiality 5, suppression 2, parent team
    suppression 400). A unit without answers counts as nothing to hide. Stated for the reference
    trees: 54 leaks; this reading has 51-63.
    """
    return _hidden_sum(problem, LEAST_HIDDEN, LARGE)


def sibling_sum_of_k(problem: Problem) -> list[bool]:
    """Hide the next smallest siblings until k answers are hidden under each parent.

    The "remainder rule" of another survey system (support.tivian.com, "Information on anonymity
    criterion and remainder rule").
    """
    return _hidden_sum(problem, problem.k, None)


def _hidden_sum(problem: Problem, least: int, large: int | None) -> list[bool]:
    sums = totals(problem)
    shown = large_enough(problem)
    for units in _children(problem):
        hidden = sum(sums[unit] for unit in units if not shown[unit])
        for unit in sorted(filter(shown.__getitem__, units), key=sums.__getitem__):
            if hidden == 0 or hidden >= least or (large is not None and sums[unit] >= large):
                break
            shown[unit] = False
            hidden += sums[unit]
    return shown


def _children(problem: Problem) -> list[list[int]]:
    table: list[list[int]] = [[] for _ in problem.parents]
    for unit, parent in enumerate(problem.parents):
        if parent >= 0:
            table[parent].append(unit)
    return table


OURS: Final = "Pulse's tree program"
NAIVE: Final = "threshold alone"
RULES: Final[dict[str, Rule]] = {
    OURS: best_pattern,
    NAIVE: naive_pattern,
    "parent minus one unit": pairwise_remainder,
    "parent minus one or two units": remainder_of_two,
    "siblings hidden up to 2 answers, but none from 400": sibling_sum_of_two,
    "siblings hidden up to k answers": sibling_sum_of_k,
    "smallest unit hidden, bottom-up (greedy)": greedy,
}
