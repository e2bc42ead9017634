"""What published figures say about hidden groups, and the exact check before the press."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pulse.disclosure.groups import form_groups
from pulse.disclosure.policy import policy_for, restore, stored
from pulse.disclosure.protect import protect
from pulse.disclosure.residues import (
    Range,
    band_range,
    check_exact,
    hidden_ranges,
    pools_due,
    residues,
    too_narrow,
)
from pulse.disclosure.rounding import band
from pulse.errors import BadRelease
from pulse.release.cell import Cell
from pulse.terms import RosterUnit, Tree
from tests.property.worlds import INSTRUMENT, ITEMS, POLICY, tally


def tree(people: int = 20) -> Tree:
    """Return two departments of two teams, and a team beside them."""
    rows = [("org", None, 0), ("d", "org", 0), ("a", "d", people), ("b", "d", people)]
    rows += [("e", "org", 0), ("x", "e", people), ("y", "e", people), ("z", "org", people)]
    return form_groups([RosterUnit(u, p, u.upper(), n) for u, p, n in rows], 8, None, 5)


def test_a_residue_is_what_no_shown_unit_below_covers() -> None:
    """Hidden groups belong to the nearest shown unit above them; nobody owns them without one."""
    left = residues(tree(), {"org", "d", "a", "x"})
    assert {u: [g.unit_id for g in groups] for u, groups in left.items()} == {
        "org": ["y", "z"],
        "d": ["b"],
        "a": ["a"],
        "x": ["x"],
    }
    assert residues(tree(), {"a"}) == {"a": [tree().unit("a")]}
    assert set(pools_due(tree(), {"org", "d", "a", "x"})) == {"org", "d"}
    assert pools_due(tree(), {"org"}) == {}


@given(st.integers(7, 60).flatmap(lambda h: st.tuples(st.integers(0, h), st.just(h))))
def test_a_band_allows_the_count_behind_it(pair: tuple[int, int]) -> None:
    """Every count lies in the range of its own band, which is at least three counts wide."""
    n, invited = pair
    low, high = band_range(band(n, invited), invited)
    assert low <= n <= high
    assert high - low >= 2


def test_bands_bound_hidden_groups_through_the_tree() -> None:
    """What is shown above and beside a pool narrows what is possible inside it."""
    shown = {"org", "d", "e", "x", "z"}
    bands = {"org": 50, "d": 20, "e": 20, "x": 10, "z": 10, "e:others": 5}
    ranges = hidden_ranges(tree(), shown, bands, 100)
    assert ranges is not None
    assert set(ranges) == {"a", "b", "y"}
    assert ranges["a"] == Range(0, 20)
    # y is the only group of its pool, and x can have 14 answers at most.
    assert ranges["y"] == Range(6, 9)
    assert too_narrow(ranges) == []
    # The public count of the whole wave bounds them too.
    fewer = hidden_ranges(tree(), shown, bands, 50)
    assert fewer is not None
    assert fewer["y"] == Range(6, 9)
    assert hidden_ranges(tree(), shown, bands, 49) is None


def test_a_group_below_nothing_shown_can_be_anything() -> None:
    """Without a shown unit above it a group is bounded by its headcount alone."""
    ranges = hidden_ranges(tree(), {"x"}, {"x": 10}, 100)
    assert ranges is not None
    assert ranges["a"] == Range(0, 20)


def test_linked_bands_can_fix_a_hidden_group() -> None:
    """Four nines in bands of 5 and a total band of 45 leave 9 for the hidden fifth."""
    rows = [RosterUnit("org", None, "Org", 0)]
    rows += [RosterUnit(team, "org", team, 20) for team in "abcde"]
    flat = form_groups(rows, 8, None, 5)
    bands = {"org": 45, "org:others": 5, **dict.fromkeys("abcd", 5)}
    ranges = hidden_ranges(flat, {"org", *"abcd"}, bands, 100)
    assert ranges == {"e": Range(9, 9)}
    assert too_narrow(ranges or {}) == ["e"]


def test_three_possible_counts_are_wide_enough_and_two_are_not() -> None:
    """A hidden group's answers must be possible in three ways at the least."""
    ranges = {"one": Range(6, 6), "two": Range(6, 7), "three": Range(6, 8)}
    assert too_narrow(ranges) == ["one", "two"]


def test_bands_that_no_counts_fit_are_told() -> None:
    """A whole smaller than its parts has no possible counts."""
    bands = {"org": 5, "d": 20, "e": 20, "z": 15}
    assert hidden_ranges(tree(), {"org", "d", "e", "z"}, bands, 100) is None


Spoil = Callable[[list[Cell]], list[Cell]]


def show(unit_id: str) -> Spoil:
    """Show a hidden group."""
    return lambda cells: [
        structs.replace(c, status="published", at_least=5) if c.unit_id == unit_id else c
        for c in cells
    ]


def larger_band(cells: list[Cell]) -> list[Cell]:
    """Print a band above the count behind it."""
    return [structs.replace(c, at_least=20) if c.unit_id == "x" else c for c in cells]


def band_of_pool(cells: list[Cell]) -> list[Cell]:
    """Print a pool's band below k."""
    return [structs.replace(c, at_least=0) if c.kind == "pool" else c for c in cells]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (show("y"), "fewer than 5 people can be told apart"),
        (larger_band, "its band says more"),
        (band_of_pool, "its band says more"),
    ],
)
def test_the_exact_check_sees_a_wrong_pattern(spoil: Spoil, said: str) -> None:
    """Counts in memory catch a residue under k or a band that says too much."""
    ballots = {"a": 12, "b": 12, "x": 16, "y": 12, "z": 3}
    cast = [(team, (3,) * len(ITEMS)) for team, n in ballots.items() for _ in range(n)]
    counts = tally(tree(), cast)
    release = protect(tree(), counts, POLICY, INSTRUMENT)
    assert check_exact(tree(), counts, POLICY, release) == []
    wrong = structs.replace(release, cells=tuple(spoil(list(release.cells))))
    findings = check_exact(tree(), counts, POLICY, wrong)
    assert any(said in text for text in findings)


def test_the_exact_check_refuses_a_residue_in_which_nobody_answered() -> None:
    """A hidden team without any answer would be told by its missing pool: none is as few as one."""
    ballots = {"a": 12, "b": 12, "x": 16, "y": 12}
    cast = [(team, (3,) * len(ITEMS)) for team, n in ballots.items() for _ in range(n)]
    counts = tally(tree(), cast)
    release = protect(tree(), counts, POLICY, INSTRUMENT)
    assert check_exact(tree(), counts, POLICY, release) == []
    shown = {cell.unit_id for cell in release.cells if cell.status == "published"}
    assert not {"org", "d", "e"} <= shown
    alone = structs.replace(
        release,
        cells=tuple(
            structs.replace(cell, status="published", at_least=5)
            for cell in release.cells
            if cell.kind == "unit" and cell.unit_id in {"org", "d", "e"}
        ),
    )
    assert [
        text for text in check_exact(tree(), counts, POLICY, alone) if "told apart" in text
    ] == [
        f"org item:{item}: fewer than 5 people can be told apart in it." for item in release.items
    ]


def test_the_exact_check_tests_every_item() -> None:
    """Skips that leave one item with too few answers hide the group for all items."""
    skipping = [("b", (3, 3, 3, 3, 3, 0))] * 4 + [("b", (3,) * 6)] * 4
    others = [(team, (3,) * 6) for team in ("a", "x", "y", "z") for _ in range(12)]
    counts = tally(tree(), [*skipping, *others])
    release = protect(tree(), counts, POLICY, INSTRUMENT)
    assert "b" in release.hidden
    wrong = structs.replace(release, cells=tuple(show("b")(list(release.cells))))
    assert any("item:W1" in text for text in check_exact(tree(), counts, POLICY, wrong))
    assert not any("b item:A1: fewer" in t for t in check_exact(tree(), counts, POLICY, wrong))


def test_a_policy_survives_the_manifest() -> None:
    """A stored policy reads back as itself; anything else is refused."""
    for k in (5, 10, 15):
        assert restore(stored(policy_for(k))) == policy_for(k)
    with pytest.raises(BadRelease, match="no policy"):
        restore({"k": 5})
    with pytest.raises(BadRelease, match="below its floors"):
        restore({**stored(policy_for(5)), "k": 7})
