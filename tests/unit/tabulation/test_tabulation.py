"""Counting opened ballots per group and item and adding them up along the tree."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from statistics import variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.tabulation import count, sigma2
from pulse.terms import Counts, Tree, Unit

ITEMS = ("A1", "A2", "S1")
Ballots = list[tuple[str, tuple[int, ...]]]


def small_tree() -> Tree:
    """Return root > dep (own group, team a), team b, and an empty unit."""
    return Tree(
        tree_version="t",
        units=(
            Unit("root", None, "Root", 24, group=False),
            Unit("dep", "root", "Department", 16, group=False),
            Unit("dep:own", "dep", "people directly in Department", 8, group=True, g="00001"),
            Unit("a", "dep", "A", 8, group=True, g="00002"),
            Unit("empty", "dep", "Empty", 0, group=False),
            Unit("b", "root", "B", 8, group=True, g="00003"),
        ),
        groups={"dep": "dep:own", "a": "a", "b": "b"},
    )


def wide_tree(groups: int, invited: int) -> Tree:
    """Return a root with `groups` groups of `invited` people each."""
    leaves = tuple(
        Unit(f"t{i}", "root", f"T{i}", invited, group=True, g=f"{i:05d}")
        for i in range(1, groups + 1)
    )
    root = Unit("root", None, "Root", groups * invited, group=False)
    return Tree("t", (root, *leaves), {u.unit_id: u.unit_id for u in leaves})


def recount(ballots: Ballots, tree: Tree) -> dict[str, tuple[tuple[int, ...], ...]]:
    """Count the same with loops: every unit above a ballot's group counts each answer once."""
    table = {u.unit_id: [[0] * 7 for _ in ITEMS] for u in tree.units if u.invited}
    by_g = {u.g: u for u in tree.units if u.group}
    for g, answers in ballots:
        unit: Unit | None = by_g[g]
        while unit is not None:
            for i, answer in enumerate(answers):
                table[unit.unit_id][i][answer] += 1
            unit = tree.unit(unit.parent_id) if unit.parent_id else None
    return {unit_id: tuple(map(tuple, rows)) for unit_id, rows in table.items()}


ballot_lists = st.lists(
    st.tuples(
        st.sampled_from(["00001", "00002", "00003"]),
        st.tuples(*[st.integers(0, 6)] * len(ITEMS)),
    ),
    max_size=40,
)


@given(ballot_lists)
def test_counts_equal_a_plain_recount(ballots: Ballots) -> None:
    """Every unit's counts are what a loop over the ballots gives."""
    counts = count(ballots, small_tree(), ITEMS, "2026-W09")
    assert dict(counts.table) == recount(ballots, small_tree())
    assert counts.items == ITEMS


def adds_up(table: Mapping[str, tuple[tuple[int, ...], ...]], ballots: Ballots) -> bool:
    """Tell whether every row is the sum of the rows below it and holds every ballot once."""
    return all(
        table["root"][i][v] == table["dep"][i][v] + table["b"][i][v]
        and table["dep"][i][v] == table["dep:own"][i][v] + table["a"][i][v]
        and sum(table["root"][i]) == len(ballots)
        for i in range(len(ITEMS))
        for v in range(7)
    )


@given(ballot_lists)
def test_children_add_up_to_their_parent(ballots: Ballots) -> None:
    """Rows add up along the tree, and each item's row sums to the ballots below the unit."""
    assert adds_up(count(ballots, small_tree(), ITEMS, "2026-W09").table, ballots)


def test_a_count_that_forgets_a_units_own_people_does_not_add_up() -> None:
    """The identity catches a roll-up that leaves out a parent's own group."""
    ballots: Ballots = [("00001", (3, 3, 3)), ("00002", (4, 0, 6))]
    good = count(ballots, small_tree(), ITEMS, "w").table
    assert adds_up(good, ballots)
    assert not adds_up({**good, "dep": good["a"]}, ballots)


@given(ballot_lists, st.randoms(use_true_random=False))
def test_the_order_of_ballots_is_forgotten(ballots: Ballots, random: Random) -> None:
    """Counts of shuffled ballots are equal."""
    shuffled = list(ballots)
    random.shuffle(shuffled)
    tree = small_tree()
    assert count(shuffled, tree, ITEMS, "w") == count(ballots, tree, ITEMS, "w")


def test_units_without_invited_people_have_no_row() -> None:
    """An empty unit is not counted at all."""
    assert "empty" not in count([], small_tree(), ITEMS, "w").table


@pytest.mark.parametrize(
    "ballot", [("00009", (1, 1, 1)), ("00001", (1, 1)), ("00001", (1, 7, 1)), ("00001", (1,) * 4)]
)
def test_an_impossible_ballot_stops_the_count(ballot: tuple[str, tuple[int, ...]]) -> None:
    """An unknown group, a wrong number of answers or an answer above 6 is refused."""
    with pytest.raises(ValueError, match=r"ballot|answer"):
        count([ballot], small_tree(), ITEMS, "w")


def counted(groups: int, people: int, answers: list[int]) -> tuple[Counts, Tree]:
    """Count `people` ballots in each group, each group giving `answers` in turn."""
    tree = wide_tree(groups, people + 2)
    ballots = [
        (f"{g:05d}", (answers[i % len(answers)],) * len(ITEMS))
        for g in range(1, groups + 1)
        for i in range(people)
    ]
    return count(ballots, tree, ITEMS, "w"), tree


def test_sigma2_is_the_variance_inside_groups() -> None:
    """Sigma squared equals the pooled sample variance, rounded to 0.05."""
    counts, tree = counted(10, 10, [1, 2, 3, 4, 5])
    expected = variance([Fraction(v) for v in [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]])
    assert sigma2(counts, tree) == {item: float(round(expected * 20)) / 20 for item in ITEMS}


def test_sigma2_ignores_differences_between_groups() -> None:
    """Groups that agree within themselves have sigma squared zero, however far apart."""
    tree = wide_tree(10, 12)
    ballots = [(f"{g:05d}", (1 + g % 5,) * 3) for g in range(1, 11) for _ in range(10)]
    assert set(sigma2(count(ballots, tree, ITEMS, "w"), tree).values()) == {0.0}


def test_a_silent_group_does_not_enter_sigma2() -> None:
    """A group in which nobody answered changes nothing."""
    counts, tree = counted(10, 10, [1, 3])
    wider = wide_tree(11, 12)
    ballots = [(f"{g:05d}", ((1, 3)[i % 2],) * 3) for g in range(1, 11) for i in range(10)]
    assert sigma2(count(ballots, wider, ITEMS, "w"), wider) == sigma2(counts, tree)


@pytest.mark.parametrize(("groups", "people"), [(9, 20), (10, 9)])
def test_sigma2_is_withheld_from_small_organisations(groups: int, people: int) -> None:
    """Under ten groups or a hundred answers no diagnostic exists."""
    counts, tree = counted(groups, people, [1, 5])
    assert sigma2(counts, tree) == {}


def test_sigma2_counts_people_as_bands_do() -> None:
    """A hundred answers of a hundred people read as 98: nobody learns that all took part."""
    ballots = [(f"{g:05d}", (1 + i % 5,) * 3) for g in range(1, 11) for i in range(10)]
    for invited, withheld in ((10, True), (11, False)):
        tree = wide_tree(10, invited)
        assert (sigma2(count(ballots, tree, ITEMS, "w"), tree) == {}) == withheld
