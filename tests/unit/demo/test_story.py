"""The story: plausible answers, and what happens is felt where it happens."""

from collections.abc import Callable
from statistics import mean, pvariance

import pytest

from pulse.demo.organisation import TRYING, Organisation
from pulse.demo.story import HARD_SEASON, Story
from pulse.instrument import Instrument, load
from pulse.terms import PREFERS_NOT, SKIPPED, TOP

ORDINARY_WEEK, HOLIDAY = 10, 52
BEFORE, SEASON, AFTER = 0.4, sum(HARD_SEASON) / 2, 0.95


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    """Found the default organisation."""
    return Organisation(400, "seed")


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    """Load the weekly survey."""
    return load()


def felt(
    organisation: Organisation,
    instrument: Instrument,
    item_id: str,
    time: float,
    chosen: Callable[[str], bool],
) -> list[int]:
    """Ask everybody in some units one item twenty times; return 1-5 so that 5 is good."""
    story = Story(organisation, instrument, "seed")
    form = next(n for n in range(20) if item_id in instrument.form(n))
    place, reverse = instrument.form(form).index(item_id), instrument.items[item_id].reverse
    answers = [
        response.answers[place]
        for _ in range(20)
        for person, unit in organisation.people.items()
        if chosen(unit)
        and (response := story.answers(person, unit, form, time, ORDINARY_WEEK)) is not None
    ]
    return [TOP + 1 - a if reverse else a for a in answers if a not in {SKIPPED, PREFERS_NOT}]


def test_about_three_in_four_take_part_and_fewer_on_holidays(
    organisation: Organisation, instrument: Instrument
) -> None:
    """The response rate is that of a liked weekly survey, and clearly lower over the holidays."""
    story = Story(organisation, instrument, "seed")
    rates = [
        mean(
            story.answers(person, unit, 0, 0.5, week) is not None
            for person, unit in organisation.people.items()
        )
        for week in (ORDINARY_WEEK, HOLIDAY)
    ]
    assert 0.65 < rates[0] < 0.85
    assert rates[1] < rates[0] - 0.15


def test_answers_vary_as_answers_do(organisation: Organisation, instrument: Instrument) -> None:
    """The variance of an item is near the 1.1 that is measured on five-point agreement items."""
    answers = felt(organisation, instrument, "A1", BEFORE, lambda _: True)
    assert 0.7 < pvariance(answers) < 1.5
    assert 3.3 < mean(answers) < 4.3


def test_a_hard_season_is_felt_by_engineers_alone(
    organisation: Organisation, instrument: Instrument
) -> None:
    """Energy falls in engineering in the release season, comes back, and stays elsewhere."""

    def engineers(unit: str) -> bool:
        return "eng" in organisation.path(unit)

    before, during, after = (
        mean(felt(organisation, instrument, "A2", time, engineers))
        for time in (BEFORE, SEASON, AFTER)
    )
    assert during < before - 0.4
    assert after > during + 0.4
    others = [
        mean(felt(organisation, instrument, "A2", time, lambda unit: unit.startswith("sales")))
        for time in (BEFORE, SEASON)
    ]
    assert abs(others[0] - others[1]) < 0.2


def test_a_day_end_round_helps_the_team_that_tries_it(
    organisation: Organisation, instrument: Instrument
) -> None:
    """Energy and care of one team are higher after it began its round, its safety is not."""
    for item, least in (("E2", 0.3), ("C3", 0.3)):
        before, after = (
            mean(felt(organisation, instrument, item, time, lambda unit: unit == TRYING))
            for time in (BEFORE, AFTER)
        )
        assert after > before + least, item


def test_the_same_seed_tells_the_same_story(
    organisation: Organisation, instrument: Instrument
) -> None:
    """Two tellings of one seed give the same answers."""
    tellings = [
        [
            story.answers(person, unit, 3, 0.5, ORDINARY_WEEK)
            for person, unit in organisation.people.items()
        ]
        for story in (Story(organisation, instrument, "seed") for _ in range(2))
    ]
    assert tellings[0] == tellings[1]
