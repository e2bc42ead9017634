"""The exact tree program: the best pattern of shown and hidden units with safe residues.

A pattern is safe when every residue - the people of a published unit outside its maximal
published descendants - has nobody invited or at least k answers (residue theorem, README.md).
Worked bottom-up; a subtree hands up how many people it leaves to the residue above it: none
hidden, or min(hidden n, k). Of two states the one with fewer hidden people is worth keeping
only for more weight, so a table stays short and 10,000 units take well under a second.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pulse.terms import Order, Unit

NONE_HIDDEN: Final = -1

# Which units a state publishes: (one unit or -1, and two earlier traces), shared between tables.
_Trace = tuple[int, "_Trace | None", "_Trace | None"]


class Problem(NamedTuple):
    """A tree to decide, one entry per unit, parents before children.

    `parents`: index of the parent, -1 for the root. `invited` and `n`: people and answers of
    each group (0 for other units). `weights`: what publishing is worth, positive integers.
    `forced`: indices that must stay hidden.
    """

    parents: Sequence[int]
    invited: Sequence[int]
    n: Sequence[int]
    weights: Sequence[int]
    k: int
    forced: frozenset[int] = frozenset()


class _State(NamedTuple):
    hidden: int
    weight: int
    trace: "_Trace | None"


_Table = list[_State]
_EMPTY: Final[_Table] = [_State(NONE_HIDDEN, 0, None)]


def best_pattern(problem: Problem) -> list[bool]:
    """Return per unit whether it is published, for the greatest total weight."""
    count = len(problem.parents)
    tables: list[_Table] = [_EMPTY] * count
    totals = list(problem.n)
    for unit in range(count - 1, -1, -1):
        parent = problem.parents[unit]
        table = tables[unit]
        if problem.invited[unit]:
            table = _joined(table, [_State(min(problem.n[unit], problem.k), 0, None)], problem.k)
        if totals[unit] >= problem.k and unit not in problem.forced:
            table = _with_published(table, unit, problem.weights[unit], problem.k)
        if parent >= 0:
            totals[parent] += totals[unit]
            tables[parent] = _joined(tables[parent], table, problem.k)
            table = []
        tables[unit] = table
    return _published(max(tables[0], key=lambda state: state.weight).trace, count)


def _joined(one: _Table, other: _Table, k: int) -> _Table:
    """Combine two subtrees under the same parent."""
    best: dict[int, _State] = {}
    for mine in one:
        for theirs in other:
            hidden = _sum_of_hidden(mine.hidden, theirs.hidden, k)
            weight = mine.weight + theirs.weight
            if hidden not in best or weight > best[hidden].weight:
                best[hidden] = _State(hidden, weight, _both(mine.trace, theirs.trace))
    return _worth_keeping(best, k)


def _sum_of_hidden(one: int, other: int, k: int) -> int:
    if one == NONE_HIDDEN:
        return other
    return one if other == NONE_HIDDEN else min(one + other, k)


def _both(one: "_Trace | None", other: "_Trace | None") -> "_Trace | None":
    if one is None or other is None:
        return other or one
    return -1, one, other


def _with_published(table: _Table, unit: int, weight: int, k: int) -> _Table:
    """Add the choice of publishing the unit, whose residue is then closed: ok, or not allowed."""
    # With k answers in the unit, hiding all below it is always one of the closed states.
    closed = [state for state in table if state.hidden in {NONE_HIDDEN, k}]
    inside = max(closed, key=lambda state: state.weight)
    shown = _State(NONE_HIDDEN, inside.weight + weight, (unit, inside.trace, None))
    best = {state.hidden: state for state in table}
    best[NONE_HIDDEN] = shown
    return _worth_keeping(best, k)


def _worth_keeping(best: dict[int, _State], k: int) -> _Table:
    """Drop every state that another beats whatever the rest of the tree does."""
    kept: _Table = []
    for hidden in sorted(best, reverse=True):
        state = best[hidden]
        # From k hidden people on a residue is ok with or without more; below, more is better.
        rivals = [other for other in kept if hidden != NONE_HIDDEN or other.hidden == k]
        if all(state.weight > other.weight for other in rivals):
            kept.append(state)
    return kept


def _published(trace: "_Trace | None", count: int) -> list[bool]:
    shown = [False] * count
    waiting = [trace]
    while waiting:
        step = waiting.pop()
        if step is not None:
            unit, one, other = step
            if unit >= 0:
                shown[unit] = True
            waiting += [one, other]
    return shown


def preferences(
    units: Sequence[Unit],
    bands: Mapping[str, int],
    last: Mapping[str, bool] | None,
    order: Order = "departments",
) -> list[int]:
    """Return the weight of publishing each unit: one integer that orders lexicographically.

    In order: the root, departments (directly below it), the number of units shown, sameness
    with the last wave, respondents in a shown group of their own (by band: nothing finer than
    a band may decide anything), then the smaller unit_id. With "cells" the number of units
    comes before departments.

    Args:
        units: the tree's units, root first.
        bands: floor5 band of each group.
        last: unit_id to whether the last wave showed it, or None.
        order: what comes first after the root.
    """
    root_id = units[0].unit_id
    count = len(units)
    rank = {name: place for place, name in enumerate(sorted(unit.unit_id for unit in units))}
    covered_base = sum(bands.values()) + 1
    weights = []
    for unit in units:
        seen = (last or {}).get(unit.unit_id)
        same = 1 if seen is None else 2 * seen
        weight = int(unit.unit_id == root_id)
        department = int(unit.parent_id == root_id)
        for part in (department, 1) if order == "departments" else (1, department):
            weight = weight * (count + 1) + part
        weight = weight * (2 * count + 1) + same
        weight = weight * covered_base + (bands.get(unit.unit_id, 0) if unit.group else 0)
        weights.append((weight << count) + (1 << (count - 1 - rank[unit.unit_id])))
    return weights
