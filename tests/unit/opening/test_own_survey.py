"""A survey of one's own at opening: refused before anything is written, kept while it is open."""

from typing import Final

import msgspec
import pytest

from pulse import opening
from pulse import wave as waves
from pulse.errors import BadInstrument, Refused
from pulse.instrument import Instrument, own
from pulse.instrument.translation import original, stamp
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


GERMAN: Final = {
    "R1": "Nach meinen Schichten schlief ich gut.",
    "R2": "Vor der Schicht war ich erschöpft.",
    "H1": "Bei der Übernahme wusste ich, was offen ist.",
    "H2": "Für die Übergabe war genug Zeit.",
}


def german(survey: Instrument) -> str:
    """Return a translation of the survey as its file, each text stamped with its source."""
    words = original(survey)

    def entry(key: str, source: str, text: str) -> str:
        return f'{key} = {{ source = "{stamp(source)}", text = "{text}" }}\n'

    labels = ["Nie", "Selten", "Manchmal", "Oft", "Immer"]
    return (
        'schema = 1\n[locale]\ncode = "de"\nname = "Deutsch"\ndir = "ltr"\nstatus = "complete"\n'
        'translated_by = ""\nreviewed_by = ""\n'
        f'[survey]\nsource = "{stamp(words.title, words.frame, words.support)}"\n'
        'title = "Schichtpuls"\nframe = "In dieser Woche"\nweek = "Woche {week}"\n'
        'support = "Sprechen Sie mit einer Person Ihres Vertrauens."\n'
        f'[answers]\nsource = "{stamp(*words.labels, words.prefer_not)}"\n'
        f'labels = {msgspec.json.encode(labels).decode()}\nprefer_not = "Keine Angabe"\n[scales]\n'
        + entry("rest", words.scales["rest"], "Erholung")
        + entry("handover", words.scales["handover"], "Übergabe")
        + "[packs]\n[items]\n"
        + "".join(entry(item, survey.items[item].text, text) for item, text in GERMAN.items())
    )


def test_an_own_survey_is_asked_in_the_languages_that_the_home_has_files_for(
    house: House,
) -> None:
    """Its translations lie beside it, in surveys/locales/; a language without one opens nothing."""
    asking(house)
    house.settings = msgspec.structs.replace(house.settings, languages=("en", "de"))
    with pytest.raises(BadInstrument):
        house.open()
    assert waves.every(house.engine) == ()
    (folder := house.home.surveys / "locales").mkdir()
    (folder / "de.toml").write_text(german(surveys.chosen(house.home, "shifts")), encoding="utf-8")
    opened = house.open()
    (path,) = (house.home.published / opened.wave).glob("text-de-*.json")
    told = msgspec.json.decode(path.read_bytes())
    assert told["items"] == GERMAN
    assert told["labels"][4] == "Immer"
