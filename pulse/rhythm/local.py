"""Local times as moments, and weeks as days; the calendar's own arithmetic, nothing of Pulse."""

import datetime as dt
from zoneinfo import ZoneInfo

WEEK_DAYS = 5  # Monday to Friday


def moment(zone: ZoneInfo, date: dt.date, clock: dt.time) -> dt.datetime:
    """Return when `zone`'s clocks show this time on this day, in UTC.

    A time that clocks show twice (they went back) is the first of the two. One that they skip is
    as many minutes after the skip as it lies after the last minute shown before it (PEP 495,
    fold 0): 02:30 becomes 03:30, never an hour before it was meant.
    """
    return dt.datetime.combine(date, clock, zone).astimezone(dt.UTC)


def date_in(zone: ZoneInfo, at: dt.datetime) -> dt.date:
    """Return the day that `zone`'s calendars show at a moment."""
    return at.astimezone(zone).date()


def monday_of(week: str) -> dt.date:
    """Return the first day of an ISO week like 2026-W53."""
    return dt.date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def week_of(date: dt.date) -> str:
    """Return the ISO week of a day; its year is not always the day's."""
    year, week, _ = date.isocalendar()
    return f"{year:04}-W{week:02}"


def weeks_between(earlier: str, later: str) -> int:
    """Count the weeks from one ISO week to another, over leap weeks and years."""
    return (monday_of(later) - monday_of(earlier)).days // 7


def is_weekend(date: dt.date) -> bool:
    """Tell whether a day is a Saturday or Sunday."""
    return date.weekday() >= WEEK_DAYS
