"""Scoring: how many people stand behind what an attack isolated."""

from msgspec.structs import replace

from pulse.attack.bounds import Bounds
from pulse.attack.publication import Figure, Recovered, Span, recovered
from tests.attack.handmade import ITEM, WAVE, exact, people, published


def band(unit: str, low: int, high: int, measure: str = ITEM) -> Figure:
    """Print a band of the people in `unit`."""
    return replace(exact(unit, low, measure=measure), n=Span(low, high))


def test_a_group_counts_once_a_week_with_the_most_of_its_people() -> None:
    """Three answered one item and two of them another: one group, three people, in any order."""
    printed = published(exact("abc", 2), answered="abc", skipped="c")
    isolated = [(WAVE, ITEM, people("abc")), (WAVE, "item:A1", people("abc"))]
    assert recovered(printed, isolated) == recovered(printed, reversed(isolated))
    assert recovered(printed, isolated) == Recovered(groups=1, people=3)


def test_two_bands_of_one_set_promise_what_the_weaker_one_does() -> None:
    """Where an item says "at least 5" and another "at least 10", five people are promised."""
    figures = band("abcdef", 2, 4), band("abcdef", 3, 6, "item:A1")
    here = {WAVE: dict.fromkeys("abcdef", 1)}
    for printed in (figures, figures[::-1]):
        assert Bounds(printed, here).answers(WAVE, ITEM, people("abcdef")) == (2, 6)
