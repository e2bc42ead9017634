"""Which groups of people the figures of one week and item determine: two oracles.

Neither knows how a pattern was chosen. `atoms` needs no tree: two groups that stand together in
every published figure cannot be told apart by any sum of figures. `determined` needs no theorem:
it tries every set of groups against the null space of the published figures.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from pulse.disclosure.residues import OTHERS
from pulse.terms import Tree

Groups = frozenset[str]


def published_sets(tree: Tree, units: Collection[str], pools: Collection[str]) -> list[Groups]:
    """Return the groups behind each published figure.

    Args:
        tree: the tree of the week.
        units: the units with a figure.
        pools: the ids, ending in `:others`, of the pools with one.
    """
    parents = {unit.unit_id: unit.parent_id for unit in tree.units}
    inside: dict[str, set[str]] = {name: set() for name in (*units, *pools)}
    for unit in tree.units:
        if not unit.group:
            continue
        above: str | None = unit.unit_id
        nearest = True
        while above is not None:
            if above in units:
                inside[above].add(unit.unit_id)
                # A pool is what is left of its unit beside the shown units inside it.
                if nearest and above + OTHERS in inside:
                    inside[above + OTHERS].add(unit.unit_id)
                nearest = False
            above = parents[above]
    return [frozenset(groups) for groups in inside.values()]


def atoms(sets: Iterable[Groups]) -> list[Groups]:
    """Return the classes of groups that stand in exactly the same published figures."""
    signature: dict[str, list[int]] = {}
    for number, groups in enumerate(sets):
        for group in groups:
            signature.setdefault(group, []).append(number)
    classes: dict[tuple[int, ...], set[str]] = {}
    for group, numbers in signature.items():
        classes.setdefault(tuple(numbers), set()).add(group)
    return [frozenset(groups) for groups in classes.values()]


def small(groups: Iterable[Groups], people: Mapping[str, int], k: int) -> list[int]:
    """List the sizes of those sets that hold 1 to k - 1 people."""
    sizes = (sum(people[group] for group in each) for each in groups)
    return [size for size in sizes if 0 < size < k]


def determined(sets: Sequence[Groups], names: Sequence[str]) -> Iterator[Groups]:
    """Yield every set of groups whose sum is a combination of the published sums.

    A 0/1 vector is in the row space exactly if it is orthogonal to the null space.
    """
    rows = [[int(name in groups) for name in names] for groups in sets]
    null_space = _null_space(rows, len(names))
    for size in range(1, len(names) + 1):
        for chosen in combinations(range(len(names)), size):
            if all(sum(vector[at] for at in chosen) == 0 for vector in null_space):
                yield frozenset(names[at] for at in chosen)


def _null_space(rows: Sequence[Sequence[int]], width: int) -> list[list[Fraction]]:
    """Return a basis of the vectors orthogonal to all `rows` (Gauss and Jordan, exact)."""
    left = [[Fraction(value) for value in row] for row in rows]
    pivots: list[int] = []
    for column in range(width):
        at = next((i for i in range(len(pivots), len(left)) if left[i][column]), None)
        if at is None:
            continue
        here = len(pivots)
        left[here], left[at] = left[at], left[here]
        left[here] = [value / left[here][column] for value in left[here]]
        for i, row in enumerate(left):
            if i != here and row[column]:
                factor = row[column]
                left[i] = [a - factor * b for a, b in zip(row, left[here], strict=True)]
        pivots.append(column)
    basis = []
    for free in (column for column in range(width) if column not in pivots):
        vector = [Fraction(int(column == free)) for column in range(width)]
        for row, pivot in zip(left, pivots, strict=False):
            vector[pivot] = -row[free]
        basis.append(vector)
    return basis
