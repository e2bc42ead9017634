"""A survey of one's own: every fault at once with its line, and ids that belong to nobody else."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pulse.errors import BadInstrument, BadSetting
from pulse.instrument import Instrument, load, own
from pulse.instrument.faults import Lines
from pulse.release import surveys
from pulse.settings import Home, Settings
from pulse.settings.checking import check
from tests import ownsurvey

LISTED = 'kind = "listed"\nanchors = ["R1"]\nblocks = [["R2"], ["H1", "H2"]]'


def read(text: str, *before: Instrument) -> Instrument:
    """Read a survey of one's own."""
    return own.read(text.encode(), "shifts.toml", before)


def told(text: str, *before: Instrument) -> list[str]:
    """Return what is wrong with a survey of one's own, in words."""
    return [fault.words() for fault in own.faults(text.encode(), before)]


def test_everything_is_asked_every_week_where_the_file_says_so() -> None:
    """One form with all items, in their order, and the packs can join it."""
    survey = read(ownsurvey.TEXT)
    assert survey.form(0) == ("R1", "R2", "H1", "H2")
    assert len(survey.blocks) == 1
    assert survey.seventh(0, "spin-down", 4) == "P2"
    assert [item.id for item in survey.core] == ["R1", "R2", "H1", "H2"]


def test_listed_weeks_are_asked_one_after_the_other() -> None:
    """Anchors come first, then the block of the week."""
    survey = read(ownsurvey.TEXT.replace('kind = "every-week"', LISTED))
    assert survey.form(0) == ("R1", "R2")
    assert set(survey.form(1)) == {"R1", "H1", "H2"}
    assert survey.form(1)[0] == "R1"


def test_all_faults_are_told_at_once_each_with_its_line() -> None:
    """Four faults in four places, in the order of the file, in words that say what to do."""
    text = ownsurvey.TEXT.replace("I slept well after my shifts.", " ".join(["word"] * 17))
    text = text.replace('"I was tired before the shift began."', '"I was not rested."')
    text = text.replace('labels = ["Never", "Seldom"', 'labels = ["Never", "Never"')
    text = text.replace('id = "H2"', 'id = "H1"')
    found = told(text)
    lines = text.splitlines()
    assert len(found) == 4
    assert (
        re.sub(r"^line \d+, ", "", found[1])
        == "items[0].text R1: 17 words, at most 14: shorten it."
    )
    for words, start in zip(found, ("labels", "text", "text", "id"), strict=True):
        match = re.match(r"line (\d+), ", words)
        assert match is not None
        assert lines[int(match[1]) - 1].startswith(start)
    assert "does not deny ('not')" in found[2]
    assert "share the id H1" in found[3]


def test_every_value_of_the_wrong_form_is_told() -> None:
    """Unknown and missing fields and wrong types in several tables are told together."""
    text = ownsurvey.TEXT.replace("reverse = true", 'reverse = "yes"').replace("synchronised", "s")
    text = text.replace('title = "Night shift check"\n', "")
    found = told(text)
    assert len(found) == 4
    assert any("title is missing" in words for words in found)
    assert any("there is no field 's' here" in words for words in found)
    assert any(words.startswith("line 49, items[1].reverse R2: Expected `bool`") for words in found)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('id = "night-shift"', 'id = "pulse-18"', "id of the built-in survey"),
        ('"rest"', '"energy"', "The id energy belongs to the survey pulse-18"),
        ('"R1"', '"A1"', "The id A1 belongs to the survey pulse-18"),
        ('"H2"', '"P3"', "The id P3 belongs to the survey pulse-18"),
        ("reverse = true", "leader = true", "belong in a pack"),
        ("reverse = true", "to_leaders = true", "belong in a pack"),
        ("rescale = [0, 100]", "rescale = [0, 10]", "from 0 to 100"),
        ("max_items_per_week = 4", "max_items_per_week = 3", "too many items: 4, at most 3"),
        ("max_items_per_week = 4", "max_items_per_week = 30", "<= 29"),
        ('kind = "every-week"', LISTED.replace('"H1", ', ""), "No week asks H1"),
        ('kind = "every-week"', LISTED.replace('["R2"]', '["R1"]'), "asked every week already"),
        ('kind = "every-week"', 'kind = "every-week"\nanchors = ["R1"]', "leave out anchors"),
        ('"Handover"', '"Hand\\u202eover"', "stray signs"),
        ('"Always"', '"Al\\u0000ways"', "stray signs"),
    ],
)  # fmt: skip
def test_a_survey_that_must_not_be_asked_is_refused(old: str, new: str, word: str) -> None:
    """Each breach is found, and reading refuses the file too."""
    text = ownsurvey.TEXT.replace(old, new)
    assert text != ownsurvey.TEXT
    assert any(word in words for words in told(text)), told(text)
    with pytest.raises(BadInstrument):
        read(text)


def test_an_id_keeps_its_words_and_its_scale_once_it_was_released() -> None:
    """A newer version may add items; another text, scoring or survey needs new ids."""
    released = read(ownsurvey.TEXT)
    more = ownsurvey.TEXT.replace('"1.0.0"', '"1.1.0"').replace(
        "max_items_per_week = 4", "max_items_per_week = 5"
    )
    more = more.replace(
        "[rotation]", '[[items]]\nid = "R3"\nscale = "rest"\ntext = "I ate well."\n\n[rotation]'
    )
    assert told(more, released) == []
    assert "changed under an id" in told(ownsurvey.TEXT.replace("slept well", "slept"), released)[0]
    turned = ownsurvey.TEXT.replace("reverse = true", "reverse = false")
    assert "another scoring needs a new id" in told(turned, released)[0]
    renamed = ownsurvey.TEXT.replace('"Rest"', '"Recovery"')
    assert "another name or model" in told(renamed, released)[0]
    other = ownsurvey.TEXT.replace('"night-shift"', '"day-shift"')
    found = told(other, released)
    assert len(found) == 6
    assert all("belongs to the survey night-shift" in words for words in found)


def test_a_survey_of_the_settings_is_a_name_and_no_path(tmp_path: Path) -> None:
    """Nothing that leads out of the folder is a name; a missing file and a second weekly refuse."""
    for name in ("../x", "a/b", "", "X", "a.toml", "a\n", "é", "-a", "a" * 60):
        with pytest.raises(BadSetting, match="small letters"):
            check(Settings(survey=name))
    assert check(Settings(survey="night-2")).survey == "night-2"
    home = Home(tmp_path)
    with pytest.raises(BadInstrument, match="not there"):
        surveys.chosen(home, "shifts")
    assert surveys.chosen(home, "weekly") == load()
    ownsurvey.write(tmp_path, name="weekly")
    with pytest.raises(BadInstrument, match="another name"):
        surveys.chosen(home, "weekly")


def test_releases_are_read_with_the_newest_survey_and_remember_the_others() -> None:
    """What was asked before stays by its own words, without a scale that nobody asks any more."""
    mine = read(ownsurvey.TEXT)
    merged = surveys.merged([load(), mine])
    assert merged.scales == mine.scales
    assert merged.items["A1"] == structs.replace(load().items["A1"], scale="", facet="")
    assert merged.items["R1"] == mine.items["R1"]
    assert surveys.merged([load()]) is load() or surveys.merged([load()]) == load()
    assert surveys.merged([mine, load()]).scales == load().scales


def test_lines_are_found_by_path_or_by_what_is_around_it() -> None:
    """A path without a line of its own is placed at its table."""
    lines = Lines(ownsurvey.TEXT)
    text = ownsurvey.TEXT.splitlines()
    assert text[lines.of("items[3].text") - 1].startswith('text = "There was time')
    assert text[lines.of("items[2].reverse") - 1] == "[[items]]"
    assert text[lines.of("survey.id") - 1] == 'id = "night-shift"'
    assert lines.of("nothing[3].of") == 0


@given(
    st.integers(0, len(ownsurvey.TEXT) - 1), st.sampled_from(['"', "[", "\0", "\n", "=", "é", "9"])
)
def test_a_file_is_read_exactly_where_nothing_is_wrong_with_it(place: int, sign: str) -> None:
    """Whatever sign is changed, faults are told or the file is read, and never both or neither."""
    text = ownsurvey.TEXT[:place] + sign + ownsurvey.TEXT[place + 1 :]
    if found := told(text):
        with pytest.raises(BadInstrument):
            read(text)
        assert all(found)
    else:
        assert read(text).items
