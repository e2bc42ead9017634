"""Diagnostics of the whole organisation: which may be published, and how coarse.

They cannot be recomputed later, so a close takes them from the answers. Sums, products and
anything of a single group never leave its memory; what does is of the root alone, from 100 people
and ten groups on (what goes together with an outcome: from 200), in few steps and coded at its
ends, so that none is consistent only with everybody, or every group, being of one mind.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from pulse.disclosure import rounding
from pulse.disclosure.policy import Policy
from pulse.release.cell import Cell
from pulse.terms import Tree


class Kind(NamedTuple):
    """How a diagnostic is printed: steps in a point, its coded ends, who must be behind it.

    `least` and `most` are in steps. `joint`: whether it is of two items or of people's scores, and
    not of single items. `times`: how often `diagnostics_from` it needs.
    """

    per_point: int
    least: int
    most: int
    joint: bool = True
    times: int = 1


UNBOUND: Final = 80  # steps; no variance of answers 1-5 exceeds 4
KINDS: Final[Mapping[str, Kind]] = {
    "sigma2": Kind(20, 1, UNBOUND, joint=False),
    "corr": Kind(100, -95, 95),
    "alpha": Kind(100, 0, 95),
    "omega": Kind(100, 0, 95),
    "icc1": Kind(100, 5, 50),
    "icc2": Kind(100, 0, 95),
    "r2": Kind(100, 0, 95, times=2),
    "driver": Kind(100, 0, 95, times=2),
}


class Diagnostics(msgspec.Struct, frozen=True):
    """Diagnostics of one wave as computed, by measure; in memory only, never written.

    `people`: the fewest behind any pair of items or any scale's score.
    """

    values: Mapping[str, float]
    people: int = 0


def printed(measure: str, value: float) -> float:
    """Return a diagnostic as it is printed: rounded, ties to even, its ends coded.

    0.95 of a correlation reads "0.95 or more", 0.5 of icc1 "0.5 or more", 0 "0 or less", and 0.05
    of sigma2 "0.05 or less".
    """
    kind = KINDS[measure.partition(":")[0]]
    return min(kind.most, max(kind.least, round(value * kind.per_point))) / kind.per_point


def rows(
    tree: Tree, wave: str, b: int, policy: Policy, found: Diagnostics | None
) -> Iterator[Cell]:
    """Yield the rows that may be published; `b` is the root's band, 0 where it is hidden.

    A figure of two items or of scores is printed as behind no more people than it needs: some
    answered one item and not the other, and how many is nobody's business.
    """
    groups = sum(unit.group for unit in tree.units)
    if found is None or groups < policy.diagnostics_groups:
        return
    root = tree.root
    both = min(b, rounding.band(found.people, root.invited))
    for measure, value in found.values.items():
        kind = KINDS[measure.partition(":")[0]]
        need = kind.times * policy.diagnostics_from
        if (both if kind.joint else b) >= need:
            yield Cell(
                wave, root.unit_id, None, root.name, "diag", measure, "published",
                need if kind.joint else b, root.invited, value=printed(measure, value),
            )  # fmt: skip
