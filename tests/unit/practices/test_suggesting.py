"""At most two cards for what is likely low or lower; one, said to be that, where nothing is."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from pulse.instrument.practices import shipped
from pulse.practices.suggesting import AT_MOST, MIDDLE, Reading, suggest

CARDS: Final = shipped()
SCALES: Final = ("safety", "energy", "care", "work")
readings = st.tuples(*(
    st.builds(
        Reading, st.just(name), st.just(name.title()), st.none() | st.floats(0, 100),
        st.floats(0, 100), st.booleans(), st.booleans(), st.booleans(),
    )
    for name in SCALES
))  # fmt: skip


def fitting(*found: Reading) -> list[str]:
    """Return the scales of what is suggested."""
    return [each.practice.scale for each in suggest(found, CARDS.values())]


def low(scale: str, value: float, high: float = 49.0) -> Reading:
    """Return a scale that lies low with its interval."""
    return Reading(scale, scale.title(), value, high)


def test_the_lowest_comes_first_and_the_next_lowest_second() -> None:
    """One card for each of the two lowest of the same reason."""
    assert fitting(low("care", 45), low("energy", 41), low("work", 47)) == ["energy", "care"]


def test_one_low_scale_gives_two_cards_of_it() -> None:
    """Where only one is low, both fit it, and they differ."""
    assert fitting(Reading("safety", "Safety", 70), low("energy", 41)) == ["energy", "energy"]


def test_reasons_come_in_their_order_and_are_told() -> None:
    """A fall, what stays lower, what is behind the organisation, what is low: surest first."""
    found = (
        low("safety", 20),
        Reading("energy", "Energy", 55, 60, behind=True),
        Reading("care", "Care", 70, 75, lasting=True),
        Reading("work", "Work", 80, 85, falling=True),
    )
    assert [r.scale for r in sorted(found, key=lambda r: r.rank)] == [
        "work", "care", "energy", "safety",
    ]  # fmt: skip
    assert fitting(*found) == ["work", "care"]
    assert [r.why for r in found] == [
        "Safety is likely under 50, the middle between agreeing and not",
        "Energy is likely lower than in the whole organisation",
        "Care is lower than it used to be",
        "Work is lower than in the four weeks before, and likely so",
    ]


def test_a_figure_that_may_as_well_be_noise_is_no_reason() -> None:
    """Answers lie around 60 nearly everywhere: one card is offered, and said to be just that."""
    readings = [Reading(scale, scale.title(), 58.0 + at, 64.0) for at, scale in enumerate(SCALES)]
    (one,) = suggest(readings, CARDS.values())
    assert one.practice.scale == "safety"
    assert one.why == "Nothing is likely low or lower here; Safety has the most room"
    (later,) = suggest(readings, CARDS.values(), tried={one.practice.id})
    assert later.practice.id != one.practice.id
    assert suggest(readings, CARDS.values(), trying={one.practice.id}) == ()
    assert [each.why[:7] for each in suggest([low("care", 41, high=50.0)], CARDS.values())] == [
        "Nothing"
    ]
    hidden = Reading("care", "Care", None, 0.0, falling=True, lasting=True, behind=True)
    assert fitting(hidden) == []


@given(readings, st.sets(st.sampled_from(sorted(CARDS))), st.sets(st.sampled_from(sorted(CARDS))))
def test_suggestions_are_few_new_and_fit_what_is_shown(
    found: tuple[Reading, ...], trying: set[str], tried: set[str]
) -> None:
    """Never more than two, never one that runs, and each for a scale that gives a reason."""
    given = suggest(found, CARDS.values(), trying=trying, tried=tried)
    asked = {
        r.scale
        for r in found
        if r.value is not None and (r.falling or r.lasting or r.behind or r.high < MIDDLE)
    }
    assert len(given) <= AT_MOST
    assert len({each.practice.id for each in given}) == len(given)
    for each in given:
        assert each.practice.id not in trying
        assert each.practice.scale in asked or (not asked and len(given) == 1)


@given(readings, st.permutations(sorted(CARDS)))
def test_the_order_of_the_files_does_not_matter(
    found: tuple[Reading, ...], order: list[str]
) -> None:
    """The same figures give the same cards."""
    shuffled = [CARDS[name] for name in order]
    assert suggest(found, shuffled) == suggest(found, CARDS.values())
