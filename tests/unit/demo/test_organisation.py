"""The invented organisation: its size is as asked, its roster passes the real import."""

from collections import Counter
from pathlib import Path

import pytest

from pulse.demo.organisation import NEW_DEPARTMENT, TRYING, Organisation
from pulse.disclosure.groups import form_groups
from pulse.roster import read_files
from pulse.terms import Tree


def tree(organisation: Organisation, folder: Path) -> Tree:
    """Form the groups of an organisation from its roster files."""
    units, people = folder / "units.csv", folder / "people.csv"
    units.write_text(organisation.units_csv(), encoding="utf-8")
    people.write_text(organisation.people_csv(), encoding="utf-8")
    return form_groups(read_files(units, people).headcounts(), 8, None, 5)


@pytest.mark.parametrize("people", [20, 60, 120, 400, 1000])
def test_it_has_as_many_people_as_asked(people: int, tmp_path: Path) -> None:
    """Any size makes a roster of exactly so many people that groups can be formed of."""
    assert tree(Organisation(people, "seed"), tmp_path).root.invited == people


def test_400_people_are_about_45_units_in_departments(tmp_path: Path) -> None:
    """The default organisation has 45 units, three levels of them, and 30 groups or more."""
    organisation = Organisation(400, "seed")
    assert len(organisation.units) == 45
    assert max(len(list(organisation.path(unit))) for unit in organisation.units) == 4
    assert sum(unit.group for unit in tree(organisation, tmp_path).units) >= 30


def test_the_same_seed_founds_the_same_organisation() -> None:
    """Two organisations of one seed are equal, of two seeds are not."""
    assert Organisation(400, "seed").people_csv() == Organisation(400, "seed").people_csv()
    assert Organisation(400, "seed").people_csv() != Organisation(400, "other").people_csv()


def test_people_leave_and_as_many_join() -> None:
    """After a change the size is the same, some people are gone, and no id is used twice."""
    organisation = Organisation(400, "seed")
    before = set(organisation.people)
    organisation.people_change(5)
    after = set(organisation.people)
    assert len(after) == 400
    assert len(before - after) == len(after - before) == 5


@pytest.mark.parametrize("people", [60, 120, 400])
def test_a_reorganisation_moves_teams_with_their_people(people: int, tmp_path: Path) -> None:
    """Moved teams keep their members and have another parent; the roster stays whole."""
    organisation = Organisation(people, "seed")
    before, seats = dict(organisation.units), Counter(organisation.people.values())
    moved = organisation.reorganise()
    after = Counter(organisation.people.values())
    assert moved
    for team in moved:
        assert organisation.units[team][0] != before[team][0]
        assert after[team] == seats[team]
    assert (NEW_DEPARTMENT in organisation.units) == (people == 400)
    assert tree(organisation, tmp_path).root.invited == people


@pytest.mark.parametrize("people", [60, 120, 400, 1000])
def test_the_team_of_the_story_is_always_there(people: int) -> None:
    """The team that tries the day-end round exists in every organisation of some size."""
    assert TRYING in Organisation(people, "seed").teams()
