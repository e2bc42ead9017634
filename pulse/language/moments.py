"""Days, times and numbers as people of a language write them (CLDR, through Babel).

Babel is loaded with the first date: no ballot needs one.
"""

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pulse.language.choosing import closest
from pulse.language.known import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from babel import Locale

# Day before month and 24 hours: English here is nobody's own, but read everywhere.
_REGION: Final = {"en": "en-GB"}


def day_and_time(moment: dt.datetime, zone: str, locale: str) -> str:
    """Return a time by a place's own clock, like Friday, 27 February 2026, 17:00 (Berlin).

    Args:
        moment: an aware time.
        zone: the IANA name of the place's zone.
        locale: a language tag.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: there is no such zone.
    """
    from babel.dates import format_date, format_time, get_datetime_format

    place, at = _locale(locale), moment.astimezone(ZoneInfo(zone))
    together = get_datetime_format("full", locale=place)
    spoken, clock = format_date(at, "full", place), format_time(at, "short", locale=place)
    words = str(together).replace("'", "").format(clock, spoken)
    return f"{words} ({_place(zone, place)})"


def _place(zone: str, locale: "Locale") -> str:
    from babel.dates import get_timezone_location

    if "/" not in zone:
        return zone
    city = get_timezone_location(zone, locale, return_city=True)
    return city.rpartition("/")[2]  # CLDR does not know every zone by its newest name


def day(date: dt.date, locale: str) -> str:
    """Return a date with its year, like 27 February 2026."""
    from babel.dates import format_date

    return format_date(date, "long", _locale(locale))


def number(value: float, locale: str) -> str:
    """Return a number with the language's own signs between its digits, like 12,345.6."""
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_locale(locale))


@cache
def _locale(tag: str) -> "Locale":
    from babel import Locale

    code = closest(tag, LANGUAGES) or DEFAULT
    return Locale.parse(_REGION.get(code, code), sep="-")
