"""The sentence at the head of a page counts what moved, and says how much of it is news."""

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pulse.statistics.lasting import Side
from pulse.statistics.naming import NAMED, NUMBERS
from pulse.statistics.scales import Scales
from pulse.statistics.sentence import Move, news, week_sentence
from tests.unit.statistics.histories import INSTRUMENT, history, team

NAMES = st.lists(
    st.integers(100, 999).map(lambda number: f"Unit {number}"),
    min_size=1, max_size=15, unique=True,
)  # fmt: skip


def _count(word: str) -> int:
    return NUMBERS.index(word) if word in NUMBERS else int(word)


@st.composite
def moves(draw: st.DrawFn) -> Move:
    """Draw units that moved, some of them really, in tree order."""
    moved = tuple(draw(NAMES))
    kept = draw(st.sets(st.sampled_from(moved), min_size=1))
    real = tuple(name for name in moved if name in kept)
    side: Side = "lower" if draw(st.booleans()) else "higher"
    return Move("Energy", side, moved, real, "team")


@given(moves())
def test_the_sentence_counts_what_moved_and_what_of_it_is_news(move: Move) -> None:
    """Both counts are told as they are, singular and plural in their places, verb by side."""
    told = news(move)
    verb = {"lower": "dipped", "higher": "rose"}[move.side]
    found = re.match(rf"Energy {verb} in (\w+) (teams?)\b", told)
    assert found
    assert _count(found[1]) == len(move.moved)
    assert (found[2] == "teams") == (len(move.moved) > 1)
    assert told.endswith("it is more than noise.")
    part = re.search(r"; for (?:(both)|(?:all )?(\w+))", told)
    said = len(move.moved) if part is None else 2 if part[1] else _count(part[2])
    assert said == len(move.real)


@given(moves())
def test_units_are_named_when_few_and_in_tree_order(move: Move) -> None:
    """One or two units that really moved are named as the tree has them, more never, nor others."""
    told = news(move)
    named = [name for name in move.moved if re.search(rf"\b{name}\b", told)]
    assert named == (list(move.real) if len(move.real) <= NAMED else [])
    assert not any(re.search(rf"\b{name}\b", news(move, names=False)) for name in move.moved)


def test_it_reads_as_people_speak() -> None:
    """Three departments of which one, one of one, both and all."""
    three = Move("Energy", "lower", ("A", "B", "C"), ("B",), "department")
    assert news(three) == ("Energy dipped in three departments; for one, B, it is more than noise.")
    assert news(three, names=False) == (
        "Energy dipped in three departments; for one it is more than noise."
    )
    one = structs.replace(three, moved=("B",))
    assert news(one) == "Energy dipped in one department, B, and it is more than noise."
    both = structs.replace(three, side="higher", moved=("A", "B"), real=("A", "B"))
    assert news(both) == "Energy rose in two departments; for both, A and B, it is more than noise."
    all_ = structs.replace(three, real=three.moved)
    assert news(all_) == "Energy dipped in three departments; for all three it is more than noise."


def test_what_cannot_be_told_from_noise_is_counted_and_called_so() -> None:
    """A team of ten whose energy seems to dip by a little is counted, and no news."""

    def rule(unit: str, item: str, t: int) -> float | None:
        tired = unit == "a" and t >= 4 and INSTRUMENT.items[item].scale == "energy"
        way = 0.3 if INSTRUMENT.items[item].reverse else -0.3
        return 3 + (way if tired else 0)

    scales = Scales(history(rule, 8, (team("a"), team("b")), step=0.1))
    assert scales.directions["a", "energy"].key == "unclear"
    assert week_sentence(scales, "org") == (
        "Nothing stands out: energy dipped in one team, which cannot be told from noise."
    )
