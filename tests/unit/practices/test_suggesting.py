"""At most two cards for what is low or falling; nothing where nothing is."""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from pulse.instrument.practices import shipped
from pulse.practices.suggesting import AT_MOST, LOW, Reading, suggest

CARDS: Final = shipped()
SCALES: Final = ("safety", "energy", "care", "work")
readings = st.tuples(*(
    st.builds(
        Reading, st.just(name), st.just(name.title()), st.none() | st.floats(0, 100), st.booleans()
    )
    for name in SCALES
))  # fmt: skip


def fitting(*values: float | None, falling: str = "") -> list[str]:
    """Return the scales of what is suggested for four values."""
    given = [
        Reading(scale, scale.title(), value, scale == falling)
        for scale, value in zip(SCALES, values, strict=True)
    ]
    return [each.practice.scale for each in suggest(given, CARDS.values())]


def test_the_lowest_comes_first_and_the_next_lowest_second() -> None:
    """One card for each of the two lowest."""
    assert fitting(70, 45, 52, 75) == ["energy", "care"]


def test_one_low_scale_gives_two_cards_of_it() -> None:
    """Where only one is low, both fit it, and they differ."""
    assert fitting(70, 45, 80, 75) == ["energy", "energy"]


def test_what_is_falling_comes_before_what_is_low() -> None:
    """A likely real drop matters more than an old low."""
    assert fitting(70, 45, 80, 75, falling="work") == ["work", "energy"]


def test_nothing_is_suggested_where_nothing_is_low_or_shown() -> None:
    """High figures and hidden ones both give no card."""
    assert fitting(70, 65, 80, LOW) == []
    assert fitting(None, None, None, None, falling="work") == []


@given(readings, st.sets(st.sampled_from(sorted(CARDS))), st.sets(st.sampled_from(sorted(CARDS))))
def test_suggestions_are_few_new_and_fit_what_is_shown(
    found: tuple[Reading, ...], trying: set[str], tried: set[str]
) -> None:
    """Never more than two, never one that runs, and each for a scale that is low or falling."""
    given = suggest(found, CARDS.values(), trying=trying, tried=tried)
    asked = {
        r.scale for r in found if r.value is not None and (r.falling or r.value < LOW)
    }  # fmt: skip
    assert len(given) <= AT_MOST
    assert len({each.practice.id for each in given}) == len(given)
    for each in given:
        assert each.practice.id not in trying
        assert each.practice.scale in asked


@given(readings, st.permutations(sorted(CARDS)))
def test_the_order_of_the_files_does_not_matter(
    found: tuple[Reading, ...], order: list[str]
) -> None:
    """The same figures give the same cards."""
    shuffled = [CARDS[name] for name in order]
    assert suggest(found, shuffled) == suggest(found, CARDS.values())
