"""The built-in survey: eighteen statements, asked in a fixed rotation."""

from collections import Counter
from itertools import combinations

import pytest

from pulse.instrument import Instrument, load, plane, rescaled, reversed_mean, wording
from pulse.instrument.texts import texts
from pulse.settings import Support


@pytest.fixture(scope="module")
def weekly() -> Instrument:
    """Load the built-in survey."""
    return load()


def test_the_core_is_two_anchors_and_four_scales_of_four(weekly: Instrument) -> None:
    """Safety, energy, care and work have four rotating items each; two anchors come weekly."""
    scales = Counter(item.scale for item in weekly.core if item.id[0] != "A")
    assert scales == {"safety": 4, "energy": 4, "care": 4, "work": 4}
    assert weekly.anchors == ("A1", "A2")
    assert [i.id for i in weekly.core if i.reverse] == ["S4", "E1", "C4", "W1"]
    assert weekly.scales["work"].model == "formative"


def test_the_wording_is_the_released_one(weekly: Instrument) -> None:
    """Statements read as they were released, spot-checked against the written decision."""
    assert weekly.items["A2"].text == "I ended most work days this week with some energy left."
    assert weekly.items["S4"].text == "People here got blamed when things broke."
    assert weekly.items["W4"].text == "I knew who to turn to when I was stuck."


def test_the_record_names_every_statement(weekly: Instrument) -> None:
    """The history holds text and scoring of each item that is asked; older ones stay in it."""
    from importlib import resources

    from pulse.instrument.loading import read_history

    history = read_history((resources.files("surveys") / "history.toml").read_bytes(), "history")
    asked = {i.id: (wording.digest(i.text), wording.scoring(i)) for i in weekly.items.values()}
    assert {i: (history.texts.get(i), history.scoring.get(i)) for i in asked} == asked


def test_every_pair_meets_exactly_once_in_twenty_weeks(weekly: Instrument) -> None:
    """Counted on the table itself: 120 pairs, each once."""
    pairs = Counter(pair for block in weekly.blocks for pair in combinations(sorted(block), 2))
    assert len(pairs) == 120
    assert set(pairs.values()) == {1}


def test_every_month_asks_all_sixteen(weekly: Instrument) -> None:
    """Each run of four blocks covers every rotating item."""
    for month in range(0, plane.FORMS, plane.MONTH):
        asked = [item for block in weekly.blocks[month : month + plane.MONTH] for item in block]
        assert sorted(asked) == sorted(i.id for i in weekly.core if i.id not in weekly.anchors)


def test_no_week_has_more_than_two_reversed_items(weekly: Instrument) -> None:
    """Reversed statements stay few in any one week."""
    for form in range(plane.FORMS):
        assert sum(weekly.items[item].reverse for item in weekly.form(form)) <= 2


def test_the_first_month_mixes_the_scales_and_the_fifth_asks_one_at_a_time(
    weekly: Instrument,
) -> None:
    """A new organisation starts with one item of every scale; whole scales come last."""
    assert weekly.blocks[0] == ("S1", "E1", "C1", "W1")
    assert weekly.blocks[19] == ("W1", "W2", "W3", "W4")


def test_anchors_come_first_and_the_order_moves(weekly: Instrument) -> None:
    """A form is the anchors and its block, started at another item each week."""
    for form in range(plane.FORMS):
        asked = weekly.form(form)
        assert asked[:2] == ("A1", "A2")
        assert sorted(asked[2:]) == sorted(weekly.blocks[form])
    assert weekly.form(1) == ("A1", "A2", "E2", "C2", "W2", "S2")


def test_a_rotated_scale_is_found_among_the_asked(weekly: Instrument) -> None:
    """The first form asks safety by its anchor and one rotating item."""
    assert [i for i in weekly.form(0) if weekly.items[i].scale == "safety"] == ["A1", "S1"]
    assert weekly.for_leaders(weekly.form(0)) == ()


def test_reversal_turns_only_reversed_items(weekly: Instrument) -> None:
    """6 - x for reversed statements, x for others; 1-5 maps to 0-100."""
    assert reversed_mean(weekly.items["S4"], 1.5) == 4.5
    assert reversed_mean(weekly.items["S1"], 1.5) == 1.5
    assert (rescaled(1), rescaled(3), rescaled(5)) == (0, 50, 100)


def test_the_plane_over_gf4_is_the_table_in_the_file(weekly: Instrument) -> None:
    """The lines computed from GF(4) are the file's blocks."""
    columns = [[f"{letter}{row}" for row in range(1, 5)] for letter in "SECW"]
    assert plane.blocks(columns) == weekly.blocks


def test_the_text_file_holds_what_a_browser_shows(weekly: Instrument) -> None:
    """Texts carry the week's title, the asked items in order, labels and help contacts."""
    import msgspec

    file = msgspec.json.decode(
        texts(weekly, weekly.form(1), "2026-W09", Support("Talk.", ("Desk 1",)))
    )
    assert list(file) == [
        "locale", "dir", "title", "items", "labels", "prefer_not", "support", "ui",
    ]  # fmt: skip
    assert (file["locale"], file["dir"], file["title"]) == ("en", "ltr", "Week 9")
    assert list(file["items"]) == list(weekly.form(1))
    assert len(file["labels"]) == 5
    assert file["support"] == {"text": "Talk.", "contacts": ["Desk 1"]}
