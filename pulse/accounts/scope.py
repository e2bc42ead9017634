"""What an account may do and which units it sees, decided here and nowhere else.

Roles are for need-to-know, not for safety: disclosure control holds against everyone together.

A leader sees the units at and below their own, each where it stands now; a unit of earlier weeks
that has gone is seen by the leader under whom it last stood. A leader whose team is merged into a
larger group sees that group. A pool ("other teams together") belongs to the unit it hangs under.

What is said about a leader is seen by that leader alone: of the people who sit directly in the own
unit, where they are a group of their own. Where people of several units are one group, or a
figure spans several groups, it would speak of several leaders, and nobody sees it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal

import msgspec

from pulse.accounts.directory import Account, Role
from pulse.terms import Tree, Unit

POOL: Final = ":others"

Action = Literal[
    "see_results",
    "list_releases",
    "export",
    "read_evidence",
    "read_access_log",
    "see_practices",
    "try_practices",
    "administer",
]
MAY: Final[Mapping[Action, frozenset[Role]]] = {
    "see_results": frozenset({"leader", "hr"}),
    "list_releases": frozenset({"leader", "hr", "auditor"}),
    "export": frozenset({"hr"}),
    "read_evidence": frozenset({"leader", "hr", "auditor"}),
    "read_access_log": frozenset({"auditor"}),
    "see_practices": frozenset({"leader", "hr"}),
    "try_practices": frozenset({"leader"}),
    "administer": frozenset({"admin"}),
}


def may(account: Account, action: Action) -> bool:
    """Tell whether the role of `account` allows `action`."""
    return account.role in MAY[action]


class Scope(msgspec.Struct, frozen=True):
    """The units and measures one account sees.

    `units` is None for everything. `top` is the unit whose overview is the account's first page,
    None where there is nothing to see (yet). `led` are the groups made of nobody but the people
    directly in the own unit: of these alone the items about a leader are the account's.
    """

    role: Role
    own_unit: str | None
    top: str | None
    units: frozenset[str] | None
    leader_items: frozenset[str]
    led: frozenset[str] = frozenset()

    def sees(self, unit_id: str) -> bool:
        """Tell whether a unit or pool is inside."""
        return self.units is None or unit_id.removesuffix(POOL) in self.units

    def sees_measure(self, unit_id: str, measure: str) -> bool:
        """Tell whether a measure of a unit is inside: leader items are that leader's alone."""
        if not self.sees(unit_id):
            return False
        if measure.rpartition(":")[2] not in self.leader_items:
            return True
        return self.role == "leader" and unit_id in self.led

    def leads(self, unit_id: str) -> bool:
        """Tell whether this account may begin and end practices in a unit."""
        return self.units is not None and unit_id in self.units

    @property
    def key(self) -> str:
        """Name what this scope sees; equal keys see the same of one release."""
        return f"{self.role} {self.own_unit or ''}"


def scope_of(account: Account, trees: Iterable[Tree], leader_items: Collection[str] = ()) -> Scope:
    """Decide the scope of an account over the released `trees`, the newest first."""
    everything = tuple(trees)
    hidden_items = frozenset(leader_items)
    if not may(account, "see_results"):
        return Scope(account.role, None, None, frozenset(), hidden_items)
    if account.role == "hr":
        top = everything[0].root.unit_id if everything else None
        return Scope(account.role, None, top, None, hidden_items)
    own = account.unit_id or ""
    units: set[str] = set()
    decided: set[str] = set()
    for tree in everything:
        inside = _subtree(tree, unit_in(tree, own))
        units |= inside - decided
        decided |= {unit.unit_id for unit in tree.units}
    top = unit_in(everything[0], own) if everything else None
    return Scope(account.role, own, top, frozenset(units), hidden_items, _led(everything, own))


def _led(trees: Collection[Tree], own: str) -> frozenset[str]:
    """Return the groups that were the own unit's alone in every tree that has them."""
    alone: set[str] = set()
    others: set[str] = set()
    for tree in trees:
        group = tree.groups.get(own)
        mine = group if group is not None and units_inside(tree, group) == [own] else None
        alone |= set() if mine is None else {mine}
        others |= {unit.unit_id for unit in tree.units if unit.unit_id != mine}
    return frozenset(alone - others)


def units_inside(tree: Tree, group_id: str) -> list[str]:
    """Return the roster units whose own people are in a group."""
    return [roster_id for roster_id, group in tree.groups.items() if group == group_id]


def unit_in(tree: Tree, roster_id: str) -> str | None:
    """Return the unit of `tree` that stands for a roster unit: itself or the one it merged into."""
    for unit in tree.units:
        if unit.unit_id == roster_id:
            return roster_id
    if roster_id in tree.groups:
        return tree.groups[roster_id]
    return next((unit.unit_id for unit in tree.units if _holds(unit, roster_id)), None)


def _holds(unit: Unit, roster_id: str) -> bool:
    return any(member.unit_id == roster_id for member in unit.members)


def _subtree(tree: Tree, top: str | None) -> set[str]:
    inside: set[str] = set() if top is None else {top}
    for unit in tree.units:  # parents stand before children
        if unit.parent_id in inside:
            inside.add(unit.unit_id)
    return inside
