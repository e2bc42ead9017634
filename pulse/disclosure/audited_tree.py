"""The audit of a tree: is it one tree of whole units, with groups large enough."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from pulse.disclosure.groups import OWN, ROOT_ONLY_BELOW, SMALLEST_ORGANISATION
from pulse.store import treefile
from pulse.terms import UNIT_ID, WAVE_ID, Tree

# The lowest k + 2. A raised k holds at once for the cells, for groups from the next tree on.
GROUP_FLOOR: Final = 7


def findings(tree: Tree) -> Iterator[str]:
    """Yield what is wrong with the tree of a release."""
    yield from _shape(tree)
    yield from _sizes(tree)
    yield from _naming(tree)
    if any(unit.leaders for unit in tree.units if not unit.group):
        yield "a unit that is no group is called one of leaders."
    if tree.tree_version != treefile.version(tree.units, tree.groups):
        yield "the tree's version is not that of its structure."


def _shape(tree: Tree) -> Iterator[str]:
    seen: set[str] = set()
    groups: set[str] = set()
    for place, unit in enumerate(tree.units):
        if (unit.parent_id is None) != (place == 0):
            yield f"{unit.unit_id}: the tree does not have its one root in front."
        elif unit.parent_id is not None and unit.parent_id not in seen:
            yield f"{unit.unit_id}: its parent does not stand before it."
        if unit.unit_id in seen:
            yield f"{unit.unit_id}: it stands in the tree twice."
        if unit.parent_id in groups:
            yield f"{unit.unit_id}: it hangs below a group."
        seen.add(unit.unit_id)
        if unit.group:
            groups.add(unit.unit_id)
    numbers = [unit.g for unit in tree.units if unit.group]
    if numbers != [f"{number:05}" for number in range(1, len(numbers) + 1)]:
        yield "the groups are not numbered in order."
    if any(unit.series and not WAVE_ID.fullmatch(unit.series) for unit in tree.units):
        yield "a series is named after no wave."
    if any(unit.g for unit in tree.units if not unit.group):
        yield "a unit that is no group has a group's number."


def _sizes(tree: Tree) -> Iterator[str]:
    """Yield what is too small for any policy; figures of fewer than k are the cells' audit."""
    below: Counter[str] = Counter()
    for unit in tree.units:
        if unit.parent_id is not None:
            below[unit.parent_id] += unit.invited
    for unit in tree.units:
        if not unit.group and unit.invited != below[unit.unit_id]:
            yield f"{unit.unit_id}: its people are not those of the units below it."
        if unit.group and unit.invited < GROUP_FLOOR:
            yield f"{unit.unit_id}: the group has too few invited people."
    if tree.root.invited < SMALLEST_ORGANISATION:
        yield "the organisation is too small for a release."
    if tree.root.invited < ROOT_ONLY_BELOW and not tree.root.group:
        yield "an organisation of this size has no groups below its root."


def _naming(tree: Tree) -> Iterator[str]:
    groups = {unit.unit_id: unit for unit in tree.units if unit.group}
    if set(tree.groups.values()) != set(groups):
        yield "the list of groups does not match the tree."
    for roster_id in tree.groups:
        if not UNIT_ID.fullmatch(roster_id):
            yield f"{roster_id!r}: this is no unit of a roster."
    people: dict[str, set[str]] = {unit_id: set() for unit_id in groups}
    for roster_id, unit_id in tree.groups.items():
        people.setdefault(unit_id, set()).add(roster_id)
    for unit_id, unit in groups.items():
        inside = {member.unit_id for member in unit.members}
        parts = unit_id.split("+")
        known = inside if len(parts) > 1 else inside | {parts[0].removesuffix(OWN)}
        if not {part.removesuffix(OWN) for part in parts} <= known:
            yield f"{unit_id}: its name does not list its members."
        if not people[unit_id] <= known:
            yield f"{unit_id}: people of another unit are counted in it."
