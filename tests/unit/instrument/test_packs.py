"""Packs: statements that take turns in a seventh place and feed no scale."""

from importlib import resources
from statistics import mean
from typing import Final

import pytest

from pulse.errors import BadInstrument
from pulse.instrument import load, packs, plane, record
from pulse.instrument.wording import digest, scoring
from tests.unit.instrument.test_reading_level import grade

SURVEY: Final = load()
FILE: Final = (resources.files("surveys") / packs.NAME).read_text(encoding="utf-8")
# what is wrong → (text in the file, text instead, place, a word of the message)
WRONG: Final = {
    "pack twice": ('id = "toil"', 'id = "spin-down"', "packs.spin-down", "share"),
    "item twice": ('id = "P5"', 'id = "P4"', "packs.toil", "share the id P4"),
    "changed text": ("a dull task this week", "a dull task", "packs.toil.items.P4.text", "new id"),
    "turned item": (
        'I am afraid to act because I might get it wrong."\nreverse = true',
        'I am afraid to act because I might get it wrong."', "items.P9", "'pack, reversed'",
    ),
    "only reversed": (
        'text = "A failure in one team was shared so that others could learn."',
        'text = "A failure in one team was hidden."\nreverse = true', "packs.learning", "new id",
    ),
    "odd id": ('id = "P4"', 'id = "p4"', "packs[1].items[0].id", "match"),
    "unknown key": ('themselves"\nleader', 'themselves"\nasks = 1\nleader', "packs[8]", "asks"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_pack_is_refused_with_its_place(what: str) -> None:
    """One fault in the file stops it, with the place and the reason."""
    old, new, place, word = WRONG[what]
    assert old in FILE
    with pytest.raises(BadInstrument) as caught:
        packs.read(FILE.replace(old, new, 1).encode(), packs.NAME, record())
    assert place in caught.value.where
    assert word in caught.value.message


def test_the_packs_are_those_of_the_written_decision() -> None:
    """Ten packs, 26 statements; three of them are about leaders, one asks leaders only."""
    assert [len(pack.items) for pack in SURVEY.packs.values()] == [3, 2, 1, 4, 3, 2, 3, 3, 3, 2]
    assert len(SURVEY.items) == 44
    assert [pack.id for pack in SURVEY.packs.values() if pack.leader] == [
        "check-in", "leaders", "modelling",
    ]  # fmt: skip
    assert [i.id for i in SURVEY.items.values() if i.leader] == [
        "P11", "P12", "P13", "P22", "P23", "P24", "P25", "P26",
    ]  # fmt: skip
    assert SURVEY.for_leaders(("A1", "P11", "P23")) == ("P23",)


def test_the_record_names_every_statement_of_a_pack() -> None:
    """A text cannot change under its id; its scoring says that it is of a pack."""
    known = record()
    for pack in SURVEY.packs.values():
        for name in pack.items:
            item = SURVEY.items[name]
            assert known.texts[name] == digest(item.text)
            assert known.scoring[name] == scoring(item)
            assert known.scoring[name].startswith("pack")


@pytest.mark.slow
def test_the_statements_of_packs_read_easily() -> None:
    """All forty-four have a mean grade of about 2.7; the hardest needs less than seven years."""
    grades = [grade(item.text) for item in SURVEY.items.values()]
    assert max(grades) == pytest.approx(6.4, abs=0.15)
    assert mean(grades) == pytest.approx(2.7, abs=0.1)


def test_the_statements_of_a_pack_take_turns() -> None:
    """One a week; over as many weeks as there are statements each is asked, where it may be."""
    asked = [SURVEY.seventh(0, "spin-down", turn) for turn in range(4)]
    assert asked == ["P1", "P2", "P3", "P1"]


def test_no_week_with_a_pack_has_more_than_two_reversed_statements() -> None:
    """A reversed statement waits where the week has two of its own; the twin would not."""
    careless = 0
    for pack in SURVEY.packs.values():
        for form in range(plane.FORMS):
            own = sum(SURVEY.items[item].reverse for item in SURVEY.form(form))
            for turn in range(6):
                item = SURVEY.seventh(form, pack.id, turn)
                assert item in pack.items
                assert own + SURVEY.items[item].reverse <= 2
                due = pack.items[turn % len(pack.items)]
                careless += own + SURVEY.items[due].reverse > 2
    assert careless > 0


def test_a_survey_must_not_use_the_id_of_a_pack_s_statement() -> None:
    """An organisation's own file with an item P1 is refused."""
    shelved = packs.read(FILE.encode(), packs.NAME, record())
    with pytest.raises(BadInstrument, match="belongs to the pack 'spin-down'"):
        packs.added(SURVEY, shelved)
