"""Patterns of shown and hidden units: what judges one, and simpler ways to choose one."""

from collections.abc import Sequence
from itertools import product

from pulse.disclosure.program import Problem


def totals(problem: Problem) -> list[int]:
    """Return the answers in each unit and below it."""
    sums = list(problem.n)
    for unit in range(len(sums) - 1, 0, -1):
        sums[problem.parents[unit]] += sums[unit]
    return sums


def residue_sizes(
    parents: Sequence[int], invited: Sequence[int], n: Sequence[int], shown: Sequence[bool]
) -> list[tuple[int, int]]:
    """Return (invited, answers) of each shown unit's residue."""
    sizes = {unit: (0, 0) for unit, show in enumerate(shown) if show}
    for unit, people in enumerate(invited):
        owner = unit
        while owner >= 0 and owner not in sizes:
            owner = parents[owner]
        if owner >= 0:
            sizes[owner] = (sizes[owner][0] + people, sizes[owner][1] + n[unit])
    return list(sizes.values())


def is_safe(problem: Problem, shown: Sequence[bool]) -> bool:
    """Tell whether every residue is empty of people or has k answers."""
    sizes = residue_sizes(problem.parents, problem.invited, problem.n, shown)
    return all(not people or n >= problem.k for people, n in sizes)


def exposed(problem: Problem, shown: Sequence[bool]) -> list[int]:
    """List the sizes of derivable groups of 1 to k - 1 people."""
    sizes = residue_sizes(problem.parents, problem.invited, problem.n, shown)
    return [n for _, n in sizes if 0 < n < problem.k]


def worth(weights: Sequence[int], shown: Sequence[bool]) -> int:
    """Add up the weights of what is shown."""
    return sum(weight for weight, show in zip(weights, shown, strict=True) if show)


def large_enough(problem: Problem) -> list[bool]:
    """Tell of each unit whether it may be shown as far as it alone is concerned."""
    sums = totals(problem)
    return [n >= problem.k and unit not in problem.forced for unit, n in enumerate(sums)]


def brute_force(problem: Problem) -> tuple[int, list[bool]]:
    """Try every pattern; return the greatest weight of a safe one, and one such pattern."""
    best = (-1, [False] * len(problem.parents))
    for pattern in product(*[(False, True) if can else (False,) for can in large_enough(problem)]):
        weight = worth(problem.weights, pattern)
        if weight > best[0] and is_safe(problem, pattern):
            best = (weight, list(pattern))
    return best


def greedy(problem: Problem) -> list[bool]:
    """Hide per unit the smallest shown ones inside it until what is hidden there is safe.

    From the bottom up, each unit once: with k answers in it, hiding all below is always enough.
    """
    sums = totals(problem)
    shown = large_enough(problem)
    left = list(zip(problem.invited, problem.n, strict=True))  # people outside `inside`
    inside: list[list[int]] = [[] for _ in sums]  # the topmost shown units below
    for unit in range(len(sums) - 1, -1, -1):
        while shown[unit] and left[unit][0] and left[unit][1] < problem.k:
            smallest = min(inside[unit], key=lambda below: (sums[below], below))
            shown[smallest] = False
            inside[unit].remove(smallest)
            _hand_up(smallest, unit, left, inside)
        if problem.parents[unit] >= 0:
            if shown[unit]:
                inside[problem.parents[unit]].append(unit)
            else:
                _hand_up(unit, problem.parents[unit], left, inside)
    return shown


def _hand_up(unit: int, to: int, left: list[tuple[int, int]], inside: list[list[int]]) -> None:
    """Count a hidden unit's people, and the shown ones in it, for the unit around it."""
    left[to] = (left[to][0] + left[unit][0], left[to][1] + left[unit][1])
    inside[to] += inside[unit]


def naive_pattern(problem: Problem) -> list[bool]:
    """Publish every unit with k answers or more, looking at no other unit."""
    return [n >= problem.k for n in totals(problem)]
