"""Band straddle: hidden counts by subtraction."""

from pulse.attack.attacks.band_straddle import attack
from pulse.attack.publication import PARTICIPATION
from tests.attack.handmade import banded, exact, hidden, published


def test_exact_participation_of_all_but_one_team_counts_that_team() -> None:
    """A department of 15 answers and shown teams of 6 and 5 leave 4 for the hidden one."""
    found = attack(
        published(
            exact("abcdefghijklmnopqrst", 15, measure=PARTICIPATION),
            exact("abcdefg", 6, measure=PARTICIPATION),
            exact("hijklmn", 5, measure=PARTICIPATION),
            hidden("opqrst"),
            answered="abcdef" + "hijkl" + "opqr",
        )
    )
    assert (found.groups, found.people) == (1, 4)


def test_a_count_for_a_hidden_unit_is_found_even_without_subtraction() -> None:
    """An export that prints n of a hidden unit of two answers counts it."""
    figures = exact("abc", 2), exact("abcdefgh", 7)
    found = attack(published(*figures, hidden("abc"), answered="abdefgh"))
    assert found.groups == 1


def test_participation_that_straddles_a_band_edge_pins_a_count() -> None:
    """A band of 5 to 9 whose participation says 5, and a whole of 9, leave exactly 4."""
    whole, half = "abcdefghijklmnop", "abcdefgh"
    found = attack(
        published(
            exact(whole, 9),
            banded(half, (0, 0, 5, 0, 0), 12),
            exact(half, 5, measure=PARTICIPATION),
            hidden("ijklmnop"),
            answered="abcde" + "ijkl",
        )
    )
    assert found.groups == 1


def test_bands_leave_hidden_counts_open() -> None:
    """The same department in bands of five pins nobody."""
    found = attack(
        published(
            banded("abcdefghijklmnopqrst", (0, 0, 9, 6, 0), 20),
            banded("abcdefg", (0, 0, 6, 0, 0), 9),
            banded("hijklmn", (0, 0, 5, 0, 0), 9),
            hidden("opqrst"),
            answered="abcdef" + "hijkl" + "opqr",
        )
    )
    assert found.groups == 0


def test_the_tally_of_the_whole_organisation_is_public() -> None:
    """An organisation in which three took part says so by its tally; that is no find."""
    tally = exact("abcdefgh", 3, measure=PARTICIPATION)
    assert attack(published(tally, hidden("abcdefgh"), answered="abc")).groups == 0
