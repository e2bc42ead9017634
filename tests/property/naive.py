"""The naive release that every property must catch: each cell with n >= k, exact, no pool."""

from pulse.disclosure.pattern import answering
from pulse.terms import Counts, Tree


def naive_shown(tree: Tree, counts: Counts, k: int) -> set[str]:
    """Return the units that the naive release of a wave shows."""
    n = answering(tree, counts, counts.items)
    return {unit.unit_id for unit in tree.units if n[unit.unit_id] >= k}
