"""Dates, times and numbers as people of a language write them."""

import datetime as dt

import pytest
from babel import Locale

from pulse.language import LANGUAGES, day, day_and_time, number

CLOSES = dt.datetime(2026, 2, 27, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Friday, 27 February 2026, 17:00 (Berlin)"),
        ("de-AT", "Freitag, 27. Februar 2026, 17:00 (Berlin)"),
        ("fr", "vendredi 27 février 2026, 17:00 (Berlin)"),
        ("es", "viernes, 27 de febrero de 2026, 17:00 (Berlín)"),
        ("tlh", "Friday, 27 February 2026, 17:00 (Berlin)"),
    ],
)
def test_a_closing_time_reads_as_people_say_it(locale: str, words: str) -> None:
    """Day, hour and place come in the language's own order; an unknown one gets English."""
    assert day_and_time(CLOSES, "Europe/Berlin", locale) == words


def test_a_place_of_many_names_is_told_by_its_city() -> None:
    """A zone that CLDR knows by another name still ends in the city; UTC stays UTC."""
    assert "(Buenos Aires)" in day_and_time(CLOSES, "America/Argentina/Buenos_Aires", "de")
    assert "16:00 (UTC)" in day_and_time(CLOSES, "UTC", "de")


def test_days_and_numbers_follow_the_language() -> None:
    """Dates and numbers come with the language's own words and signs."""
    assert day(CLOSES.date(), "es") == "27 de febrero de 2026"
    assert number(12345.6, "de") == "12.345,6"


def test_directions_are_those_of_cldr() -> None:
    """Each language's lines begin where the Unicode consortium says."""
    for language in LANGUAGES.values():
        assert language.dir == Locale.parse(language.code, sep="-").text_direction
