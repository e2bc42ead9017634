"""Scope: who sees which unit, decided in one place."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.accounts.directory import ROLES, Account, Role
from pulse.accounts.scope import MAY, POOL, may, scope_of
from pulse.terms import Member, Tree, Unit


def _account(role: Role, unit_id: str | None = None) -> Account:
    return Account(1, "a@x.org", role, unit_id, must_change=False, stamp="s")


def _unit(unit_id: str, parent: str | None, *members: str, group: bool = True) -> Unit:
    parts = tuple(Member(member, member) for member in members)
    return Unit(unit_id, parent, unit_id, 10, group, parts)


NOW = Tree(
    "2",
    (
        _unit("org", None, group=False),
        _unit("eng", "org", group=False),
        _unit("t1", "eng"),
        _unit("t2+t3", "eng", "t2", "t3"),
        _unit("ops", "org", "o1", "o2"),
    ),
    {"t1": "t1", "t2": "t2+t3", "t3": "t2+t3", "o1": "ops", "o2": "ops"},
)
# Before: t1 stood under ops, t2 and t3 alone, and there was an "old" team under ops.
BEFORE = Tree(
    "1",
    (
        _unit("org", None, group=False),
        _unit("eng", "org", group=False),
        _unit("t2", "eng"),
        _unit("t3", "eng"),
        _unit("ops", "org", group=False),
        _unit("t1", "ops"),
        _unit("old", "ops"),
    ),
    {"t1": "t1", "t2": "t2", "t3": "t3", "old": "old"},
)


def test_a_leader_sees_the_own_unit_and_all_below() -> None:
    """The leader of a department sees it and its teams, with their pools, and nothing else."""
    scope = scope_of(_account("leader", "eng"), [NOW])
    seen = {unit.unit_id for unit in NOW.units if scope.sees(unit.unit_id)}
    assert seen == {"eng", "t1", "t2+t3"}
    assert scope.top == "eng"
    assert scope.sees("eng" + POOL)
    assert not scope.sees("ops" + POOL)
    assert not scope.sees("org")
    assert not scope.sees("nowhere")


def test_a_leader_of_a_merged_team_sees_the_group_it_is_in() -> None:
    """A team without cells of its own is seen as the unit it stands in, its members beside it."""
    assert scope_of(_account("leader", "t3"), [NOW]).top == "t2+t3"
    assert scope_of(_account("leader", "o1"), [NOW]).top == "ops"
    empty = msgspec.structs.replace(NOW, groups={})
    assert scope_of(_account("leader", "t3"), [empty]).top == "t2+t3"


def test_a_unit_is_seen_where_it_stands_now() -> None:
    """After a reorganisation the new leader sees a moved team, the old leader no longer does."""
    assert scope_of(_account("leader", "eng"), [NOW, BEFORE]).sees("t1")
    assert not scope_of(_account("leader", "ops"), [NOW, BEFORE]).sees("t1")
    assert scope_of(_account("leader", "ops"), [BEFORE]).sees("t1")


def test_a_unit_that_has_gone_stays_with_its_last_leader() -> None:
    """A team of earlier weeks is seen by the leader under whom it last stood."""
    assert scope_of(_account("leader", "ops"), [NOW, BEFORE]).sees("old")
    assert scope_of(_account("leader", "t2"), [NOW, BEFORE]).sees("t2")
    assert not scope_of(_account("leader", "eng"), [NOW, BEFORE]).sees("old")


def test_a_leader_without_a_released_unit_sees_nothing() -> None:
    """Before the first release, or with a unit no tree has, there is nothing to see."""
    assert scope_of(_account("leader", "eng"), []).top is None
    scope = scope_of(_account("leader", "new"), [NOW])
    assert scope.top is None
    assert not any(scope.sees(unit.unit_id) for unit in NOW.units)


def test_hr_sees_every_unit_but_no_item_about_a_leader() -> None:
    """HR sees all units; items that rate one leader are that leader's alone."""
    hr = scope_of(_account("hr"), [NOW], ["P11"])
    assert hr.top == "org"
    assert all(hr.sees(unit.unit_id) for unit in NOW.units)
    assert hr.sees_measure("t1", "item:A1")
    assert not hr.sees_measure("t1", "item:P11")
    leader = scope_of(_account("leader", "eng"), [NOW], ["P11"])
    assert not any(leader.sees_measure(unit.unit_id, "item:P11") for unit in NOW.units)
    assert leader.sees_measure("t1", "item:A1")
    assert not leader.sees_measure("ops", "item:A1")


ITEM = "item:P11"


def sees_of_leaders(role: Role, own: str | None, *trees: Tree) -> set[str]:
    """Return the units of which an account sees what is said about a leader."""
    scope = scope_of(_account(role, own), trees, ["P11"])
    known = {unit.unit_id for tree in trees for unit in tree.units}
    return {unit_id for unit_id in known | {"eng:others"} if scope.sees_measure(unit_id, ITEM)}


def test_what_is_said_about_a_leader_is_that_leaders_alone() -> None:
    """A team of its own tells its leader; no merged team, department or pool tells anybody."""
    assert sees_of_leaders("leader", "t1", NOW) == {"t1"}
    for own in ("org", "eng", "t2", "t3", "o1", "o2", "ops", "t2+t3"):
        assert sees_of_leaders("leader", own, NOW) == set()
    for role in ("hr", "auditor", "admin"):
        assert sees_of_leaders(role, None, NOW) == set()


def test_people_directly_in_a_department_tell_its_leader() -> None:
    """Their group is the department's own, and what they say is about whoever leads it."""
    own = _unit("eng:own", "eng")
    tree = Tree("3", (*NOW.units[:3], own), {"t1": "t1", "eng": "eng:own"})
    assert sees_of_leaders("leader", "eng", tree) == {"eng:own"}
    assert sees_of_leaders("leader", "t1", tree) == {"t1"}


def test_a_group_that_once_held_another_leaders_people_tells_nobody() -> None:
    """Under one name stood a team alone, and before it several together: neither week is told."""
    alone = Tree("4", (NOW.units[0], _unit("ops", "org")), {"ops": "ops"})
    assert sees_of_leaders("leader", "ops", alone) == {"ops"}
    assert sees_of_leaders("leader", "ops", alone, NOW) == set()
    assert sees_of_leaders("leader", "t2", NOW, BEFORE) == {"t2"}  # of the weeks before


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_admin_and_auditor_see_no_result(role: Role) -> None:
    """Neither sees any unit, whatever trees there are."""
    scope = scope_of(_account(role), [NOW, BEFORE])
    assert scope.top is None
    assert not any(scope.sees(unit.unit_id) for unit in NOW.units)


def test_practices_are_begun_by_the_leader_of_a_unit_and_by_nobody_else() -> None:
    """A leader in the own subtree, not in a pool and not elsewhere; HR and the others nowhere."""
    leader = scope_of(_account("leader", "eng"), [NOW, BEFORE])
    assert leader.leads("eng")
    assert not leader.leads("eng:others")
    assert not leader.leads("org")
    for role in ("hr", "auditor", "admin"):
        scope = scope_of(_account(role), [NOW, BEFORE])
        assert not any(scope.leads(unit.unit_id) for unit in NOW.units)


def test_what_each_role_may_do_is_this_table() -> None:
    """Results for leaders and HR, practices begun by leaders alone; the log for the auditor."""
    table = {role: {action for action in MAY if may(_account(role), action)} for role in ROLES}
    assert table == {
        "leader": {
            "see_results", "list_releases", "read_evidence", "see_practices", "try_practices",
        },
        "hr": {"see_results", "list_releases", "export", "read_evidence", "see_practices"},
        "auditor": {"list_releases", "read_access_log", "read_evidence"},
        "admin": {"administer"},
    }  # fmt: skip


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Draw a tree of up to 12 units, parents before children."""
    size = draw(st.integers(1, 12))
    units = [_unit("u0", None)]
    for number in range(1, size):
        parent = draw(st.integers(0, number - 1))
        units.append(_unit(f"u{number}", f"u{parent}"))
    return Tree("t", tuple(units), {})


@given(trees(), st.data())
def test_a_scope_is_exactly_the_subtree(tree: Tree, data: st.DataObject) -> None:
    """In any tree a leader sees a unit if and only if the way up from it meets the own unit."""
    own = data.draw(st.sampled_from([unit.unit_id for unit in tree.units]))
    scope = scope_of(_account("leader", own), [tree])
    parents = {unit.unit_id: unit.parent_id for unit in tree.units}
    for unit in tree.units:
        way: str | None = unit.unit_id
        while way not in {None, own}:
            way = parents[way or ""]
        assert scope.sees(unit.unit_id) == (way == own)
