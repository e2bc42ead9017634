"""Two parts of the bounds by themselves: the quick way to clear a group, and rows on skips."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.disclosure import bounds, system
from pulse.disclosure.bounds import SUM_OPEN, wave_of
from pulse.disclosure.protect import protect
from pulse.disclosure.residues import EVERYBODY, Range
from pulse.disclosure.solver import Program, Vector
from pulse.disclosure.system import FEWEST, Node
from pulse.release.cell import Cell
from pulse.terms import TOP, Unit
from tests.property.worlds import INSTRUMENT, POLICY, tally
from tests.unit.disclosure.test_bounds import flat


def ways(answers: list[int], invited: int, rest: int) -> list[tuple[int, ...]]:
    """List how many of each answer a group may have given, the others being of the rest."""
    taken = product(*(range(count + 1) for count in answers))
    return [way for way in taken if sum(answers) - rest <= sum(way) <= invited]


@given(
    st.lists(st.integers(0, 3), min_size=TOP, max_size=TOP), st.integers(1, 9), st.integers(0, 9)
)
def test_what_is_cleared_at_a_glance_is_open(answers: list[int], invited: int, rest: int) -> None:
    """P5: trying every way to share a pool's answers out among its groups agrees."""
    group = Unit("e", "org", "E", invited, group=True)
    node = Node("org:others", 0, invited + rest, Range(0, invited + rest), (group,))
    every = ways(answers, invited, rest)
    if sum(answers) > invited + rest or not bounds._cleared(group, node, np.array(answers, float)):
        return
    sums = [sum(answer * count for answer, count in enumerate(way, start=1)) for way in every]
    assert max(sums) - min(sums) >= SUM_OPEN
    assert all(any(sum(way) > way[answer] for way in every) for answer in range(TOP))
    assert any(sum(way) < invited for way in every)


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
