"""Protected counts: the only thing that can be pressed into a release."""

from collections.abc import Mapping

import msgspec

from pulse.release.cell import Cell


class ProtectedCounts(msgspec.Struct, frozen=True):
    """What disclosure control lets out of one wave; made by `pulse.disclosure.protect` alone.

    `items` are those asked, in asking order; `lead` and `reversed` are subsets of them;
    `scales` maps a scale to its items asked. `published` and `hidden` are the unit_ids with
    invited people, by their status for ordinary items. `policy` is the policy in force, flat.
    `program` says how the tree program ended; only "optimal" may be released.
    """

    wave: str
    cells: tuple[Cell, ...]
    items: tuple[str, ...]
    lead: tuple[str, ...]
    reversed: tuple[str, ...]
    scales: Mapping[str, tuple[str, ...]]
    policy: Mapping[str, int | str]
    program: str
    published: tuple[str, ...]
    hidden: tuple[str, ...]
