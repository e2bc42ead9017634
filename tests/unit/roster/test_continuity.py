"""Series go on while two thirds stay; 1 to k-1 people coming or going mark a unit as changed."""

import pytest
from sqlalchemy.engine import Engine

from pulse.disclosure.groups import form_groups
from pulse.roster import (
    Past,
    Person,
    Roster,
    UnitRow,
    continue_series,
    follow_series,
    freeze,
    headcounts,
    import_roster,
    people_of_units,
)
from pulse.terms import Tree, Unit

K = 5


def outcome(before: int, lost: int, gained: int) -> tuple[str, bool]:
    """Return series and changed of a unit that had `before` people in 2026-W01."""
    then = {f"p{i}" for i in range(before)}
    now = {f"p{i}" for i in range(lost, before)} | {f"n{i}" for i in range(gained)}
    tree = Tree("v", (Unit("u", None, "U", len(now), group=True, g="00001"),), {"u": "u"})
    past = {"u": Past("2025-W50", frozenset(then))}
    unit = continue_series(tree, "2026-W02", {"u": now}, past, K).root
    return unit.series, unit.changed


@pytest.mark.parametrize(
    ("before", "lost", "gained", "series", "changed"),
    [
        (12, 0, 0, "2025-W50", False),
        (12, 1, 0, "2025-W50", True),
        (12, 0, 4, "2025-W50", True),
        (12, 4, 0, "2025-W50", True),
        (12, 5, 0, "2026-W02", False),
        (12, 0, 6, "2025-W50", False),
        (12, 0, 7, "2026-W02", False),
        (40, 5, 0, "2025-W50", False),
        (40, 5, 1, "2025-W50", True),
        (40, 20, 20, "2026-W02", False),
        (40, 5, 7, "2025-W50", True),  # by headcount: two more
        (40, 9, 5, "2025-W50", True),  # by headcount: four fewer
        (40, 5, 10, "2025-W50", False),
    ],
)
def test_people_coming_and_going(
    before: int,
    lost: int,
    gained: int,
    series: str,
    changed: bool,  # noqa: FBT001 - a table
) -> None:
    """The two rules hold at their edges."""
    assert outcome(before, lost, gained) == (series, changed)


def test_a_unit_never_shown_begins_its_series() -> None:
    """Without a last shown wave there is nothing to continue and nothing to compare."""
    tree = Tree("v", (Unit("u", None, "U", 8, group=True, g="00001"),), {"u": "u"})
    unit = continue_series(tree, "2026-W02", {"u": {"p"}}, {}, K).root
    assert (unit.series, unit.changed) == ("2026-W02", False)


def test_a_group_is_compared_with_each_pool_it_was_in() -> None:
    """One joiner since the pool was last shown marks a group that never stood alone."""
    tree = Tree("v", (Unit("u", None, "U", 9, group=True, g="00001"),), {"u": "u"})
    then = frozenset(f"p{i}" for i in range(8))
    joined = {"u": {*then, "new"}}
    unit = continue_series(tree, "2026-W02", joined, {}, K, {"u": [then]}).root
    assert (unit.series, unit.changed) == ("2026-W02", True)
    unit = continue_series(tree, "2026-W02", joined, {}, K, {"u": [frozenset(joined["u"])]}).root
    assert not unit.changed


@pytest.mark.parametrize(("more", "changed"), [(0, False), (2, True), (5, False)])
def test_a_few_people_more_under_another_name_are_seen(more: int, changed: bool) -> None:  # noqa: FBT001 - a table
    """A team shown alone and then with two newcomers as "A + B" has the same few between them."""
    tree = Tree("v", (Unit("a+b", None, "A + B", 12, group=True, g="00001"),), {"a": "a+b"})
    then = frozenset(f"p{i}" for i in range(10))
    now = {"a+b": {*then, *(f"n{i}" for i in range(more))}}
    unit = continue_series(tree, "2026-W02", now, {"a": Past("2025-W50", then)}, K).root
    assert (unit.series, unit.changed) == ("2026-W02", changed)


def test_people_roll_up_the_tree() -> None:
    """An inner unit's people are those of all groups below it."""
    units = (
        Unit("r", None, "R", 3, group=False),
        Unit("d", "r", "D", 2, group=False),
        Unit("a", "d", "A", 1, group=True, g="00001"),
        Unit("b", "d", "B", 1, group=True, g="00002"),
        Unit("c", "r", "C", 1, group=True, g="00003"),
    )
    people = people_of_units(Tree("v", units, {}), [("p1", "a"), ("p2", "b"), ("p3", "c")])
    assert people == {
        "r": {"p1", "p2", "p3"}, "d": {"p1", "p2"}, "a": {"p1"}, "b": {"p2"}, "c": {"p3"},
    }  # fmt: skip


def test_series_follow_from_frozen_memberships(engine: Engine) -> None:
    """Each unit is compared with the very wave that last showed it."""
    units = (UnitRow("r", None, "R"), UnitRow("a", "r", "A"), UnitRow("b", "r", "B"))

    def open_week(wave: str, a: range, b: range) -> Tree:
        people = [Person(f"a{i}", "", "a") for i in a] + [Person(f"b{i}", "", "b") for i in b]
        import_roster(engine, Roster(units, tuple(people)))
        tree = form_groups(headcounts(engine), 8, None, K)
        freeze(engine, wave, tree)
        return tree

    first = open_week("2026-W01", range(12), range(12))
    first = follow_series(engine, "2026-W01", first, [], K)
    assert {unit.series for unit in first.units} == {"2026-W01"}
    second = open_week("2026-W02", range(1, 12), range(20, 32))
    second = follow_series(
        engine,
        "2026-W02",
        second,
        [("2026-W01", first, frozenset({"r", "a", "b"}), frozenset())],
        K,
    )
    assert [(u.unit_id, u.series, u.changed) for u in second.units] == [
        ("r", "2026-W02", True),
        ("a", "2026-W01", True),
        ("b", "2026-W02", False),
    ]
    third = open_week("2026-W03", range(1, 12), range(20, 32))
    third = follow_series(
        engine,
        "2026-W03",
        third,
        [
            ("2026-W02", second, frozenset({"r", "b"}), frozenset()),
            ("2026-W01", first, frozenset({"a"}), frozenset()),
        ],
        K,
    )
    assert [(u.unit_id, u.series, u.changed) for u in third.units] == [
        ("r", "2026-W02", False),
        ("a", "2026-W01", True),
        ("b", "2026-W02", False),
    ]
