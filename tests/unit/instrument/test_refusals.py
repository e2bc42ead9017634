"""A survey file that must not be used is refused, and the message names file and place."""

import contextlib
from importlib import resources
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pulse.errors import BadInstrument
from pulse.instrument import Instrument, load, read
from pulse.instrument.loading import read_history
from pulse.instrument.wording import Record

SHELF: Final = resources.files("surveys")
WEEKLY: Final = (SHELF / "weekly.toml").read_text(encoding="utf-8")
HISTORY: Final = read_history((SHELF / "history.toml").read_bytes(), "history.toml")

# what is wrong → (text in the file, text instead, place, a word of the message)
WRONG: Final = {
    "unknown key": ('facet = "blame"', 'fcaet = "blame"', "items[5]", "unknown field"),
    "unknown table": ("[answers]", "[more]\nx = 1\n[answers]", "file.toml", "unknown field"),
    "duplicate id": ('id = "S4"', 'id = "S3"', "items[5].id", "share the id S3"),
    "odd id": ('id = "S4"', 'id = "s4"', "items[5].id", "capitals"),
    "unknown scale": ('id = "S4"\nscale = "safety"', 'id = "S4"\nscale = "x"', "items.S4", "'x'"),
    "duplicate scale": ('id = "care"', 'id = "energy"', "scales.energy", "share"),
    "negated reversal": (
        "People here got blamed", "People here did not get help", "items.S4.text", "'not'",
    ),
    "contracted reversal": (
        "People here got blamed", "People here didn't get help", "items.S4.text", "didn't",
    ),
    "missing permission": (
        'source = "original wording"', 'source = "a manual"', "survey.permission", "licence",
    ),
    "empty text": (
        'text = "People here got blamed when things broke."', 'text = " "', "items.S4.text", "no",
    ),
    "changed text": ("People here got blamed", "People got blamed", "items.S4.text", "new id"),
    "turned item": ("reverse = true", "reverse = false", "items.S4.reverse", "'safety, reversed'"),
    "moved item": (
        'id = "A1"\nscale = "safety"', 'id = "A1"\nscale = "care"', "items.A1.scale", "'safety'",
    ),
    "long item": (
        "People here got blamed when things broke.",
        "People here got the blame each time a thing we had made broke at night.",
        "items.S4.text", "at most 14",
    ),
    "stray sign": ("People here got", "People here  got\\u200b", "items.S4.text", "stray"),
    "too many reversed": (
        'text = "I could ask for help without', 'reverse = true\ntext = "I could ask for help and',
        "items.S3.text", "new id",
    ),
    "swapped rotation": (
        '["S1", "E1", "C1", "W1"]', '["S1", "E1", "C1", "W2"]', "blocks[0]", "exactly once",
    ),
    "short rotation": ('    ["W1", "W2", "W3", "W4"],\n', "", "rotation.blocks", "20 weeks"),
    "random shares": ("synchronised = true", "synchronised = false", "synchronised", "Everybody"),
    "unknown anchor": ('["A1", "A2"]', '["A1", "A9"]', "rotation.anchors", "A9"),
    "too many a week": ("max_items_per_week = 6", "max_items_per_week = 5", "blocks[0]", "many"),
    "seven answers": ("[1, 2, 3, 4, 5]", "[1, 2, 3, 4, 5, 6, 7]", "answers.values", "1, 2, 3"),
    "same labels": ('"Disagree"', '"Agree"', "answers.labels", "different"),
    "no way out": ("prefer_not_to_say = true", "prefer_not_to_say = false", "prefer_not", "may"),
    "no label": ('prefer_not = "Prefer not to say"', 'prefer_not = ""', "prefer_not", "label"),
    "wrong type": ("schema = 1", 'schema = "1"', "schema", "Expected"),
    "no title": ('title = "Weekly pulse"', 'title = ""', "survey.title", "empty"),
    "not TOML": ("[survey]", "[survey", "file.toml", "TOML"),
}  # fmt: skip


def attempt(text: str, history: Record | None = None) -> Instrument:
    """Read `text` as a survey file."""
    return read(text.encode(), "file.toml", HISTORY if history is None else history)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_with_its_place(what: str) -> None:
    """One fault in the weekly file stops it, with the place and the reason."""
    old, new, place, word = WRONG[what]
    assert old in WEEKLY
    with pytest.raises(BadInstrument) as caught:
        attempt(WEEKLY.replace(old, new, 1))
    assert caught.value.where.startswith("file.toml")
    assert place in caught.value.where
    assert word in caught.value.message


def test_three_reversed_items_in_one_week_are_refused() -> None:
    """A third reversed item of one week is one too many, whatever the texts say."""
    text = WEEKLY.replace('id = "S1"', 'id = "S1"\nreverse = true')
    text = text.replace('id = "C1"', 'id = "C1"\nreverse = true')
    with pytest.raises(BadInstrument, match="more than 2 reversed") as caught:
        attempt(text, Record())
    assert caught.value.where == "file.toml: rotation.blocks[0]"


def test_a_rotation_that_only_looks_right_is_refused() -> None:
    """Months may be whole and yet two items meet twice."""
    text = WEEKLY.replace('["S1", "E2", "C3", "W4"]', '["S1", "E1", "C3", "W4"]', 1)
    text = text.replace('["S2", "E1", "C4", "W3"]', '["S2", "E2", "C4", "W3"]', 1)
    with pytest.raises(BadInstrument, match="meet a second time"):
        attempt(text)


def test_another_plane_over_the_same_items_is_refused() -> None:
    """Two weeks swapped keep every count, but it is not the order that was computed."""
    one, two = '["S1", "E1", "C1", "W1"]', '["S2", "E2", "C2", "W2"]'
    text = (
        WEEKLY.replace(one, "-", 1).replace(two, one, 1).replace("-,\n    [", f"{two},\n    [", 1)
    )
    with pytest.raises(BadInstrument, match="line"):
        attempt(text)


def test_a_new_id_may_bring_a_new_text() -> None:
    """Wording outside the record is fine under an id outside the record."""
    texts = {key: value for key, value in HISTORY.texts.items() if key != "S4"}
    history = structs.replace(HISTORY, texts=texts)
    changed = WEEKLY.replace("People here got blamed", "People got blamed", 1)
    assert attempt(changed, history).items["S4"].text == "People got blamed when things broke."


def test_external_wording_with_leave_is_accepted() -> None:
    """A permission reference lets somebody else's wording in."""
    text = WEEKLY.replace('source = "original wording"', 'source = "a manual"', 1)
    text = text.replace('permission = ""', 'permission = "CC-BY-4.0, letter of 2026-01-02"', 1)
    assert attempt(text).id == "pulse-18"


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    """Neither an unknown name nor a missing path gives a traceback."""
    for name in ("monthly", tmp_path / "x.toml"):
        with pytest.raises(BadInstrument, match="no such survey file"):
            load(name)


def test_a_file_by_path_is_loaded(tmp_path: Path) -> None:
    """An organisation may keep its own survey file."""
    path = tmp_path / "own.toml"
    path.write_text(WEEKLY, encoding="utf-8")
    assert load(path) == load()


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever the bytes, the only error is BadInstrument."""
    with pytest.raises(BadInstrument):
        read(data, "file.toml", Record())


@given(st.integers(0, len(WEEKLY) - 1), st.sampled_from(['"', "[", "\0", "\n", "=", "é", "9"]))
def test_any_changed_sign_is_read_or_refused(place: int, sign: str) -> None:
    """One replaced character never gives another error than BadInstrument."""
    with contextlib.suppress(BadInstrument):
        attempt(WEEKLY[:place] + sign + WEEKLY[place + 1 :])
