"""The settings of the weekly rhythm: how they are written, and which of them go together."""

import datetime as dt
import re
from typing import Final

from pulse.errors import BadSetting
from pulse.settings.model import DAYS, Settings

OFF: Final = "off"
SHORTEST: Final = dt.timedelta(days=1)  # between opening and closing
LONGEST: Final = dt.timedelta(days=6, hours=20)  # so that one wave is counted before the next
_WEEK: Final = dt.timedelta(days=7)
_LONGEST_RANGE: Final = dt.timedelta(days=92)
_HALF_HOUR: Final = 30
_MOMENT: Final = re.compile(rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):[0-5]\d")
_HOURS: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def day_and_time(text: str) -> tuple[int, dt.time]:
    """Return a setting like `Friday 17:00` as the day of the week (Monday is 0) and the time."""
    day, clock = text.split()
    return DAYS.index(day), dt.time.fromisoformat(clock)


def hours(text: str) -> tuple[dt.time, dt.time]:
    """Return a setting like `09:00-16:00` as two times."""
    first, last = text.split("-")
    return dt.time.fromisoformat(first), dt.time.fromisoformat(last)


def days_of(entries: tuple[str, ...]) -> frozenset[dt.date]:
    """Return every day that `holidays` names.

    Raises:
        BadSetting: an entry is no date and no range of at most three months.
    """
    found: set[dt.date] = set()
    for entry in entries:
        first, _, last = entry.partition("/")
        try:
            begin, end = (_date(text) for text in (first, last or first))
        except ValueError as error:
            raise BadSetting(
                f"Write {entry!r} like 2026-12-24, or 2026-12-24/2027-01-01.", where="holidays"
            ) from error
        if not begin <= end <= begin + _LONGEST_RANGE:
            raise BadSetting(
                f"{entry!r} must end after it begins, within three months.", where="holidays"
            )
        found.update(begin + dt.timedelta(days=n) for n in range((end - begin).days + 1))
    return frozenset(found)


def check_schedule(settings: Settings) -> None:
    """Pass settings whose days and times are written as they must be and follow each other.

    Raises:
        BadSetting: one is malformed, or a wave would be too short or too long.
    """
    for name in ("opens", "closes", "reminds"):
        text = getattr(settings, name)
        if not _MOMENT.fullmatch(text) and (name, text) != ("reminds", OFF):
            raise BadSetting("Write it like 'Friday 17:00'.", where=name)
    if not _HOURS.fullmatch(settings.sending_hours):
        raise BadSetting("Write it like '09:00-16:00'.", where="sending_hours")
    first, last = hours(settings.sending_hours)
    if _minutes(last) - _minutes(first) < _HALF_HOUR:
        raise BadSetting("Leave half an hour or more.", where="sending_hours")
    days_of(settings.holidays)
    length = _after(settings.opens, settings.closes)
    if not SHORTEST <= length <= LONGEST:
        raise BadSetting(
            f"A wave is open for a day at least and 6 days 20 hours at most; it opens "
            f"{settings.opens}.",
            where="closes",
        )
    if (
        settings.reminds != OFF
        and not dt.timedelta() < _after(settings.opens, settings.reminds) < length
    ):
        raise BadSetting(
            f"The reminder lies between opening ({settings.opens}) and closing "
            f"({settings.closes}), or is 'off'.",
            where="reminds",
        )


def _after(first: str, then: str) -> dt.timedelta:
    """Return how long after `first` the next `then` is, less than a week."""
    (day, clock), (later, hour) = day_and_time(first), day_and_time(then)
    minutes = (later - day) * 24 * 60 + _minutes(hour) - _minutes(clock)
    return dt.timedelta(minutes=minutes) % _WEEK


def _minutes(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute


def _date(text: str) -> dt.date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return dt.date.fromisoformat(text)
