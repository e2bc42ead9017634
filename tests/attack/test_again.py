"""Figures that come back: windows, other trees, lower thresholds, live and late ones."""

import pytest
from msgspec.structs import replace

from pulse.attack.attacks import (
    export_against_dashboard,
    live_ballot,
    reorganisation,
    repeated_query,
    threshold_lowered,
    two_leaders,
    windows,
)
from pulse.attack.publication import PARTICIPATION, Figure, People, Publication, Source, Span
from tests.attack.handmade import WAVE, exact, hidden, people, published

WEEKS = ("2026-W08", WAVE, "2026-W10")


def printed_as(source: Source, unit: str, n: int, edition: str = "") -> Figure:
    """Print an exact figure another time."""
    return replace(exact(unit, n, 3 * n), source=source, edition=edition)


def window(first: int, last: int) -> Figure:
    """Print team "abc" over weeks `first` to `last`, three answers each."""
    span = Span(3 * (last - first + 1), 3 * (last - first + 1))
    return Figure(
        WEEKS[last], "item:C1", "abc", people("abc"), span, span, source="window",
        edition=f"{WEEKS[first]}..{WEEKS[last]}",
    )  # fmt: skip


def over_weeks(*figures: Figure) -> Publication:
    """Print windows of a team of three that no week shows."""

    def answers(wave: str, measure: str, group: People) -> Span:
        assert (wave in WEEKS, measure) == (True, "item:C1")
        return Span(len(group), len(group))

    return Publication(
        figures=figures,
        hidden=tuple(replace(hidden("abc"), wave=wave) for wave in WEEKS),
        k=dict.fromkeys(WEEKS, 5),
        invited=dict.fromkeys(WEEKS, dict.fromkeys("abc", 1)),
        parents={wave: {"abc": None} for wave in WEEKS},
        answers=answers,
    )


def test_a_window_minus_the_one_before_is_a_week() -> None:
    """Three weeks minus the first two give the third, and from there the others follow."""
    assert windows.attack(over_weeks(window(0, 2), window(0, 1))).groups == 1
    assert windows.attack(over_weeks(window(0, 2), window(0, 1), window(1, 2))).groups == 3


def test_windows_that_share_no_border_tell_no_week() -> None:
    """One window alone is a sum of two weeks, and no week is found."""
    assert windows.attack(over_weeks(window(0, 1))).groups == 0


def test_a_sliding_window_over_shown_weeks_finds_the_hidden_one() -> None:
    """Weeks 1-2 and 2-3 differ by the first and the third: one is shown, so the other follows."""
    shown = Figure(WEEKS[0], "item:C1", "abc", people("abc"), Span(3, 3), Span(9, 9))
    assert windows.attack(over_weeks(window(0, 1), window(1, 2), shown)).groups == 3
    assert windows.attack(over_weeks(window(0, 1), window(1, 2))).groups == 0


@pytest.mark.parametrize(("moved", "groups"), [("hij", 1), ("fghij", 0)])
def test_the_old_department_minus_the_new_one_is_who_moved(moved: str, groups: int) -> None:
    """Three people who moved are found under both trees; five are k people together."""
    whole = "abcdefghijkl"
    stayed = "".join(one for one in whole if one not in moved)
    again = printed_as("recut", stayed, len(stayed), "tree of 2026-W20")
    found = reorganisation.attack(published(exact(whole, 12, 36), again, answered=whole))
    assert found.groups == groups


def test_one_tree_a_week_has_nothing_to_compare() -> None:
    """The same two sets, both printed by the release itself, are not this attack's."""
    shown = exact("abcdefghijkl", 12, 36), exact("abcdefghi", 9, 27)
    assert reorganisation.attack(published(*shown, answered="abcdefghijkl")).groups == 0


def test_a_moved_team_that_is_shown_leaves_its_head() -> None:
    """Seven people moved, six of them a shown team: the seventh is alone."""
    whole, team = "abcdefghijklmnop", "abcdef"
    again = printed_as("recut", "hijklmnop", 9, "tree of 2026-W20")
    shown = exact(whole, 16, 48), exact(team, 6, 18), again
    assert reorganisation.attack(published(*shown, answered=whole)).people == 1


@pytest.mark.parametrize(("n", "groups"), [(4, 1), (5, 0)])
def test_a_figure_below_the_promised_threshold_is_found(n: int, groups: int) -> None:
    """Four people shown later under k = 3 were promised 5; five people were not let down."""
    unit = "abcde"[:n]
    again = printed_as("recut", unit, n, "k = 3")
    assert threshold_lowered.attack(published(again, answered=unit)).groups == groups


def test_a_number_of_answers_alone_is_not_this_attack_s() -> None:
    """A figure without a mean says nothing of what was answered."""
    printed = published(exact("abc", 3), answered="abc")
    assert threshold_lowered.attack(printed).groups == 0


def look(cast: str) -> Figure:
    """Look at a department while the week is open."""
    return replace(printed_as("live", cast, len(cast), str(len(cast))), unit_id="department")


def test_two_looks_around_one_ballot_are_one_person() -> None:
    """Twelve answers, then thirteen: the thirteenth is alone, though both figures are large."""
    looks = [look("abcdefghijklm"[:n]) for n in (12, 13)]
    found = live_ballot.attack(published(*looks, answered="abcdefghijklm"))
    assert (found.groups, found.people) == (1, 1)


def test_looks_five_ballots_apart_are_five_people() -> None:
    """Who looks at seven and at twelve answers sees five people together; one look is nothing."""
    looks = [look("abcdefghijkl"[:n]) for n in (7, 12)]
    assert live_ballot.attack(published(*looks, answered="abcdefghijkl")).groups == 0
    assert live_ballot.attack(published(looks[0], answered="abcdefg")).groups == 0


@pytest.mark.parametrize(("late", "people"), [("l", 1), ("kl", 2), ("hijkl", 0)])
def test_late_ballots_are_the_difference_of_two_printings(late: str, people: int) -> None:
    """One or two late people are found; five are k together."""
    whole = "abcdefghijkl"
    first = exact(whole[: 12 - len(late)], 12 - len(late), 30)
    again = replace(printed_as("late", whole, 12), unit_id=first.unit_id)
    assert repeated_query.attack(published(first, again, answered=whole)).people == people


def test_the_same_figure_twice_tells_nothing() -> None:
    """Equal printings have no difference."""
    first = exact("abcdef", 6, 20)
    again = replace(first, source="late")
    assert repeated_query.attack(published(first, again, answered="abcdef")).groups == 0


def leaders_see(*viewers: str) -> Publication:
    """Show a department to some leaders, with teams "abcdef" and "ghijkl" and a hidden "mno"."""
    whole = replace(exact("abcdefghijklmno", 15, 45), viewers=frozenset(viewers))
    teams = exact("abcdef", 6, 18), exact("ghijkl", 6, 18)
    return published(whole, *teams, hidden("mno"), answered="abcdefghijklmno")


def test_two_leaders_who_see_the_department_find_the_third_team() -> None:
    """The department minus both teams is the hidden one, for leaders who both see it."""
    assert two_leaders.attack(leaders_see("abcdef", "ghijkl")).people == 3


def test_a_leader_who_does_not_see_the_department_cannot_help() -> None:
    """With only one of both leaders seeing the department nothing is found."""
    assert two_leaders.attack(leaders_see("abcdef")).groups == 0


def test_an_export_row_of_a_hidden_team_is_found() -> None:
    """A row with nothing but "3 answers" counts a hidden team, a row like the page's does not."""
    shown, row = exact("abcdefgh", 8, 24), printed_as("export", "abcdefgh", 8)
    leak = replace(exact("abc", 3), source="export")
    found = export_against_dashboard.attack(
        published(shown, row, leak, hidden("abc"), answered="abcdefgh")
    )
    assert (found.groups, found.people) == (1, 3)
    assert export_against_dashboard.attack(published(shown, row, answered="abcdefgh")).groups == 0


def test_an_export_sharper_than_the_page_is_found() -> None:
    """The page says "at least 1 of 4", the export 3."""
    page = replace(exact("abcd", 3), n=Span(1, 4), measure=PARTICIPATION)
    row = replace(exact("abcd", 3, measure=PARTICIPATION), source="export")
    assert export_against_dashboard.attack(published(page, row, answered="abc")).people == 3
    same = replace(row, n=Span(1, 4))
    assert export_against_dashboard.attack(published(page, same, answered="abc")).groups == 0
