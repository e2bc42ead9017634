"""Places whose clocks do odd things, the years in which they do, and how tests read a schedule."""

import datetime as dt
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pulse.rhythm import Facts, Schedule, due
from pulse.rhythm.hours import Hours
from pulse.rhythm.slots import LeftOut, Slot
from pulse.wave import Wave
from tests.unit.rhythm.walking import Found, Plan, Walk

MINUTE: Final = dt.timedelta(minutes=1)
WEEK: Final = dt.timedelta(weeks=1)


class Place(NamedTuple):
    """A zone, the first of three years, and a Monday whose week has something odd in it."""

    zone: str
    year: int
    odd: dt.date


# What is odd: hours that do not exist or happen twice, half hours, a day that never was, weeks 53.
PLACES: Final = (
    Place("Europe/Berlin", 2026, dt.date(2026, 3, 23)),
    Place("America/New_York", 2026, dt.date(2026, 10, 26)),
    Place("Australia/Lord_Howe", 2026, dt.date(2026, 3, 30)),  # back by half an hour
    Place("Pacific/Apia", 2010, dt.date(2011, 12, 26)),  # without Friday 30 December 2011
    Place("Pacific/Kiritimati", 2031, dt.date(2032, 12, 27)),  # UTC+14, and 2032-W53
    Place("Asia/Kolkata", 2026, dt.date(2026, 12, 28)),  # 2026-W53
    Place("Asia/Kathmandu", 2020, dt.date(2020, 12, 28)),  # 2020-W53
    Place("America/St_Johns", 2026, dt.date(2026, 11, 2)),
    Place("Africa/Casablanca", 2025, dt.date(2026, 2, 9)),  # back for Ramadan
    Place("Pacific/Chatham", 2026, dt.date(2026, 9, 21)),
    Place("America/Sao_Paulo", 2017, dt.date(2018, 10, 29)),  # no midnight on Sunday 4 November
    Place("Africa/Cairo", 2024, dt.date(2024, 4, 22)),  # no midnight on a Friday
)

# Ordinary, over a weekend, and with times that some nights skip or show twice.
PLANS: Final = {
    "as set": Plan(),
    "over a weekend": Plan(
        (3, dt.time(13, 30)), (1, dt.time(12)), (0, dt.time(9)), (dt.time(8, 15), dt.time(17, 20))
    ),
    "at night": Plan((6, dt.time(2, 30)), (5, dt.time(2, 15)), (4, dt.time(0, 30))),
    "at midnight": Plan((4, dt.time()), (3, dt.time(2, 45)), None, (dt.time(7), dt.time(7, 45))),
}


def schedule(plan: Plan, zone: str, cadence: str = "weekly") -> Schedule:
    """Return a plan as the product's schedule."""
    return Schedule(
        ZoneInfo(zone), cadence, plan.opens, plan.closes, plan.reminds, Hours(*plan.hours),  # type: ignore[arg-type] # any of the four
        plan.holidays,
    )  # fmt: skip


def in_minutes(walk: Walk, offered: Slot | LeftOut) -> Found | None:
    """Return a slot in minutes of a walk."""
    if isinstance(offered, LeftOut):
        return None
    first, end, latest = (walk.minute(at) for at in (offered.opens, offered.closes, offered.latest))
    return Found(first, end, latest, offered.moved)


def opens(schedule: Schedule, facts: Facts, now: dt.datetime) -> str | None:
    """Return the week that should open now, or None."""
    return next((step.wave for step in due(schedule, facts, now) if step.kind == "open"), None)


def wave(week: str, state: str, opened: dt.datetime, closes: dt.datetime) -> Wave:
    """Return a wave's row."""
    return Wave(week, state, opened, closes, 0)  # type: ignore[arg-type] # any state
