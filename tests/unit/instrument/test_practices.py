"""The practices: twenty cards in a leader's words, each a TOML that is checked with its place."""

from importlib import resources
from pathlib import Path
from typing import Final

import pytest

from pulse.errors import BadInstrument
from pulse.instrument import load
from pulse.instrument.practices import Practice, gather, read, shipped

SURVEY: Final = load()
CARD: Final = """\
schema = 1

[[practices]]
id = "quiet-hour"
title = "Quiet hour"
mark = "quiet hour"
scale = "energy"
construct = "focus"
do = ["Keep one hour a day free of meetings.", "Keep to it yourself."]
minutes = 60
how_often = "every day"
look_after_weeks = 4
pack = ["P5"]
outcome = ["E4"]
evidence = "Our own idea. The timing is a proposal."
"""

# what is wrong → (text in the file, text instead, place, a word of the message)
WRONG: Final = {
    "unknown outcome": ('["E4"]', '["E9"]', "quiet-hour.outcome", "'E9'"),
    "unknown pack item": ('["P5"]', '["P99"]', "quiet-hour.pack", "'P99'"),
    "pack item as outcome": ('["E4"]', '["P5"]', "quiet-hour.outcome", "weekly survey"),
    "outcome as pack item": ('["P5"]', '["E4"]', "quiet-hour.pack", "of a pack"),
    "no evidence": ('evidence = "Our own idea. The timing is a proposal."\n', "", "", "evidence"),
    "evidence that claims": ("The timing is a proposal.", "Proven.", ".evidence", "no study"),
    "unknown scale": ('"energy"', '"mood"', "quiet-hour.scale", "'mood'"),
    "a long line": ("Keep to it yourself.", "So " * 40, "practices[0].do[1]", "90"),
    "six lines": ('"Keep to it', '"a", "b", "c", "d", "Keep to it', "practices[0].do", "5"),
    "no lines": ('["Keep one hour a day free of meetings.", "Keep to it yourself."]', "[]",
                 "practices[0].do", "1"),
    "a long title": ('title = "Quiet hour"', f'title = "{"Quiet " * 10}"', ".title", "48"),
    "never looked at": ("look_after_weeks = 4", "look_after_weeks = 0", "look_after_weeks", "Say"),
    "odd id": ('id = "quiet-hour"', 'id = "Quiet hour"', "practices[0].id", "match"),
    "unknown field": ("minutes = 60", "minuts = 60", "practices[0]", "minuts"),
    "stray space": ('"focus"', '" focus"', ".construct", "stray"),
}  # fmt: skip


def card(change: tuple[str, str] = ("", "")) -> bytes:
    """Return the card with one text replaced."""
    return CARD.replace(*change, 1).encode() if change[0] else CARD.encode()


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_card_is_refused_with_file_and_field(what: str) -> None:
    """One fault stops it, with the place and the reason."""
    old, new, place, word = WRONG[what]
    assert old in CARD
    with pytest.raises(BadInstrument) as caught:
        read(card((old, new)), "quiet-hour.toml", SURVEY)
    assert caught.value.where.startswith("quiet-hour.toml")
    assert place in caught.value.where
    assert word in caught.value.message


def test_a_practice_is_one_file_and_nothing_else() -> None:
    """A card beside the shipped ones is known under its id."""
    files = [(path.name, path.read_bytes()) for path in folder().glob("*.toml")]
    assert gather([*files, ("new.toml", card())], SURVEY)["quiet-hour"].minutes == 60


def test_two_cards_of_one_id_are_refused() -> None:
    """In one file or in two, the second is named."""
    with pytest.raises(BadInstrument, match="share the id quiet-hour") as caught:
        gather([("a.toml", card()), ("b.toml", card())], SURVEY)
    assert caught.value.where == "b.toml: practices.id"
    twice = CARD + CARD.split("\n", 1)[1]
    with pytest.raises(BadInstrument, match="share the id"):
        read(twice.encode(), "a.toml", SURVEY)


@pytest.fixture(scope="module")
def all_cards() -> dict[str, Practice]:
    """Read the shipped cards."""
    return shipped(SURVEY)


def folder() -> Path:
    """Return where they lie."""
    return Path(str(resources.files("surveys") / "practices"))


def test_there_are_twenty_or_more_and_every_scale_has_one(all_cards: dict[str, Practice]) -> None:
    """Each lies in a file of its name; no scale is left without something to try."""
    assert len(all_cards) >= 20
    assert {path.stem for path in folder().iterdir()} == set(all_cards)
    assert {each.scale for each in all_cards.values()} == set(SURVEY.scales)


def test_the_items_are_those_of_the_written_decision(all_cards: dict[str, Practice]) -> None:
    """Spot-checked: which statements go with which practice, and when to look."""
    items = {i: (*c.outcome, *c.pack) for i, c in all_cards.items()}
    assert items["failure-share"] == ("S1", "S2", "P6")
    assert items["day-end-round"] == ("E2", "C3", "P1", "P2", "P3")
    assert items["change-note"] == ("W2", "P19", "P20", "P21")
    assert items["blameless-review"] == ("S4", "P7", "P8", "P9", "P10")
    assert items["quick-poll"] == ()
    assert (all_cards["day-end-round"].minutes, all_cards["gap-grid"].minutes) == (15, 45)
    assert all_cards["gap-grid"].look_after_weeks == 12


def test_the_group_norms_stand_on_the_cards(all_cards: dict[str, Practice]) -> None:
    """Kindness is voluntary and uncounted; a review's fourth step never uses pulse data."""
    for name in ("kindness", "make-a-day"):
        said = " ".join(all_cards[name].cautions)
        assert "Voluntary" in said
        assert "Never counted per person and never ranked" in said
    review = all_cards["blameless-review"]
    assert len(review.do) == 3
    assert "fourth step" in review.cautions[0]
    assert "never uses pulse data" in review.cautions[0]
    assert "No script" in " ".join(all_cards["open-question"].cautions)
    assert "no counts of single people" in " ".join(all_cards["visible-board"].cautions)


def test_no_card_has_a_word_that_we_do_not_use(all_cards: dict[str, Practice]) -> None:
    """Plain and warm, without labels for people."""
    for each in all_cards.values():
        text = " ".join((each.title, *each.do, *each.cautions, each.evidence)).casefold()
        for word in ("burnout", "risk", "performer", "difficult person", "!", "kpi"):
            assert word not in text, (each.id, word)
