"""How waves and units read in a sentence."""

import datetime as dt
from typing import Final

from pulse.terms import week_span as span

__all__ = ["between", "day", "monday", "name", "numbers", "short", "span", "whole"]

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def monday(wave: str) -> dt.date:
    """Return the Monday of a wave's ISO week."""
    year, week = wave.split("-W")
    return dt.date.fromisocalendar(int(year), int(week), 1)


def name(wave: str) -> str:
    """Return the week as a heading: "Week 47, 16-20 November 2026" (Monday to Friday)."""
    start = monday(wave)
    end = start + dt.timedelta(days=4)
    week = int(wave.split("-W")[1])
    first = str(start.day)
    if start.month != end.month:
        first += f" {_MONTHS[start.month - 1]}"
    if start.year != end.year:
        first += f" {start.year}"
    return f"Week {week}, {first}\N{EN DASH}{end.day} {_MONTHS[end.month - 1]} {end.year}"


def short(wave: str) -> str:
    """Return the week as it stands in a table: "Week 47, 2026"."""
    year, week = wave.split("-W")
    return f"Week {int(week)}, {year}"


def numbers(waves: tuple[str, ...]) -> str:
    """Return some weeks of a span beside it, where their year is clear: "weeks 31, 32"."""
    told = ", ".join(str(int(wave.split("-W")[1])) for wave in waves)
    return f"week{'s' * (len(waves) > 1)} {told}" if waves else ""


def whole(value: float) -> str:
    """Return a figure of 0-100 as a whole number."""
    return f"{value:.0f}"


def between(low: float, high: float, digits: int = 0) -> str:
    """Return an interval as it reads: "62-68"."""
    return f"{low:.{digits}f}\N{EN DASH}{high:.{digits}f}"


def day(date: dt.date) -> str:
    """Return a day as it reads: "2 March 2026"."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
