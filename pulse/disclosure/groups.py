"""Groups: who shares a signing key, so that nobody is ever alone in the data.

Under one parent the smallest group merges with the next smallest until each has the minimum;
the people directly at the parent take part as one group of their own. Only whole siblings
merge, never across parents. The rules and the figures behind them: README.md beside this file.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec import structs

from pulse.disclosure.policy import NAMED_FLOOR, WITHHELD
from pulse.errors import BadRoster, TooSmall
from pulse.store import treefile
from pulse.terms import Member, RosterUnit, Tree, Unit

SMALLEST_ORGANISATION: Final = 8
ROOT_ONLY_BELOW: Final = 20
OWN: Final = ":own"
MOST_GROUPS: Final = 99_999


class _Part(NamedTuple):
    """One whole sibling inside a group: a team, a collapsed unit or a parent's own people."""

    position: int
    part_id: str
    name: str


class _Group(NamedTuple):
    """A group in the making; it sorts by people, then by the roster position of its first part."""

    people: int
    parts: tuple[_Part, ...]

    @property
    def unit_id(self) -> str:
        return "+".join(part.part_id for part in self.parts)


def smallest_organisation(k: int) -> int:
    """Return the fewest invited people for which a wave opens at all."""
    return max(SMALLEST_ORGANISATION, k + 2)


def form_groups(
    units: Sequence[RosterUnit], minimum: int, sticky: Mapping[str, str] | None, k: int
) -> Tree:
    """Form the groups of a wave and return its tree, units in preorder, groups numbered.

    Args:
        units: every unit in roster order, one of them without a parent; people sit directly in it.
        minimum: fewest invited people of a group (the settings' `smallest_group`).
        sticky: `groups` of the last wave's tree, or None: a group stays as it was while all of
            its parts are still siblings and it is still large enough.
        k: fewest people behind any figure; decides the smallest organisation.

    Raises:
        TooSmall: fewer than max(8, k + 2) people are invited.
        BadRoster: the units are not one tree, or form more groups than five digits number.
    """
    roster = _Roster(units)
    invited = roster.total[roster.root.unit_id]
    if invited < smallest_organisation(k):
        raise TooSmall(
            f"{invited} people are invited; a wave needs {smallest_organisation(k)}. "
            "Nothing was opened."
        )
    forming = _Forming(roster, minimum, sticky or {})
    if invited < ROOT_ONLY_BELOW:
        forming.collapse(roster.root)
    else:
        for unit in reversed(roster.preorder):
            forming.settle(unit)
    return _marked(_tree(roster, forming), units, fewest_leaders(k))


def fewest_leaders(k: int) -> int:
    """Return the fewest leaders whose own statements can ever be shown: leader_k and two more."""
    return max(NAMED_FLOOR, k) + WITHHELD


def merges(tree: Tree) -> list[tuple[str, str]]:
    """List the roster units that have no figures of their own, each with the group it is in."""
    return [(u, g) for u, g in tree.groups.items() if g not in {u, u + OWN}]


class Led(msgspec.Struct, frozen=True):
    """A roster unit marked as made of leaders, its group, and why that group is none of theirs.

    `group` is empty where nobody sits directly in the unit, `why` where its group is theirs alone.
    """

    unit_id: str
    group: str
    why: str


def marked(tree: Tree, units: Iterable[RosterUnit], k: int) -> list[Led]:
    """Tell of each unit that the roster marks as made of leaders what became of the mark."""
    groups = {unit.unit_id: unit for unit in tree.units}
    found = [(u.unit_id, tree.groups.get(u.unit_id, "")) for u in units if u.leaders]
    return [Led(unit_id, group, _why_not(groups.get(group), k)) for unit_id, group in found]


def _why_not(group: Unit | None, k: int) -> str:
    if group is None:
        return "nobody sits directly in it"
    if group.invited < fewest_leaders(k):
        return f"fewer than {fewest_leaders(k)} people are in its group"
    return "" if group.leaders else "others are in the same group"


class _Roster:
    """The roster as a tree: children in roster order, people of whole subtrees."""

    def __init__(self, units: Sequence[RosterUnit]) -> None:
        if not units:
            raise BadRoster("The roster is empty; import units and people first.")
        self.units = units
        self.position = {unit.unit_id: place for place, unit in enumerate(units)}
        self.children: dict[str, list[RosterUnit]] = {unit.unit_id: [] for unit in units}
        roots = [unit for unit in units if unit.parent_id is None]
        if len(roots) != 1 or len(self.position) != len(units):
            raise BadRoster("The units are not one tree with a single root.")
        self.root = roots[0]
        for unit in units:
            if unit.parent_id is not None:
                self.children.setdefault(unit.parent_id, []).append(unit)
        self.preorder = self.subtree(self.root)
        if len(self.preorder) != len(units):
            raise BadRoster("Some units do not hang below the root.")
        self.total = {unit.unit_id: unit.people for unit in units}
        for unit in reversed(self.preorder):
            if unit.parent_id is not None:
                self.total[unit.parent_id] += self.total[unit.unit_id]

    def subtree(self, top: RosterUnit) -> list[RosterUnit]:
        """List `top` and everything below it, parents before children."""
        found, waiting = [], [top]
        while waiting:
            unit = waiting.pop()
            found.append(unit)
            waiting.extend(reversed(self.children[unit.unit_id]))
        return found

    def peopled(self, unit: RosterUnit) -> list[RosterUnit]:
        """List the children that have invited people."""
        return [c for c in self.children[unit.unit_id] if self.total[c.unit_id]]


class _Forming:
    """The merging itself: each roster unit becomes a leaf, an inner unit with groups, or empty."""

    def __init__(self, roster: _Roster, minimum: int, sticky: Mapping[str, str]) -> None:
        self.roster = roster
        self.minimum = minimum
        self.sticky = sticky
        self.was_in = {part: group for group in sticky.values() for part in group.split("+")}
        self.leaf: dict[str, _Group] = {}
        self.groups: dict[str, list[_Group]] = {}

    def collapse(self, unit: RosterUnit) -> _Group:
        """Make the whole subtree of `unit` one leaf under its id."""
        part = _Part(self.roster.position[unit.unit_id], unit.unit_id, unit.name)
        self.leaf[unit.unit_id] = _Group(self.roster.total[unit.unit_id], (part,))
        self.groups.pop(unit.unit_id, None)
        return self.leaf[unit.unit_id]

    def settle(self, unit: RosterUnit) -> None:
        """Decide what `unit` is, its children being settled."""
        if not self.roster.total[unit.unit_id]:
            return
        if not self.roster.children[unit.unit_id] or self._stays_collapsed(unit):
            self.collapse(unit)
            return
        children = self.roster.peopled(unit)
        groups = self._merge(
            [self.leaf[c.unit_id] for c in children if c.unit_id in self.leaf] + self._own(unit)
        )
        if len(groups) == 1 and groups[0].people < self.minimum:
            inner = [c for c in children if c.unit_id not in self.leaf]
            if not inner:
                self.collapse(unit)
                return
            smallest = min(inner, key=lambda c: self._rank(c.unit_id))
            groups = [_union([groups[0], self.collapse(smallest)])]
        self.groups[unit.unit_id] = groups

    def _rank(self, unit_id: str) -> tuple[int, int]:
        return self.roster.total[unit_id], self.roster.position[unit_id]

    def _own(self, unit: RosterUnit) -> list[_Group]:
        name = f"People directly in {unit.name}"
        part = _Part(self.roster.position[unit.unit_id], unit.unit_id + OWN, name)
        return [_Group(unit.people, (part,))] if unit.people else []

    def _merge(self, base: list[_Group]) -> list[_Group]:
        heap = self._as_last_wave(base)
        heapq.heapify(heap)
        while len(heap) > 1 and heap[0].people < self.minimum:
            smallest = heapq.heappop(heap)
            heapq.heapreplace(heap, _union([smallest, heap[0]]))
        return heap

    def _as_last_wave(self, base: list[_Group]) -> list[_Group]:
        together: dict[str, list[_Group]] = {}
        for group in base:
            together.setdefault(self.was_in.get(group.unit_id, ""), []).append(group)
        groups = together.pop("", [])
        for group_id, present in together.items():
            complete = len(present) == len(group_id.split("+"))
            large = sum(group.people for group in present) >= self.minimum
            groups += [_union(present)] if complete and large else present
        return groups

    def _stays_collapsed(self, unit: RosterUnit) -> bool:
        """Tell whether last wave's group that swallowed `unit` whole still stands."""
        group_id = self.was_in.get(unit.unit_id)
        if group_id is None or unit.parent_id is None:
            return False
        below = self.roster.subtree(unit)
        if any(u.people and self.sticky.get(u.unit_id) != group_id for u in below):
            return False
        people = {c.unit_id: self.roster.total[c.unit_id] for c in self._siblings(unit)}
        people[unit.parent_id + OWN] = self._direct(unit.parent_id)
        sizes = [people.get(part, 0) for part in group_id.split("+")]
        return all(sizes) and sum(sizes) >= self.minimum

    def _siblings(self, unit: RosterUnit) -> list[RosterUnit]:
        return self.roster.children[unit.parent_id or ""]

    def _direct(self, unit_id: str) -> int:
        return self.roster.units[self.roster.position[unit_id]].people


def _union(groups: Iterable[_Group]) -> _Group:
    groups = list(groups)
    parts = sorted(part for group in groups for part in group.parts)
    return _Group(sum(group.people for group in groups), tuple(parts))


def _tree(roster: _Roster, forming: _Forming) -> Tree:
    units: list[Unit] = []
    groups: dict[str, str] = {}
    waiting: list[tuple[_Group | RosterUnit, str | None]] = [
        (forming.leaf.get(roster.root.unit_id, roster.root), None)
    ]
    while waiting:
        item, parent_id = waiting.pop()
        if isinstance(item, _Group):
            units.append(_group_unit(roster, item, parent_id, groups))
            continue
        total = roster.total[item.unit_id]
        units.append(Unit(item.unit_id, parent_id, item.name, total, group=False))
        below = [(child, item.unit_id) for child in _below(roster, forming, item)]
        waiting.extend(reversed(below))
    in_order = {u.unit_id: groups[u.unit_id] for u in roster.units if u.unit_id in groups}
    return Tree(treefile.version(units, in_order), _numbered(units), in_order)


def _marked(tree: Tree, units: Iterable[RosterUnit], fewest: int) -> Tree:
    """Mark the groups of leaders; one person who leads nobody makes it a group like any other.

    One that is too small to be shown is not marked, so that nobody is asked in vain.
    """
    mixed = {tree.groups[unit.unit_id] for unit in units if unit.people and not unit.leaders}
    led = (u.group and u.invited >= fewest and u.unit_id not in mixed for u in tree.units)
    both = zip(tree.units, led, strict=True)
    return structs.replace(
        tree, units=tuple(structs.replace(unit, leaders=mark) for unit, mark in both)
    )


def _below(roster: _Roster, forming: _Forming, unit: RosterUnit) -> list[_Group | RosterUnit]:
    """List what hangs below an inner unit in roster order: groups, inner and empty units."""
    groups = forming.groups.get(unit.unit_id, [])
    taken = {part.part_id for group in groups for part in group.parts}
    placed: list[tuple[int, _Group | RosterUnit]] = [(g.parts[0].position, g) for g in groups]
    placed += [
        (roster.position[child.unit_id], child)
        for child in roster.children[unit.unit_id]
        if child.unit_id not in taken
    ]
    return [item for _, item in sorted(placed, key=lambda pair: pair[0])]


def _group_unit(
    roster: _Roster, group: _Group, parent_id: str | None, groups: dict[str, str]
) -> Unit:
    """Build the row of a group and note its roster units in `groups`."""
    members: list[Member] = []
    for part in group.parts:
        unit = roster.units[part.position]
        own = part.part_id.endswith(OWN)
        for inside in [unit] if own else roster.subtree(unit):
            if inside.people:
                groups[inside.unit_id] = group.unit_id
            if len(group.parts) > 1 or inside is not unit:
                members.append(Member(inside.unit_id, part.name if own else inside.name))
    name = " + ".join(part.name for part in group.parts)
    return Unit(group.unit_id, parent_id, name, group.people, group=True, members=tuple(members))


def _numbered(units: list[Unit]) -> tuple[Unit, ...]:
    if sum(unit.group for unit in units) > MOST_GROUPS:
        raise BadRoster(f"More than {MOST_GROUPS} groups cannot be numbered.")
    numbered: list[Unit] = []
    count = 0
    for unit in units:
        count += unit.group
        numbered.append(structs.replace(unit, g=f"{count:05}") if unit.group else unit)
    return tuple(numbered)
