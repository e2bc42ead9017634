"""What figures leave open: by example, against brute force, and repaired where it is too little."""

from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec import structs

from pulse.disclosure import bounds, system
from pulse.disclosure.bounds import Hit, hits, wave_of
from pulse.disclosure.groups import form_groups
from pulse.disclosure.nearby import around
from pulse.disclosure.openness import POINTS, count_range, openness, sum_range
from pulse.disclosure.repair import protect_safely
from pulse.disclosure.residues import OTHERS
from pulse.disclosure.solver import Program
from pulse.errors import Held, Unsure
from pulse.release.protected import ProtectedCounts
from pulse.terms import Counts, RosterUnit, Tree
from tests.property.worlds import in_memory
from tests.unit.disclosure.everyway import (
    ONE,
    brute_force,
    cast,
    counts_of,
    exact,
    flat,
    hidden,
    low_sums,
    tiny,
)


def same_as_every_way(tree: Tree, counts: Counts) -> int:
    """Assert that bounds are those of every way to answer; return the points they were too wide."""
    release = hidden(tree, counts, "e")
    wave = wave_of(tree, cast(counts), release.cells, ONE)
    told, more = {hit.unit_id for hit in hits(wave)}, 0
    for team, every in brute_force(tree, counts, release).items():
        low, high = sum_range(*exact(wave, team), team)
        assert (round(low), round(high)) == every.sums
        low, high = count_range(*exact(wave, team), team)
        assert (round(low), round(high)) == every.answers
        asked = bounds.linked([wave], "A1")
        real = Program(asked.low, asked.high, asked.rows)
        low, high = sum_range(real, asked, f"{wave.wave}/{team}")
        assert low - 1e-6 <= every.sums[0] <= every.sums[1] <= high + 1e-6
        more = max(more, floor(high + 1e-4) - ceil(low - 1e-4) - (every.sums[1] - every.sums[0]))
        narrow = every.sums[1] - every.sums[0] < 4 or every.answers[1] - every.answers[0] < 2
        everybody = every.answers[0] == tree.unit(team).invited
        assert (team in told) == (narrow or everybody or every.alike)
    return more


@settings(max_examples=12, deadline=None)
@given(tiny())
def test_bounds_are_those_of_every_way_to_answer(drawn: tuple[Tree, Counts]) -> None:
    """On tiny worlds bounds are exactly what brute force finds, and so is what is told of."""
    assert same_as_every_way(*drawn) <= POINTS


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(tiny())
def test_many_bounds_are_those_of_every_way_to_answer(drawn: tuple[Tree, Counts]) -> None:
    """The same of more worlds: real numbers alone are never wider than is asked again for."""
    assert same_as_every_way(*drawn) <= POINTS


def test_rounded_means_can_give_a_sum_away() -> None:
    """Three counts are possible, but the sum is open by three points only."""
    tree, counts = low_sums()
    release = hidden(tree, counts, "e")
    assert release.hidden == ("e",)
    (hit,) = hits(wave_of(tree, cast(counts), release.cells, ONE))
    assert hit == ("e", "A1", "the sum of its answers")


WHOLE: dict[str, tuple[dict[str, int], dict[str, list[int]], str]] = {
    # In real numbers a person may have said something else; in whole ones all five to eight said 1.
    "the sum of its answers": (
        {"a": 60, "e": 8}, {"a": [1] * 49 + [2] * 9, "e": [1] * 5}, "the sum of its answers"
    ),
    # In real numbers six to eight answers fit the rounded means; in whole ones two of these do.
    "how many answered": (
        {"a": 22, "e": 9}, {"a": [4] * 12 + [5] * 8, "e": [4, 4, 4, 4, 4, 5, 5]},
        "how many of it answered",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WHOLE)
def test_what_only_whole_numbers_tell_is_found(case: str) -> None:
    """Real numbers leave these open; people are whole, and brute force agrees that they tell."""
    people, given_, told = WHOLE[case]
    tree = flat(**people)
    counts = counts_of(tree, **given_)
    wave = wave_of(tree, cast(counts), hidden(tree, counts, "e").cells, ONE)
    asked = bounds.linked([wave], "A1")
    program = Program(asked.low, asked.high, asked.rows)
    assert openness(program, asked, f"{wave.wave}/e", people["e"]).told == ""
    assert hits(wave) == [("e", "A1", told)] == hits(wave, many=0)
    assert same_as_every_way(tree, counts) <= POINTS


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(tiny())
def test_around_a_node_is_all_there_is_in_a_tiny_world(drawn: tuple[Tree, Counts]) -> None:
    """Asked with the rest held still, or with whole numbers near it alone, a team is as open."""
    tree, counts = drawn
    wave = wave_of(tree, cast(counts), hidden(tree, counts, "e").cells, ONE)
    everything = exact(wave, "e")
    about = openness(*everything, "e", tree.unit("e").invited)
    nodes = system.forest(wave.tree, wave.shown, wave.bands, wave.counted)
    node = next(node for node in nodes if "e" in {unit.unit_id for unit in node.hidden})
    parts = {node.name: {unit.unit_id: unit.invited for unit in node.hidden}}
    view = system.View(nodes, wave.rows["A1"], wave.gaps, parts, alone=True)
    near = bounds.whole(view, node.name, everything=0)
    assert openness(*near, "e", tree.unit("e").invited) == about
    world = everything[0].least(np.zeros(len(everything[1].low)))
    assert world is not None
    local = around(view, everything[1], world, node.name)
    assert openness(*local, "e", tree.unit("e").invited) == about


@pytest.mark.slow
def test_the_rest_held_still_leaves_less_open() -> None:
    """Around a node of a larger organisation nothing is possible that is not in all of it."""
    tree = form_groups(
        [RosterUnit("org", None, "Org", 0)]
        + [RosterUnit(d, "org", d, 0) for d in "xyz"]
        + [RosterUnit(f"{d}{n}", d, f"{d}{n}", 7 + n) for d in "xyz" for n in range(4)],
        7, None, 5,
    )  # fmt: skip
    teams = [unit.unit_id for unit in tree.units if unit.group]
    counts = counts_of(tree, **{team: [1 + len(team) % 2, 2, 3, 4, 4, 5] for team in teams})
    wave = wave_of(tree, cast(counts), hidden(tree, counts, "x0", "y0", "y1").cells, ONE)
    nodes = system.forest(wave.tree, wave.shown, wave.bands, wave.counted)
    compared = 0
    for node in nodes:
        parts = {node.name: {unit.unit_id: unit.invited for unit in node.hidden}}
        view = system.View(nodes, wave.rows["A1"], wave.gaps, parts, alone=True)
        asked = system.question([view])
        world = Program(asked.low, asked.high, asked.rows).least(np.zeros(len(asked.low)))
        assert world is not None
        for group in node.hidden:
            local = openness(*around(view, asked, world, node.name), group.unit_id, group.invited)
            wide = openness(*bounds.whole(view, node.name), group.unit_id, group.invited)
            assert all(one <= other for one, other in zip(local, wide, strict=True))
            assert wide.told == ""
            compared += 1
    assert compared >= 3
    assert hits(wave) == hits(wave, many=0) == []


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(tiny())
def test_large_waves_are_judged_like_small_ones(drawn: tuple[Tree, Counts]) -> None:
    """The method for large waves finds the same groups as that for small ones."""
    tree, counts = drawn
    wave = wave_of(tree, cast(counts), hidden(tree, counts, "e").cells, ONE)
    assert hits(wave, many=0) == hits(wave)


def test_the_method_for_large_waves_finds_a_sum_given_away() -> None:
    """The one hidden team of which too much is told is told of either way."""
    tree, counts = low_sums()
    wave = wave_of(tree, cast(counts), hidden(tree, counts, "e").cells, ONE)
    assert hits(wave, many=0) == [("e", "A1", "the sum of its answers")]


def test_a_sum_given_away_is_repaired() -> None:
    """The sibling of the team that was told gives way too; with the loop off the leak stays."""
    tree, counts = low_sums()
    judge = in_memory(tree, cast(counts))
    assert judge(hidden(tree, counts, "e"))
    safe = protect_safely(tree, lambda more: hidden(tree, counts, "e", *more), judge)
    assert safe.published == ("org",)
    assert judge(safe) == []
    assert "withdrawn" not in str(safe)
    with pytest.raises(Held, match="leave every hidden group open"):
        protect_safely(tree, lambda more: hidden(tree, counts, "e", *more), judge, rounds=1)


def test_what_was_withdrawn_once_stays_withdrawn() -> None:
    """Each round takes one more unit away, the smallest shown sibling, then what is above."""
    tree = flat(a=30, b=20, e=7)
    counts = counts_of(tree, a=[3] * 20, b=[3] * 12, e=[3] * 5)
    asked: list[frozenset[str]] = []

    def protecting(withdrawn: frozenset[str]) -> ProtectedCounts:
        asked.append(withdrawn)
        return hidden(tree, counts, "e", *withdrawn)

    def judge(release: ProtectedCounts) -> list[Hit]:
        return [Hit("e", "A1", "the sum of its answers")] if release.published else []

    assert protect_safely(tree, protecting, judge).published == ()
    assert asked == [set(), {"b"}, {"a", "b"}, {"a", "b", "org"}]


def test_the_repair_is_the_same_every_time() -> None:
    """Equal input gives equal cells."""
    tree, counts = low_sums()

    def once() -> ProtectedCounts:
        judge = in_memory(tree, cast(counts))
        return protect_safely(tree, lambda more: hidden(tree, counts, "e", *more), judge)

    assert once() == once()


def test_an_answer_that_is_certain_is_told() -> None:
    """Rows that leave only one answer are found even where the sum is open by many points."""
    tree, counts = low_sums()
    release = hidden(tree, counts, "e")
    open_ = {"mean": 3.0, "step": 4.0, "mean_bound": "exact", "favourable": None}
    told = {"mean": 5.0, "step": 0.0, "mean_bound": "exact"}
    certain = tuple(
        structs.replace(c, **(told if c.kind == "pool" else open_ | {"unfavourable": None}))
        if c.measure == "item:A1" and c.mean is not None
        else c
        for c in release.cells
    )
    wave = wave_of(tree, cast(counts), certain, ONE)
    asked = bounds.linked([wave], "A1")
    low, high = sum_range(Program(asked.low, asked.high, asked.rows), asked, f"{wave.wave}/e")
    assert (round(low), round(high)) == (25, 35)
    assert [hit.told for hit in hits(wave)] == ["what everybody answered"]


def test_figures_that_nothing_fits_are_unsure() -> None:
    """Where no answers at all fit a release, there is no verdict."""
    tree, counts = low_sums()
    release = hidden(tree, counts, "e")
    broken = tuple(
        structs.replace(c, mean=4.0, mean_bound="exact") if c.unit_id == "org" and c.mean else c
        for c in release.cells
    )
    with pytest.raises(Unsure, match="No answers at all fit"):
        hits(wave_of(tree, cast(counts), broken, ONE))


def test_a_wave_that_shows_nothing_is_open() -> None:
    """Where nothing is shown there is nothing to bound, however few took part."""
    tree = flat(a=12, e=12)
    counts = counts_of(tree, a=[1], e=[])
    release = hidden(tree, counts)
    assert release.published == ()
    assert hits(wave_of(tree, 1, release.cells, ONE)) == []


def test_siblings_with_the_same_figure_are_one() -> None:
    """Merging them changes no bound."""
    tree = flat(a=20, b=20, c=20, e=7, f=7)
    counts = counts_of(tree, a=[3] * 12, b=[3] * 13, c=[4] * 12, e=[2, 3, 3, 3, 2], f=[1, 2, 3])
    release = hidden(tree, counts, "e")
    wave = wave_of(tree, cast(counts), release.cells, ONE)
    nodes = system.forest(tree, wave.shown, wave.bands, wave.counted)
    fewer = system.merged(nodes, wave.rows["A1"])
    assert len(fewer) < len(nodes)
    ranges = []
    for some in (nodes, fewer):
        asked = system.question([system.View(some, wave.rows["A1"], wave.gaps, {}, alone=True)])
        program = Program(asked.low, asked.high, asked.rows)
        ranges.append(sum_range(program, asked, f"0/org{OTHERS}"))
    assert ranges[0] == pytest.approx(ranges[1])
