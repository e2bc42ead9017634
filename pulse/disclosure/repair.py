"""Protect, ask the audit, hide a little more where it finds too much, and begin again.

What a pattern of shown units leaves open is known only once its figures are rounded. On a hit
the smallest shown sibling of the group that was found is withdrawn, then what stands above it,
and the whole of it runs again; a withdrawn unit looks like any other hidden one.
"""

from collections.abc import Callable, Sequence

from pulse.disclosure.bounds import Hit, hits, wave_of
from pulse.disclosure.pattern import ROUNDS, give_way
from pulse.disclosure.policy import restore
from pulse.disclosure.residues import item_classes
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
    raise Held("No figures were found that leave every hidden group open. Nothing was published.")


def in_memory(tree: Tree, counted: int) -> Judge:
    """Return a judge that looks at protected counts before they are written.

    Args:
        tree: the frozen tree of the wave.
        counted: ballots counted in the whole wave.
    """

    def judge(protected: ProtectedCounts) -> list[Hit]:
        policy = restore(protected.policy)
        return [
            hit
            for items, _ in item_classes(protected.items, protected.lead, policy)
            for hit in hits(wave_of(tree, counted, protected.cells, items))
        ]

    return judge
