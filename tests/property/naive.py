"""The naive release that every property must catch: each cell with n >= k, exact, no pool."""

from collections.abc import Sequence

from pulse.disclosure.pattern import answering
from pulse.terms import Counts, Tree


def naive_pattern(parents: Sequence[int], n: Sequence[int], k: int) -> list[bool]:
    """Publish every unit with k answers or more, looking at no other unit."""
    totals = list(n)
    for unit in range(len(parents) - 1, 0, -1):
        totals[parents[unit]] += totals[unit]
    return [total >= k for total in totals]


def naive_shown(tree: Tree, counts: Counts, k: int) -> set[str]:
    """Return the units that the naive release of a wave shows."""
    n = answering(tree, counts, counts.items)
    return {unit.unit_id for unit in tree.units if n[unit.unit_id] >= k}
