"""Manifests: scoring as published, no wording, and a refusal that lists exactly what is missing."""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import BadInstrument
from pulse.instrument import external, own, rescaled, reversed_mean
from pulse.instrument.external import External, score
from pulse.release import surveys
from pulse.settings import Home

SHIPPED = external.shipped()
SHELF = resources.files("surveys") / external.FOLDER
# name → items, items per scale, answers
PUBLISHED = {
    "bat-12": (12, [3, 3, 3, 3], 5),
    "cbi": (19, [6, 7, 6], 5),
    "copsoq-burnout": (3, [3], 5),
    "hse-indicator": (35, [8, 6, 5, 4, 4, 5, 3], 5),
    "olbi": (16, [8, 8], 4),
    "recovery-experience": (16, [4, 4, 4, 4], 5),
    "single-item-burnout": (1, [1], 5),
    "uwes-3": (3, [3], 7),
    "who-5": (5, [5], 6),
}
ASKABLE = ("bat-12", "copsoq-burnout", "recovery-experience", "single-item-burnout")


def data_of(name: str) -> bytes:
    """Return a shipped manifest's bytes."""
    return (SHELF / f"{name}.toml").read_bytes()


@cache
def filled(name: str) -> bytes:
    """Return a manifest as an organisation with leave fills it in; the words are stand-ins."""
    text, at = data_of(name).decode(), 0
    text = text.replace('reference = ""', 'reference = "letter of 2026-01-02"')
    text = text.replace('frame = ""', 'frame = "In these weeks"')
    while 'text = ""' in text:
        at += 1
        text = text.replace('text = ""', f'text = "Not one statement in number {at} of {name}"', 1)
    while '""' in text:
        at += 1
        text = text.replace('""', f'"label {at}"', 1)
    return text.encode()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_manifest_has_the_published_form(name: str) -> None:
    """Items, items per scale and number of answers are those of the instrument."""
    manifest = SHIPPED[name]
    count, sizes, answers = PUBLISHED[name]
    assert len(manifest.items) == count
    per_scale = [sum(i.scale == s.id for i in manifest.items) for s in manifest.scales]
    assert per_scale == sizes
    assert {len(choice.values) for choice in manifest.answers} == {answers}
    assert SHIPPED.keys() == PUBLISHED.keys()


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_wording_is_shipped(name: str) -> None:
    """Every text, label and frame is empty, so is the permission; nothing else is a sentence."""
    raw = tomllib.loads(data_of(name).decode())
    assert {item["text"] for item in raw["items"]} == {""}
    assert {label for choice in raw["answers"] for label in choice["labels"]} == {""}
    assert (raw["words"]["frame"], raw["permission"]["reference"]) == ("", "")
    assert all(len(item["at"].split()) <= 3 for item in raw["items"])


def test_an_id_is_of_one_instrument() -> None:
    """No item or scale of one manifest has the id of another's, of the survey's or a pack's."""
    items = [item.id for manifest in SHIPPED.values() for item in manifest.items]
    scales = [scale.id for manifest in SHIPPED.values() for scale in manifest.scales]
    assert len(items) == len(set(items))
    assert len(scales) == len(set(scales))
    for name in ASKABLE:
        own.read(filled(name), name)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_refusal_lists_exactly_what_is_missing(name: str) -> None:
    """Permission, frame, labels and every text by place; each is gone once it is filled in."""
    manifest = SHIPPED[name]
    missing = external.wanting(manifest)
    assert len(missing) == 2 + len(manifest.answers) + len(manifest.items)
    with pytest.raises(BadInstrument, match=r"permission.reference: write who") as caught:
        own.read(data_of(name), f"{name}.toml")
    for item in manifest.items:
        assert f"{item.id}: the text of {item.at} is missing" in caught.value.message
    whole = external.read(filled(name), name)
    for place in range(len(manifest.items)):
        items = [
            msgspec.structs.replace(item, text="" if at == place else item.text)
            for at, item in enumerate(whole.items)
        ]
        one_short = msgspec.structs.replace(whole, items=tuple(items))
        assert [fault.path for fault in external.wanting(one_short)] == [f"items[{place}].text"]
    assert external.wanting(whole) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("who-5", ("6 answers", "at most once in 4 weeks", "fewer than 20")),
        ("uwes-3", ("7 answers",)),
        ("olbi", ("4 answers",)),
        ("cbi", ("different answers",)),
        ("hse-indicator", ("35 items", "different answers")),
    ],
)
def test_what_cannot_be_asked_rightly_is_refused_even_filled_in(
    name: str, words: tuple[str, ...]
) -> None:
    """A ballot of five answers, a page with one set, an author's rule: each is said."""
    with pytest.raises(BadInstrument) as caught:
        own.read(filled(name), name)
    for word in words:
        assert word in caught.value.message
    assert "missing" not in caught.value.message


@pytest.mark.parametrize("name", ASKABLE)
def test_a_filled_manifest_is_a_survey_asked_whole_every_wave(name: str, tmp_path: Path) -> None:
    """Copied into the home and filled in, it is what the setting names; nothing rotates."""
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / f"{name}.toml").write_bytes(filled(name))
    survey = surveys.chosen(Home(tmp_path), name)
    assert survey.form(0) == tuple(item.id for item in SHIPPED[name].items)
    assert len(survey.blocks) == 1
    assert surveys.is_own(survey)


@pytest.mark.parametrize("name", ASKABLE)
def test_pulses_figure_is_the_authors_score_with_higher_being_better(name: str) -> None:
    """For any answers, 25 (mean - 1) reversed is the score on 0-100, turned where high is bad."""
    manifest, survey = SHIPPED[name], own.read(filled(name), name)
    values = {choice.id: choice.values for choice in manifest.answers}
    for turn in range(5):
        given_ = {item.id: 1 + (at * 3 + turn) % 5 for at, item in enumerate(manifest.items)}
        published = score(
            manifest, {i.id: values[i.answers][given_[i.id] - 1] for i in manifest.items}
        )
        for scale in manifest.scales:
            own_items = [i.id for i in manifest.items if i.scale == scale.id]
            ours = rescaled(
                sum(reversed_mean(survey.items[i], given_[i]) for i in own_items) / len(own_items)
            )
            low, high = scale.range
            theirs = 100 * ((published[scale.id] or 0.0) - low) / (high - low)
            bad = scale.direction == "higher_is_worse"
            assert ours == pytest.approx(100 - theirs if bad else theirs)


def answers(manifest: External, scale: str, *values: int | None) -> dict[str, int | None]:
    """Give the items of a scale these answers, in order."""
    own_items = [item.id for item in manifest.items if item.scale == scale]
    return dict(zip(own_items, values, strict=False))


def test_the_copenhagen_inventory_is_scored_as_its_form_says() -> None:
    """Fewer than 3 of 6, or 4 of 7, answered is no score; the one reversed item turns."""
    cbi = SHIPPED["cbi"]
    personal = score(cbi, answers(cbi, "cbi-personal", 100, 75, 50, None, None, None))
    assert personal["cbi-personal"] == 75
    assert score(cbi, answers(cbi, "cbi-personal", 100, 75))["cbi-personal"] is None
    work = answers(cbi, "cbi-work", 100, 100, 100, 50, 50, 50, 100)
    assert score(cbi, work)["cbi-work"] == pytest.approx(450 / 7)
    assert score(cbi, answers(cbi, "cbi-work", 100, 100, 100))["cbi-work"] is None
    assert score(cbi, answers(cbi, "cbi-work", 0, 0, 0, None, None, None, 0))["cbi-work"] == 25
    assert score(cbi, answers(cbi, "cbi-clients", 25, 25, 25))["cbi-clients"] == 25


def test_who_5_is_the_sum_times_four() -> None:
    """All at 5 is 100, all at 0 is 0, 3+3+2+4+1 is 52; one answer missing is no score."""
    who = SHIPPED["who-5"]
    for values, expected in (((5,) * 5, 100), ((0,) * 5, 0), ((3, 3, 2, 4, 1), 52)):
        assert score(who, answers(who, "who-wellbeing", *values))["who-wellbeing"] == expected
    assert score(who, answers(who, "who-wellbeing", 5, 5, 5, 5))["who-wellbeing"] is None


def test_reversed_items_of_others_turn_as_published() -> None:
    """OLBI reverses 2, 3, 4, 6, 8, 9, 11, 12; the HSE tool its demands and relationships."""
    olbi = SHIPPED["olbi"]
    assert [i.at for i in olbi.items if i.reverse] == ["2", "3", "4", "6", "8", "9", "11", "12"]
    agree = score(olbi, {item.id: 1 for item in olbi.items})
    assert agree == {"olbi-exhaustion": 2.5, "olbi-disengagement": 2.5}
    positive = score(olbi, {item.id: 4 if item.reverse else 1 for item in olbi.items})
    assert set(positive.values()) == {1}
    hse = SHIPPED["hse-indicator"]
    worst = score(hse, {i.id: 5 if i.reverse else 1 for i in hse.items})
    assert set(worst.values()) == {1}


def test_a_half_answered_scale_of_copsoq_has_a_score() -> None:
    """Two of three are enough, one is not."""
    copsoq = SHIPPED["copsoq-burnout"]
    assert score(copsoq, answers(copsoq, "copsoq-burnout", 50, 100))["copsoq-burnout"] == 75
    assert score(copsoq, answers(copsoq, "copsoq-burnout", 50))["copsoq-burnout"] is None


@given(st.data())
def test_a_score_lies_in_its_range_whatever_is_answered(data: st.DataObject) -> None:
    """Any allowed answers, with gaps, give a score inside the published range or none."""
    manifest = SHIPPED[data.draw(st.sampled_from(sorted(SHIPPED)))]
    values = {choice.id: choice.values for choice in manifest.answers}
    given_ = {
        item.id: data.draw(st.none() | st.sampled_from(values[item.answers]))
        for item in manifest.items
    }
    ranges = {scale.id: scale.range for scale in manifest.scales}
    for scale, found in score(manifest, given_).items():
        assert found is None or ranges[scale][0] <= found <= ranges[scale][1]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("range = [0, 100]", "range = [0, 99]", "score 0 to 100"),
        ("answered = 3", "answered = 9", "has 6 items"),
        ("values = [0, 25, 50", "values = [25, 0, 50", "ascend"),
        ('labels = ["", ', "labels = [", "one label"),
        ('answers = "degree"', 'answers = "often"', "no 'often'"),
        ('id = "CP2"', 'id = "CP1"', "stands twice"),
        ("whole = false", "", "whole is missing"),
    ],
)  # fmt: skip
def test_a_broken_manifest_is_refused_with_its_place(old: str, new: str, word: str) -> None:
    """What would be scored wrongly is a fault of the file, filled in or not."""
    text = data_of("cbi").decode()
    assert old in text
    found = external.faults(text.replace(old, new, 1).encode())
    assert any(word in fault.words() for fault in found), found
    assert all(fault.line for fault in found)
