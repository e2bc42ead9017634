"""How moments and numbers read on these pages."""

import datetime as dt
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

_LOCALE = "en_GB"


def day_and_time(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Return a moment as it reads in a zone: "Monday 23 November, 09:00"."""
    local = moment.astimezone(zone)
    day = format_date(local, "EEEE d MMMM", locale=_LOCALE)
    return f"{day}, {format_time(local, 'HH:mm', locale=_LOCALE)}"


def number(value: int) -> str:
    """Return a whole number with its thousands parted: "12,000"."""
    return format_decimal(value, locale=_LOCALE)


def many(count: int, one: str, more: str = "") -> str:
    """Return a count with its noun: "1 person", "12 people"."""
    return f"{number(count)} {one if count == 1 else more or one + 's'}"
