"""A survey of one's own at opening: refused before anything is written, kept while it is open."""

import msgspec
import pytest

from pulse import opening
from pulse import wave as waves
from pulse.errors import BadInstrument, Refused
from pulse.instrument import own
from pulse.practices import packs
from pulse.release import surveys
from tests import ownsurvey
from tests.unit.opening.house import WAVE, House


def of_length(count: int) -> str:
    """Return the survey with `count` items in two scales."""
    head, _, tail = ownsurvey.TEXT.partition("[[items]]")
    rotation = tail[tail.index("[rotation]") :]
    items = "".join(
        f'[[items]]\nid = "R{i}"\nscale = "{("rest", "handover")[i % 2]}"\n'
        f'text = "Statement {i}."\n\n'
        for i in range(1, count + 1)
    )
    return (
        head.replace("max_items_per_week = 4", f"max_items_per_week = {count}") + items + rotation
    )


def asking(house: House, text: str = ownsurvey.TEXT) -> None:
    """Let the house ask this survey."""
    ownsurvey.write(house.home.path, text)
    house.settings = msgspec.structs.replace(house.settings, survey="shifts")


def test_a_survey_that_must_not_be_asked_changes_nothing(house: House) -> None:
    """A missing or broken file refuses the opening, and not one file or row is there after it."""
    house.settings = msgspec.structs.replace(house.settings, survey="shifts")
    before = house.files()
    with pytest.raises(BadInstrument, match="not there"):
        house.open()
    file = ownsurvey.write(house.home.path, ownsurvey.TEXT.replace('"H2"', '"H1"'))
    with pytest.raises(BadInstrument, match="share the id H1"):
        house.open()
    file.unlink()
    assert house.files() == before
    assert waves.every(house.engine) == ()


def test_a_ballot_is_full_at_29_statements(house: House) -> None:
    """29 open, with no place for a pack; 30 are no survey."""
    assert "<= 29" in own.faults(of_length(30).encode())[0].text
    asking(house, of_length(29))
    survey = surveys.chosen(house.home, "shifts")
    with pytest.raises(Refused, match="no pack fits beside it"):
        packs.switch_on(house.engine, survey, "toil")
    opened = house.open()
    row = waves.get(house.engine, opened.wave)
    assert row is not None
    assert row.survey == "night-shift 1.0.0"
    assert len(surveys.kept(house.home, WAVE).form(0)) == 29


def test_a_pack_that_is_on_beside_a_full_survey_stops_the_opening(house: House) -> None:
    """Nothing is left out of a week silently: the refusal names the pack."""
    asking(house)
    packs.switch_on(house.engine, surveys.chosen(house.home, "shifts"), "toil")
    ownsurvey.write(house.home.path, of_length(29))
    with pytest.raises(Refused, match="pack off") as caught:
        house.open()
    assert caught.value.where == "toil"
    packs.switch_off(house.engine)
    assert house.open().state == "open"


def test_the_copy_is_the_survey_as_it_opened_and_goes_with_a_cancelled_wave(house: House) -> None:
    """Whatever becomes of the file, the copy stays; a cancelled wave leaves none."""
    asking(house)
    house.open()
    opened_with = surveys.chosen(house.home, "shifts")
    ownsurvey.write(house.home.path, ownsurvey.TEXT.replace("slept well", "slept badly"))
    assert surveys.kept(house.home, WAVE) == opened_with
    opening.cancel(house.home, house.settings, house.engine, WAVE)
    assert not list(house.home.asked.iterdir())
    house.open()
    assert surveys.kept(house.home, WAVE).items["R1"].text == "I slept badly after my shifts."


def test_the_built_in_survey_is_not_copied(house: House) -> None:
    """Its words come with Pulse; nothing new stands in the home."""
    house.open()
    assert not house.home.asked.exists()
    assert surveys.kept(house.home, WAVE).id == "pulse-18"
