"""Counts that add up along a tree."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.attack.publication import Span
from pulse.attack.sums import Bits, forest, tightened

SETS = (0b111111, 0b000111, 0b111000, 0b000011, 0b100000)
INVITED = (2, 1, 3, 2, 2, 1)


def _most(bits: int) -> int:
    return sum(size for place, size in enumerate(INVITED) if bits >> place & 1)


@st.composite
def _printed(draw: st.DrawFn) -> dict[int, Span]:
    """Draw true counts, and spans around some of them."""
    true = [draw(st.integers(0, size)) for size in INVITED]
    spans = {}
    for one in SETS:
        count = sum(n for place, n in enumerate(true) if one >> place & 1)
        spans[one] = Span(count - draw(st.integers(0, 2)), count + draw(st.integers(0, 2)))
    return spans


@given(_printed())
@settings(max_examples=40)
def test_bounds_are_those_of_every_possible_world(spans: dict[int, Span]) -> None:
    """The range of every set, and of every remainder, is what trying all counts gives."""
    found = tightened(spans, _most)
    worlds = []
    for counts in product(*(range(size + 1) for size in INVITED)):
        totals = {
            one: sum(n for place, n in enumerate(counts) if one >> place & 1) for one in found
        }
        if all(spans[one].low <= totals[one] <= spans[one].high for one in SETS):
            worlds.append(totals)
    assert {0b000100, 0b011000} <= found.keys()
    for one, span in found.items():
        assert span == (min(w[one] for w in worlds), max(w[one] for w in worlds))


def test_a_set_that_cuts_across_others_is_left_out() -> None:
    """Only nested or separate sets stay; the larger one, then the smaller number, wins."""
    assert forest([0b0111, 0b1110, 0b0001]) == {0: [0b0111], 0b0111: [0b0001], 0b0001: []}


def test_people_and_bits_name_the_same_set() -> None:
    """A set goes into bits and comes back, with the people invited in it."""
    bits = Bits({"a": 1, "b": 4, "c": 2})
    assert bits.people(bits.of(frozenset("ac"))) == frozenset("ac")
    assert bits.invited(bits.of(frozenset("bc"))) == 6
