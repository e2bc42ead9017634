"""Headcount bounds: public headcounts beside the figures."""

from pulse.attack.attacks.headcount_bounds import attack
from pulse.attack.publication import PARTICIPATION
from tests.attack.handmade import banded, exact, hidden, published


def test_full_teams_give_their_counts_away() -> None:
    """Five answers from hidden teams of three and two people are three and two."""
    found = attack(
        published(
            exact("abcdefghijkl", 11, 33),
            exact("abcdefg", 6, 18),
            hidden("hij"),
            hidden("kl"),
            answered="abcdefhijkl",
        )
    )
    assert (found.groups, found.people) == (2, 5)


def test_a_remainder_of_only_fives_says_what_everybody_in_it_answered() -> None:
    """Six people are left and gave 30 points: each of them answered 5."""
    found = attack(
        published(exact("abcdefghijklmn", 12, 48), exact("abcdefg", 6, 18), answered="abcdefhijklm")
    )
    assert (found.groups, found.people) == (1, 6)


def test_one_point_less_leaves_everybody_open() -> None:
    """Six people with 29 points: one of them did not answer 5, and nobody knows who."""
    found = attack(
        published(exact("abcdefghijklmn", 12, 47), exact("abcdefg", 6, 18), answered="abcdefhijklm")
    )
    assert found.groups == 0


def test_coded_ends_never_say_that_all_answers_are_the_same() -> None:
    """A team of eight fives, released by us, reads as at least 5 people and 4.5 or more."""
    row = (0, 0, 0, 0, 8)
    assert attack(published(banded("abcdefgh", row, 8), answered="abcdefgh")).groups == 0
    control = attack(published(exact("abcdefgh", 8, 40), answered="abcdefgh"))
    assert (control.groups, control.people) == (1, 8)


def test_bands_and_headcounts_leave_hidden_teams_open() -> None:
    """The same teams in bands, with their pool, pin no count."""
    found = attack(
        published(
            banded("abcdefghijklmnop", (0, 0, 11, 0, 0), 16),
            banded("abcdefgh", (0, 0, 6, 0, 0), 8),
            banded("ijklmnop", (0, 0, 5, 0, 0), 8),
            hidden("ijkl"),
            hidden("mnop"),
            answered="abcdefijklm",
        )
    )
    assert found.groups == 0


def test_the_tally_of_the_whole_organisation_is_public() -> None:
    """An organisation in which three took part says so by its tally; that is no find."""
    tally = exact("abcdefgh", 3, measure=PARTICIPATION)
    assert attack(published(tally, hidden("abcdefgh"), answered="abc")).groups == 0
