"""Full or empty: participation of everybody in a unit."""

from pulse.attack.attacks.full_or_empty import attack
from pulse.attack.publication import PARTICIPATION
from tests.attack.handmade import banded, exact, hidden, published


def test_a_unit_in_which_everybody_answered_is_found() -> None:
    """Seven of seven took part; of the rest, four of six, nothing is certain."""
    found = attack(published(exact("abcdefghijklm", 11), exact("abcdefg", 7), answered="abcdefg"))
    assert (found.groups, found.people) == (1, 7)


def test_what_is_left_of_a_unit_may_be_full_or_empty_too() -> None:
    """Ten of thirteen and four of seven leave six of six; seven of seven leave nobody."""
    department = exact("abcdefghijklm", 10, measure=PARTICIPATION)
    everybody = "abcdefghijklmnopqrst"
    root = exact(everybody, 12, measure=PARTICIPATION)
    full = published(root, department, exact("abcdefg", 4, measure=PARTICIPATION), answered="")
    empty = published(root, department, exact("abcdefghij", 10, measure=PARTICIPATION), answered="")
    assert (attack(full).groups, attack(full).people) == (1, 6)
    assert (attack(empty).groups, attack(empty).people) == (2, 13)


def test_the_root_is_public() -> None:
    """Full participation of the whole organisation is a published tally."""
    assert attack(published(exact("abcdefg", 7), answered="abcdefg")).groups == 0


def test_units_that_say_they_are_empty_are_found() -> None:
    """A sentence of its own for "no answers" gives away that nobody took part."""
    units = hidden("abc", "no answers"), hidden("def", "too few answers")
    found = attack(published(*units, exact("abcdefghijklm", 9), answered="dghijklm"))
    assert (found.groups, found.people) == (1, 3)


def test_bands_and_equal_looks_hide_full_and_empty_units() -> None:
    """Eight of eight reads as at least 5 of 8, and an empty unit looks like any hidden one."""
    units = hidden("ijk"), hidden("lmn")
    full = banded("abcdefgh", (0, 0, 8, 0, 0), 8)
    whole = banded("abcdefghijklmnopqrstuvwx", (0, 0, 20, 0, 0), 24)
    assert attack(published(whole, full, *units, answered="abcdefghl")).groups == 0
