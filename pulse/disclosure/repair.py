"""Protect, ask the audit, hide a little more where it finds too much, and begin again.

What a pattern of shown units leaves open is known only once its figures are rounded. On a hit
the smallest shown sibling of the group that was found is withdrawn, then what stands above it,
and the whole of it runs again; a withdrawn unit looks like any other hidden one.
"""

from collections.abc import Callable, Sequence

from pulse.disclosure.bounds import Hit
from pulse.disclosure.pattern import ROUNDS, give_way
from pulse.errors import Held
from pulse.release.protected import ProtectedCounts
from pulse.terms import Tree

Protecting = Callable[[frozenset[str]], ProtectedCounts]
Judge = Callable[[ProtectedCounts], Sequence[Hit]]


def protect_safely(
    tree: Tree, protecting: Protecting, judge: Judge, *, rounds: int = ROUNDS
) -> ProtectedCounts:
    """Return the first protected counts of which `judge` says that they tell nothing too narrow.

    Args:
        tree: the frozen tree of the wave.
        protecting: makes protected counts; it gets the units withdrawn so far.
        judge: lists the groups of which too much is known.
        rounds: how often at most.

    Raises:
        Held: the rounds were not enough; nothing was published.
    """
    withdrawn: frozenset[str] = frozenset()
    for _ in range(rounds):
        protected = protecting(withdrawn)
        found = judge(protected)
        if not found:
            return protected
        measure = f"item:{found[0].item}"
        shown = {
            cell.unit_id
            for cell in protected.cells
            if cell.measure == measure and cell.kind == "unit" and cell.status == "published"
        }
        withdrawn |= {give_way(tree, shown, found[0].unit_id)}
    raise Held(
        "No figures were found that leave every hidden group open. Nothing was published; "
        "a higher k in the settings shows less and may be enough."
    )
