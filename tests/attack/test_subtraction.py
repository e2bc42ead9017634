"""Subtracting shown units from the one around them: each attack hits, and just misses."""

import pytest
from msgspec.structs import replace

from pulse.attack.attacks import (
    chained_filters,
    hidden_without_pool,
    item_skips,
    parent_minus_children,
    parent_minus_siblings,
)
from pulse.attack.publication import PARTICIPATION, Figure
from tests.attack.handmade import exact, hidden, published

ALL = "abcdefghijklmnopqrst"  # a department of twenty; its teams are letters in a row


def filtered(unit: str, n: int) -> Figure:
    """Print what a filter of two units shows."""
    return replace(exact(unit, n, 3 * n), source="filter")


def pool(unit: str, n: int) -> Figure:
    """Print what is left of a department under a name of its own."""
    return replace(exact(unit, n, 3 * n), unit_id="department:others")


@pytest.mark.parametrize(("gone", "groups"), [("", 0), ("t", 1), ("qrst", 1)])
def test_a_department_minus_its_teams_is_the_hidden_one(gone: str, groups: int) -> None:
    """Of a hidden team of five, four or one answers, those under k = 5 are found, with its size."""
    answered = "".join(one for one in ALL if one not in gone)
    shown = exact(ALL, len(answered)), exact("abcdefgh", 8), exact("ijklmno", 7)
    found = parent_minus_children.attack(published(*shown, hidden("pqrst"), answered=answered))
    assert (found.groups, found.people) == (groups, groups * (5 - len(gone)))


def test_people_directly_in_a_department_are_found() -> None:
    """Where every team is shown, what is left are the two people who sit in the department."""
    shown = exact(ALL, 20), exact("abcdefghi", 9), exact("jklmnopqr", 9)
    found = parent_minus_children.attack(published(*shown, answered=ALL))
    assert (found.groups, found.people) == (1, 2)


def test_two_hidden_teams_are_the_second_attack_s() -> None:
    """Hidden teams of two and one answers are found together, by one of both attacks."""
    shown = exact(ALL, 15), exact("abcdefgh", 8), exact("ijkl", 4)
    printed = published(*shown, hidden("mnop"), hidden("qrst"), answered="abcdefghijklmnq")
    assert parent_minus_siblings.attack(printed).people == 3
    assert parent_minus_children.attack(printed).groups == 0


def test_two_hidden_teams_of_k_together_are_safe() -> None:
    """Hidden teams of three and two answers are five people: nothing is found."""
    shown = exact(ALL, 17), exact("abcdefgh", 8), exact("ijkl", 4)
    printed = published(*shown, hidden("mnop"), hidden("qrst"), answered="abcdefghijklmnoqr")
    assert parent_minus_siblings.attack(printed).groups == 0


def test_a_hidden_inner_unit_counts_as_one() -> None:
    """A hidden department with a hidden team inside is one unit to the first attack."""
    shown = exact(ALL, 19), exact("abcdefghijklmnop", 16)
    printed = published(*shown, hidden("qrst"), hidden("rs"), answered=ALL[:19])
    assert parent_minus_children.attack(printed).people == 3
    assert parent_minus_siblings.attack(printed).groups == 0


def test_filters_are_followed_from_team_to_team() -> None:
    """A filter of a shown and a hidden team gives the hidden one, which opens the next filter."""
    shown, first, second = exact("abcdef", 6), filtered("abcdefghi", 9), filtered("ghijkl", 6)
    teams = hidden("ghi"), hidden("jkl")
    found = chained_filters.attack(published(shown, first, second, *teams, answered=ALL))
    assert (found.groups, found.people) == (2, 6)
    without = published(shown, second, *teams, answered=ALL)
    assert chained_filters.attack(without).groups == 0


def test_a_filter_of_large_teams_finds_nothing_small() -> None:
    """What a filter gives away of five people is theirs together."""
    printed = published(exact("abcdef", 6), filtered("abcdefghijk", 11), answered=ALL)
    assert chained_filters.attack(printed).groups == 0


def test_a_rest_that_a_pool_vouches_for_is_left_alone() -> None:
    """Five people left over are nobody's secret with a pool; three without one are found."""
    shown = exact(ALL, 20), exact("abcdefghijklmno", 15)
    assert hidden_without_pool.attack(published(*shown, pool("pqrst", 5), answered=ALL)).groups == 0
    alone = published(exact(ALL, 18), shown[1], hidden("pqrst"), answered=ALL[:18])
    assert hidden_without_pool.attack(alone).people == 3


def test_a_pool_below_the_threshold_vouches_for_nothing() -> None:
    """A pool that says "three answers" is found like no pool, by the first attack too."""
    shown = exact(ALL, 18), exact("abcdefghijklmno", 15), pool("pqrst", 3)
    printed = published(*shown, answered=ALL[:18])
    assert hidden_without_pool.attack(printed).people == 3
    assert parent_minus_children.attack(printed).people == 3


@pytest.mark.parametrize(("skipped", "people"), [("", 0), ("t", 4), ("st", 3)])
def test_a_skipped_question_is_found_behind_enough_ballots(skipped: str, people: int) -> None:
    """Five ballots are left over; where one or two skipped the item, four or three are found."""
    took_part = exact(ALL, 20, measure=PARTICIPATION), exact(ALL[:15], 15, measure=PARTICIPATION)
    items = exact(ALL, 20 - len(skipped)), exact(ALL[:15], 15)
    printed = published(*took_part, *items, hidden("pqrst"), answered=ALL, skipped=skipped)
    assert item_skips.attack(printed).people == people


def test_too_few_ballots_are_another_attack_s() -> None:
    """Four ballots and four answers left over are no matter of skipped questions."""
    took_part = exact(ALL, 19, measure=PARTICIPATION), exact(ALL[:15], 15, measure=PARTICIPATION)
    items = exact(ALL, 19), exact(ALL[:15], 15)
    printed = published(*took_part, *items, hidden("pqrst"), answered=ALL[:19])
    assert item_skips.attack(printed).groups == 0
    assert parent_minus_children.attack(printed).people == 4
