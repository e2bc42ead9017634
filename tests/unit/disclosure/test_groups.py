"""Groups: who shares a signing key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.disclosure.groups import MOST_GROUPS, Led, _numbered, form_groups, marked, merges
from pulse.errors import BadRoster, TooSmall
from pulse.terms import RosterUnit, Tree, Unit
from tests.property.worlds import roster_of


def roster(*rows: str) -> list[RosterUnit]:
    """Read rows like `team dept 7` (a dash for no parent) as a roster."""
    units = []
    for row in rows:
        unit_id, parent_id, people = row.split()
        parent = None if parent_id == "-" else parent_id
        units.append(RosterUnit(unit_id, parent, unit_id.upper(), int(people)))
    return units


def shape(tree: Tree) -> dict[str, int]:
    """Return the invited people of each group."""
    return {unit.unit_id: unit.invited for unit in tree.units if unit.group}


def test_large_teams_stay_alone_under_their_own_id() -> None:
    """A team at the minimum is a group of its own, numbered in tree order."""
    tree = form_groups(roster("org - 0", "a org 8", "b org 12"), 8, None, 5)
    assert [(u.unit_id, u.g, u.group) for u in tree.units] == [
        ("org", "", False),
        ("a", "00001", True),
        ("b", "00002", True),
    ]
    assert tree.groups == {"a": "a", "b": "b"}
    assert tree.root.invited == 20


def test_the_smallest_merges_with_the_next_smallest() -> None:
    """Small siblings merge, smallest first, and are named in roster order."""
    tree = form_groups(roster("org - 0", "a org 5", "b org 20", "c org 3", "d org 9"), 8, None, 5)
    assert shape(tree) == {"a+c": 8, "b": 20, "d": 9}
    merged = tree.unit("a+c")
    assert merged.name == "A + C"
    assert [member.unit_id for member in merged.members] == ["a", "c"]
    assert merges(tree) == [("a", "a+c"), ("c", "a+c")]


def test_people_directly_in_a_unit_are_a_group_of_their_own() -> None:
    """People who sit directly in an inner unit take part as "X:own"."""
    tree = form_groups(roster("org - 9", "a org 8", "b org 10"), 8, None, 5)
    assert shape(tree) == {"org:own": 9, "a": 8, "b": 10}
    assert tree.unit("org:own").name == "People directly in ORG"
    assert tree.groups["org"] == "org:own"
    assert not merges(tree)


def test_a_small_own_group_merges_like_any_sibling() -> None:
    """Too few people directly in a unit merge with the smallest team of it."""
    tree = form_groups(roster("org - 2", "a org 8", "b org 10"), 8, None, 5)
    assert shape(tree) == {"org:own+a": 10, "b": 10}
    assert tree.groups == {"org": "org:own+a", "a": "org:own+a", "b": "b"}
    assert [m.unit_id for m in tree.unit("org:own+a").members] == ["org", "a"]


def test_a_parent_without_inner_units_becomes_the_leaf() -> None:
    """Where all groups of a department together are too small, the department is the group."""
    tree = form_groups(
        roster("org - 0", "d org 1", "x d 2", "y d 3", "z d 0", "e org 20"), 8, None, 5
    )
    assert shape(tree) == {"d+e": 26}
    assert [m.unit_id for m in tree.unit("d+e").members] == ["d", "x", "y", "z", "e"]


def test_a_collapsed_parent_that_is_large_enough_keeps_its_id() -> None:
    """Under a larger minimum a department of small teams is one group under its own id."""
    tree = form_groups(roster("org - 0", "d org 0", "x d 4", "y d 3", "e org 20"), 7, None, 5)
    assert shape(tree) == {"x+y": 7, "e": 20}
    tree = form_groups(roster("org - 0", "d org 0", "x d 4", "y d 5", "e org 20"), 10, None, 5)
    assert shape(tree) == {"d+e": 29}
    units = roster("org - 0", "u org 0", "d u 0", "x d 4", "y d 5", "e u 3", "f org 30")
    tree = form_groups(units, 10, None, 5)
    assert shape(tree) == {"d+e": 12, "f": 30}


def test_the_smallest_inner_unit_takes_in_a_lonely_group() -> None:
    """One small group beside inner units merges with the smallest of them, made a leaf."""
    units = roster("org - 3", "d org 0", "x d 20", "e org 0", "y e 9", "z e 8")
    tree = form_groups(units, 8, None, 5)
    assert shape(tree) == {"x": 20, "org:own+e": 20}
    assert {u.unit_id for u in tree.units} == {"org", "d", "x", "org:own+e"}
    assert tree.groups["y"] == tree.groups["z"] == tree.groups["org"] == "org:own+e"


def test_empty_units_stay_in_the_tree_and_take_no_part() -> None:
    """A unit without people has invited 0, is no group, and never merges."""
    tree = form_groups(roster("org - 0", "a org 20", "b org 0", "d org 0", "x d 0"), 8, None, 5)
    empty = [unit for unit in tree.units if not unit.invited]
    assert [unit.unit_id for unit in empty] == ["b", "d", "x"]
    assert not any(unit.group for unit in empty)
    assert tree.groups == {"a": "a"}


def test_up_to_nineteen_people_the_root_is_the_only_group() -> None:
    """A small organisation is one leaf; from 20 people it has groups."""
    small = form_groups(roster("org - 0", "a org 9", "b org 10"), 8, None, 5)
    assert [(u.unit_id, u.group, u.g) for u in small.units] == [("org", True, "00001")]
    assert [m.unit_id for m in small.root.members] == ["a", "b"]
    assert len(shape(form_groups(roster("org - 0", "a org 10", "b org 10"), 8, None, 5))) == 2


@pytest.mark.parametrize(("k", "people"), [(5, 7), (10, 11)])
def test_too_small_an_organisation_is_refused(k: int, people: int) -> None:
    """Under max(8, k + 2) invited people no tree is formed, and the message says so."""
    with pytest.raises(TooSmall, match=f"{people} people are invited"):
        form_groups(roster("org - 0", f"a org {people}"), 12, None, k)
    assert form_groups(roster("org - 0", f"a org {people + 1}"), 12, None, k).root.group


@pytest.mark.parametrize(
    "rows",
    [
        ("org - 9", "two - 9"),
        ("org - 9", "a org 9", "a org 9"),
        ("org - 9", "a b 9", "b a 9"),
        ("org - 9", "a nowhere 9"),
    ],
)
def test_units_that_are_no_tree_are_refused(rows: tuple[str, ...]) -> None:
    """Two roots, a double id, a cycle or an unknown parent form no tree."""
    with pytest.raises(BadRoster):
        form_groups(roster(*rows), 8, None, 5)


def test_a_group_stays_while_it_is_large_enough() -> None:
    """Merged teams stay together after one of them has grown past the minimum."""
    first = form_groups(roster("org - 0", "a org 4", "b org 5", "c org 20"), 8, None, 5)
    grown = roster("org - 0", "a org 9", "b org 9", "c org 20")
    assert shape(form_groups(grown, 8, first.groups, 5)) == {"a+b": 18, "c": 20}
    assert shape(form_groups(grown, 8, None, 5)) == {"a": 9, "b": 9, "c": 20}


def test_a_group_that_has_become_too_small_is_formed_anew() -> None:
    """What falls under the minimum merges on."""
    first = form_groups(roster("org - 0", "a org 4", "b org 5", "c org 20"), 8, None, 5)
    shrunk = roster("org - 0", "a org 2", "b org 5", "c org 20")
    assert shape(form_groups(shrunk, 8, first.groups, 5)) == {"a+b+c": 27}


def test_a_collapsed_department_stays_collapsed() -> None:
    """A department that was one group stays one until its own teams change."""
    rows = ("org - 0", "u org 0", "d u 0", "x d 4", "y d 5", "e u 3", "f org 30")
    first = form_groups(roster(*rows), 10, None, 5)
    grown = roster("org - 0", "u org 0", "d u 0", "x d 14", "y d 15", "e u 3", "f org 30")
    again = form_groups(grown, 10, first.groups, 5)
    assert shape(again) == {"d+e": 32, "f": 30}
    larger = roster("org - 0", "u org 0", "d u 0", "x d 14", "y d 15", "e u 13", "f org 30")
    assert shape(form_groups(larger, 10, first.groups, 5)) == {"d+e": 42, "f": 30}
    new = [*larger, RosterUnit("n", "d", "N", 11)]
    assert set(shape(form_groups(new, 10, first.groups, 5))) == {"x", "y", "n", "e", "f"}
    moved = roster("org - 0", "u org 0", "d u 0", "x d 14", "y d 15", "e org 3", "f org 30")
    assert "d+e" not in shape(form_groups(moved, 10, first.groups, 5))


def test_the_root_does_not_stay_collapsed() -> None:
    """An organisation that grows past 19 people gets its groups."""
    small = form_groups(roster("org - 0", "a org 9", "b org 10"), 8, None, 5)
    grown = roster("org - 0", "a org 10", "b org 10")
    assert shape(form_groups(grown, 8, small.groups, 5)) == {"a": 10, "b": 10}


def test_the_version_names_the_structure() -> None:
    """Headcounts and names keep a tree's version; another parent or group changes it."""
    tree = form_groups(roster("org - 0", "a org 10", "b org 20"), 8, None, 5)
    more = form_groups(roster("org - 0", "a org 11", "b org 19"), 8, None, 5)
    other = form_groups(roster("org - 0", "a org 5", "b org 25"), 8, None, 5)
    assert tree.tree_version == more.tree_version != other.tree_version


def test_a_deep_chain_of_units_is_no_problem() -> None:
    """Thousands of units below one another form groups without recursion."""
    units = [RosterUnit("u0", None, "U", 9)]
    units += [RosterUnit(f"u{n}", f"u{n - 1}", "U", n % 3) for n in range(1, 5_000)]
    tree = form_groups(units, 8, None, 5)
    assert all(unit.invited >= 8 for unit in tree.units if unit.group)


def test_five_digits_number_the_groups() -> None:
    """More groups than five digits can number are refused."""
    group = Unit("a", "org", "A", 8, group=True)
    assert _numbered([group] * MOST_GROUPS)[-1].g == "99999"
    with pytest.raises(BadRoster, match="cannot be numbered"):
        _numbered([group] * (MOST_GROUPS + 1))


def leaves_under_one_parent(tree: Tree, units: tuple[RosterUnit, ...]) -> bool:
    """Tell whether each group is whole children (or own people) of its parent unit."""
    parents = {unit.unit_id: unit.parent_id for unit in units}
    for unit in tree.units:
        if unit.group and unit.parent_id is not None:
            for part in unit.unit_id.split("+"):
                own = part.removesuffix(":own")
                if unit.parent_id != (own if own != part else parents[part]):
                    return False
    return True


rosters = st.builds(
    roster_of, st.integers(0, 2**32), st.integers(8, 30), st.sampled_from([9, 14, 30])
).filter(lambda units: sum(unit.people for unit in units) >= 20)


@settings(max_examples=60, deadline=None)
@given(rosters, st.sampled_from([8, 10, 12]), rosters)
def test_groups_hold_their_rules_for_every_roster(
    units: tuple[RosterUnit, ...], minimum: int, before: tuple[RosterUnit, ...]
) -> None:
    """Every group has the minimum, is made of whole siblings, and everybody is in one group."""
    for sticky in (None, form_groups(before, minimum, None, 5).groups):
        tree = form_groups(units, minimum, sticky, 5)
        groups = shape(tree)
        assert all(people >= minimum for people in groups.values()) or tree.root.group
        assert leaves_under_one_parent(tree, units)
        direct: dict[str, int] = {}
        for unit in units:
            if unit.people:
                group = tree.groups[unit.unit_id]
                direct[group] = direct.get(group, 0) + unit.people
        assert direct == groups
        assert tree == form_groups(units, minimum, sticky, 5)
        assert form_groups(units, minimum, tree.groups, 5) == tree


def test_a_merge_across_parents_would_be_seen() -> None:
    """The sibling test fails a tree in which a group holds another parent's team."""
    units = tuple(roster("org - 0", "d org 0", "x d 9", "y d 9", "e org 0", "z e 9", "w e 9"))
    tree = form_groups(units, 8, None, 5)
    assert leaves_under_one_parent(tree, units)
    moved = tuple(roster("org - 0", "d org 0", "x d 9", "y e 9", "e org 0", "z e 9", "w e 9"))
    assert not leaves_under_one_parent(tree, moved)


def test_an_empty_roster_says_what_to_do() -> None:
    """Before the first import no groups can be formed, and the reason is not a tree's."""
    with pytest.raises(BadRoster, match="import units and people first"):
        form_groups([], 8, None, 5)


def led(*rows: str, k: int = 5) -> tuple[set[str], list[Led]]:
    """Form groups of rows in which a unit with a star is one of leaders."""
    units = [
        structs.replace(unit, unit_id=unit.unit_id.strip("*"), leaders="*" in unit.unit_id)
        for unit in roster(*rows)
    ]
    tree = form_groups(units, 8, None, k)
    return {u.unit_id for u in tree.units if u.leaders}, marked(tree, units, k)


def test_a_group_is_one_of_leaders_where_all_its_parts_are() -> None:
    """A leaf, people directly in a unit, and a merged group of two such; the mark tells which."""
    assert led("org* - 14", "a org 20", "b* org 12")[0] == {"org:own", "b"}
    both, told = led("org* - 7", "a org 20", "b* org 6")
    assert both == {"org:own+b"}
    assert [(each.unit_id, each.group, each.why) for each in told] == [
        ("org", "org:own+b", ""), ("b", "org:own+b", ""),
    ]  # fmt: skip


def test_one_who_leads_nobody_makes_a_group_like_any_other() -> None:
    """Merged with a team, or collapsed with the people below, leaders are not told apart."""
    none, told = led("org* - 7", "a org 20", "b org 6")
    assert none == set()
    assert [(each.group, each.why) for each in told] == [
        ("org:own+b", "others are in the same group")
    ]
    assert led("org - 0", "d* org 6", "e d 1", "f org 40")[0] == set()


def test_leaders_too_few_to_be_shown_are_not_asked() -> None:
    """Ten must answer and two are held back; under a higher k it is as many more."""
    assert led("org* - 12", "a org 20")[0] == {"org:own"}
    few, told = led("org* - 11", "a org 20")
    assert few == set()
    assert told[0].why == "fewer than 12 people are in its group"
    assert led("org* - 12", "a org 20", k=15)[1][0].why == "fewer than 17 people are in its group"
    empty = led("org* - 0", "a org 20")[1]
    assert empty == [Led("org", "", "nobody sits directly in it")]
