"""Two parts of the bounds by themselves: the quick way to clear a group, and rows on skips."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pulse.disclosure import bounds, system
from pulse.disclosure.bounds import wave_of
from pulse.disclosure.openness import Open, of_counts, sum_range, told_of
from pulse.disclosure.protect import protect
from pulse.disclosure.residues import EVERYBODY, Range
from pulse.disclosure.solver import Program, Vector
from pulse.disclosure.system import FEWEST, Node, View
from pulse.errors import Unsure
from pulse.release.cell import Cell
from pulse.terms import TOP, Unit
from tests.property.worlds import INSTRUMENT, POLICY, tally
from tests.unit.disclosure.everyway import ONE, cast, counts_of, flat, hidden, low_sums


def ways(answers: list[int], invited: int, rest: int) -> list[tuple[int, ...]]:
    """List how many of each answer a group may have given, the others being of the rest."""
    taken = product(*(range(count + 1) for count in answers))
    return [way for way in taken if sum(answers) - rest <= sum(way) <= invited]


@given(
    st.lists(st.integers(0, 3), min_size=TOP, max_size=TOP), st.integers(1, 9), st.integers(0, 9)
)
def test_what_is_cleared_at_a_glance_is_open(answers: list[int], invited: int, rest: int) -> None:
    """P5: trying every way to share a pool's answers out among its groups agrees."""
    if sum(answers) > invited + rest:
        return
    every = ways(answers, invited, rest)
    about = of_counts(np.array(answers, float), invited, rest)
    sums = [sum(answer * count for answer, count in enumerate(way, start=1)) for way in every]
    counts = [sum(way) for way in every]
    others = [max(sum(way) - way[answer] for way in every) for answer in range(TOP)]
    assert about == (
        max(counts) - min(counts), max(sums) - min(sums), min(others), invited - min(counts)
    )  # fmt: skip
    assert not (about.wide and about.told)


def least(wave: bounds.Wave, item: str, cost: Vector, node: str = "a") -> float:
    """Return what six counts of a node, weighed, come to at the least by one item's figures."""
    nodes = system.forest(wave.tree, wave.shown, wave.bands, wave.counted)
    asked = system.question([system.View(nodes, wave.rows[item], wave.gaps, {})])
    at = asked.place[f"0/{node}"]
    weights = np.zeros(len(asked.low))
    weights[at : at + FEWEST] = cost
    values = Program(asked.low, asked.high, asked.rows).least(weights)
    assert values is not None
    return float(values @ weights)


def test_who_skipped_one_item_counts_for_all_of_them() -> None:
    """Forty to forty-four answered the one that a quarter skipped, so at least 54 took part."""
    tree = flat(a=60, b=120)
    given_ = [("a", (3, 3 if person < 41 else 0)) for person in range(58)]
    given_ += [("b", (3, 3)) for _ in range(58)]
    items = ("A1", "A2")
    release = protect(tree, tally(tree, given_, items), POLICY, INSTRUMENT)
    wave = wave_of(tree, len(given_), release.cells, items)
    classes = {item: wave.rows[item]["a"].no_answer for item in items}
    assert classes == {"A1": "under 10 %", "A2": "over 25 %"}
    everybody = np.ones(FEWEST)
    assert least(wave, "A1", everybody) > 53
    for sign in (1, -1):  # how many took part in the whole wave is public
        taken = least(wave, "A1", sign * everybody, EVERYBODY)
        assert sign * taken == pytest.approx(len(given_))
    skipped = np.array([-1.0, *[0.1 / 0.9] * TOP])  # at most one in nine of those who answered
    assert least(wave, "A1", skipped) > -1e-5


@pytest.mark.parametrize(("others", "told"), [(1, {"e", "f"}), (10, set())])
def test_teams_that_nothing_shown_covers_are_bounded_too(others: int, told: set[str]) -> None:
    """With the root hidden the public count still says how many answered outside a shown team."""
    tree = flat(a=60, e=7, f=7)
    row = Cell(
        "2026-W09", "a", "org", "a", "unit", "item:A1", "published", 40, 60, 3.0, "exact", 0.1
    )
    found = bounds.hits(wave_of(tree, 40 + others, [row], ("A1",)))
    assert {hit.unit_id for hit in found} == told


def given_away() -> bounds.Wave:
    """Return a wave with one hidden team of seven, of which five to seven answered."""
    tree, counts = low_sums()
    return wave_of(tree, cast(counts), hidden(tree, counts, "e").cells, ONE)


def contradicted() -> bounds.Wave:
    """Return the same wave with fewer answers in all than in one of its teams."""
    wave = given_away()
    rows = dict(wave.rows["A1"])
    rows["org"] = structs.replace(rows["org"], at_least=20)
    return wave._replace(rows={"A1": rows})


def nodes_of(wave: bounds.Wave) -> tuple[Node, ...]:
    """Return the forest of shown nodes."""
    return tuple(system.forest(wave.tree, wave.shown, wave.bands, wave.counted))


def test_bands_that_contradict_each_other_are_unsure() -> None:
    """More answers in a team than in everybody together: there is no verdict."""
    with pytest.raises(Unsure, match="contradict each other"):
        bounds.hits(contradicted())


def banded(low: int, high: int | None) -> list[Node]:
    """Return the nodes with another band for the hidden team, or a wide one for each."""
    nodes = nodes_of(given_away())
    if high is None:
        return [node._replace(band=Range(low, node.invited)) for node in nodes]
    return [node._replace(band=Range(low, high)) if node.hidden else node for node in nodes]


FAULTS: dict[str, Callable[[], tuple[bounds.Wave, Sequence[Node]]]] = {
    "only one fits": lambda: (given_away(), nodes_of(contradicted())),
    "only the other fits": lambda: (contradicted(), nodes_of(given_away())),
    "one is wider": lambda: (given_away(), banded(0, None)),
    "one is exact": lambda: (given_away(), banded(6, 6)),
    "one is narrower": lambda: (given_away(), banded(5, 6)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_two_ways_to_bound_that_disagree_are_unsure(fault: str) -> None:
    """P19: a fault in either way to bound counts is no verdict; agreeing, both find three."""
    assert list(bounds._narrow(given_away(), nodes_of(given_away()))) == []
    with pytest.raises(Unsure, match="disagree"):
        list(bounds._narrow(*FAULTS[fault]()))


def test_nothing_is_bounded_by_figures_that_nothing_fits() -> None:
    """A range of answers that do not exist is never given out."""
    wave = given_away()
    rows = dict(wave.rows["A1"])
    rows["org"] = structs.replace(rows["org"], mean=4.0, mean_bound="exact")
    asked = bounds.linked([wave._replace(rows={"A1": rows})], "A1")
    with pytest.raises(Unsure, match="No answers at all fit"):
        sum_range(Program(asked.low, asked.high, asked.rows), asked, f"{wave.wave}/e")


def test_whole_numbers_that_take_too_long_are_unsure() -> None:
    """P19: no time to answer in whole numbers, where real ones are close, is no verdict."""
    asked = bounds.linked([wave := given_away()], "A1")
    real = Program(asked.low, asked.high, asked.rows)
    late = Program(asked.low, asked.high, asked.rows, whole=True, seconds=0.0)
    close = Open(counts=2, points=9, others=2, silent=3)
    assert not close.told
    assert not close.wide
    with pytest.raises(Unsure, match="did not finish"):
        told_of((real, asked), lambda: (late, asked), f"{wave.wave}/a", 60)


@pytest.mark.parametrize(("people", "told"), [(40, "that everybody answered"), (41, "")])
def test_that_everybody_answered_is_told(people: int, told: str) -> None:
    """Forty or more answers of forty people are everybody's; of forty-one one may be missing."""
    asked = bounds.linked([wave := given_away()], "A1")
    program = Program(asked.low, asked.high, asked.rows)
    real = (program, asked)
    assert told_of(real, lambda: real, f"{wave.wave}/a", people) == told


def pooled(wave: bounds.Wave) -> tuple[View, Node, Unit]:
    """Return the figures of one item, the pool and its one hidden team."""
    nodes = nodes_of(wave)
    node = next(node for node in nodes if node.hidden)
    parts = {node.name: {unit.unit_id: unit.invited for unit in node.hidden}}
    return View(nodes, wave.rows["A1"], wave.gaps, parts, alone=True), node, node.hidden[0]


def test_where_nothing_fits_nearby_everything_is_asked() -> None:
    """A world that leaves nothing around a team clears nobody."""
    wave = given_away()
    rows = dict(wave.rows["A1"])
    rows["org"] = structs.replace(rows["org"], mean=4.0, mean_bound="exact")
    view, node, group = pooled(wave._replace(rows={"A1": rows}))
    asked = system.question([view])
    assert not bounds._open_nearby(view, asked, np.zeros(len(asked.low)), node, group)


def test_what_turns_out_to_be_open_is_no_hit() -> None:
    """Asked one by one, a team that is open enough is not told of; one that is not is."""
    tree = flat(a=60, e=12)
    counts = counts_of(tree, a=[1, 2, 3, 4, 5] * 9, e=[1, 2, 3, 4, 5, 3, 3])
    wave = wave_of(tree, cast(counts), hidden(tree, counts, "e").cells, ONE)
    for each, told in ((wave, 0), (given_away(), 1)):
        view, node, group = pooled(each)
        found = list(bounds._one_by_one(view, view, "A1", [(node, group)], "simplex"))
        assert len(found) == told
