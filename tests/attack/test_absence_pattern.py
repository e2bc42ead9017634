"""Absence pattern: what hidden units look like."""

import pytest

from pulse.attack.attacks.absence_pattern import attack
from tests.attack.handmade import exact, hidden, published

SHOWN = exact("abcdefghijklmnopqrst", 12)


def test_a_sentence_worn_only_by_small_units_is_found() -> None:
    """Two units say "fewer than 5", one says "no answers": the two are small groups."""
    found = attack(
        published(
            SHOWN, hidden("abc", "few"), hidden("def", "few"), hidden("ghi", "none"),
            answered="ade", given={"a": 1, "d": 1, "e": 1},
        )
    )  # fmt: skip
    assert (found.groups, found.people) == (2, 3)
    assert (found.guess, found.blind) == (1.0, 0.5)


def test_one_look_for_all_tells_nothing() -> None:
    """Where small, empty and protecting units look alike, the guess is right for half of them."""
    found = attack(
        published(
            SHOWN, hidden("abc"), hidden("def"), hidden("ghi"), hidden("jklmnop"),
            answered="adejklmnop", given={"a": 1},
        )
    )  # fmt: skip
    assert found.groups == 0
    assert found.guess == pytest.approx(2 / 4)
    assert found.blind == pytest.approx(2 / 5)


def test_a_look_shared_with_other_units_is_no_certainty() -> None:
    """Two looks, but the one of the small unit is worn by an empty unit as well."""
    units = hidden("abc", "few"), hidden("def", "few"), hidden("ghi", "other")
    assert attack(published(SHOWN, *units, answered="aghi")).groups == 1
    units = hidden("abc", "few"), hidden("def", "few"), hidden("ghijklm", "other")
    assert attack(published(SHOWN, *units, answered="aghijklm")).groups == 0
