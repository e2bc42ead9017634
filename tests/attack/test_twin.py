"""The twin: people who join, leave and move, and an organisation taken from a tree."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from pulse.attack import organisation, twin
from pulse.attack.remainders import Nest
from pulse.attack.twin import NEW, Week
from pulse.disclosure.groups import form_groups
from pulse.instrument import Instrument
from pulse.terms import RosterUnit
from tests.attack.conftest import PEOPLE, WAVES


def test_people_join_leave_and_move_every_week(weeks: Sequence[Week]) -> None:
    """Between two weeks some are new, as many are gone, and some sit elsewhere."""
    for before, after in pairwise(weeks):
        assert len(after.seats) == PEOPLE
        assert len(before.seats.keys() - after.seats.keys()) >= 1
        both = before.seats.keys() & after.seats.keys()
        assert any(before.seats[person] != after.seats[person] for person in both)


def test_in_the_middle_teams_come_under_a_new_department(weeks: Sequence[Week]) -> None:
    """From the middle on there is a new unit, whose teams hung elsewhere before."""
    parents = [{unit.unit_id: unit.parent_id for unit in week.units} for week in weeks]
    assert [NEW in each for each in parents] == [False, False, True, True]
    moved = [unit for unit, parent in parents[2].items() if parent == NEW]
    assert moved
    assert all(parents[1][unit] != NEW for unit in moved)
    assert weeks[2].people()[NEW] >= set().union(*(weeks[2].people()[unit] for unit in moved))


def test_people_keep_their_level(instrument: Instrument) -> None:
    """The same person's answers to the weekly items go together over weeks: that can be learnt."""
    units = organisation.invented(400, Random("x"))
    first, *_, last = twin.live(units, instrument, 4, 5, "level")
    both = [
        (first.given[person][0], last.given[person][0])
        for person in first.given.keys() & last.given.keys()
        if {first.given[person][0], last.given[person][0]} <= {1, 2, 3, 4, 5}
    ]
    means = [sum(pair[at] for pair in both) / len(both) for at in (0, 1)]
    together = sum((a - means[0]) * (b - means[1]) for a, b in both)
    spread = [sum((pair[at] - means[at]) ** 2 for pair in both) for at in (0, 1)]
    assert together / (spread[0] * spread[1]) ** 0.5 > 0.2


def test_the_same_seed_lives_the_same_life(
    weeks: Sequence[Week], units: tuple[RosterUnit, ...], instrument: Instrument
) -> None:
    """Two lives of one seed are equal, of two seeds are not."""
    assert tuple(weeks) == twin.live(units, instrument, WAVES, 5, "small")
    assert tuple(weeks) != twin.live(units, instrument, WAVES, 5, "other")


def test_a_very_small_organisation_is_never_too_small_for_its_threshold(
    instrument: Instrument,
) -> None:
    """Where twelve people are needed for k = 10, eight are asked under k = 5 alone."""
    alone = (RosterUnit("all", None, "All", 8),)
    assert {week.k for week in twin.live(alone, instrument, 4, 5, "x")} == {5}
    more = (RosterUnit("all", None, "All", 12),)
    assert {week.k for week in twin.live(more, instrument, 4, 5, "x")} == {5, 10}


def test_an_invented_organisation_has_as_many_people_as_asked() -> None:
    """Any size comes out exactly, with one root, parents before children, and a small team."""
    for people in (60, 120, 400, 1000):
        units = organisation.invented(people, Random("x"))
        assert sum(unit.people for unit in units) == people
        assert [unit.parent_id for unit in units].count(None) == 1
        places = [unit.unit_id for unit in units]
        assert all(unit.parent_id in places[:at] for at, unit in enumerate(units) if at)
        assert any(0 < unit.people < 8 for unit in units)


def test_a_merged_group_is_split_into_its_units_again() -> None:
    """Units, parents and the people of each group come back from a tree; only the spread is new."""
    roster = (
        RosterUnit("all", None, "All", 3),
        RosterUnit("a", "all", "A", 4),
        RosterUnit("b", "all", "B", 5),
        RosterUnit("c", "all", "C", 0),
        RosterUnit("d", "all", "D", 2),
        RosterUnit("d1", "d", "D 1", 3),
        RosterUnit("e", "all", "E", 40),
        RosterUnit("e1", "e", "E 1", 12),
        RosterUnit("e2", "e", "E 2", 9),
    )
    tree = form_groups(roster, 8, None, 5)
    assert "all:own+a+b+d" in {unit.unit_id for unit in tree.units}
    back = organisation.units_of(tree, Random("x"))
    assert {(u.unit_id, u.parent_id) for u in back} == {(u.unit_id, u.parent_id) for u in roster}
    again = {unit.unit_id: unit.people for unit in back}
    assert again["c"] == 0
    for group in tree.groups_in_order():
        inside = [unit for unit, owner in tree.groups.items() if owner == group.unit_id]
        assert sum(again[unit] for unit in inside) == group.invited
        assert all(again[unit] for unit in inside)


def test_a_nest_finds_what_lies_inside_and_around() -> None:
    """The largest sets inside are found however sets cross; a set lies around itself."""
    sets = [frozenset(text) for text in ("abcdef", "abc", "ab", "cd", "ef", "xy")]
    nest = Nest(sets)
    assert set(nest.inside(frozenset("abcdef"))) == set(map(frozenset, ("abc", "cd", "ef")))
    assert nest.inside(frozenset("ab")) == []
    assert set(nest.around(frozenset("a"))) == set(map(frozenset, ("ab", "abc", "abcdef")))
    assert nest.around(frozenset("ax")) == []
