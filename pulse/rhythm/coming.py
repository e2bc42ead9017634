"""What comes next, in words and times: for `--dry-run`, `wave status` and whoever plans."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from pulse.rhythm.cadence import pace
from pulse.rhythm.due import GRACE, may_ask
from pulse.rhythm.facts import Event, Facts
from pulse.rhythm.local import date_in, monday_of, week_of
from pulse.rhythm.schedule import Schedule
from pulse.rhythm.sending import reminder
from pulse.rhythm.slots import LeftOut, slot
from pulse.wave import Wave

HORIZON: Final = 30  # weeks that are looked through for the next opening
_MOVED: Final = "The week opens, later than usual because its first days are free."


def coming(schedule: Schedule, facts: Facts, now: dt.datetime) -> tuple[Event, ...]:
    """Return the next events, soonest first: of the open week, and up to the next opening."""
    events = [event for row in facts.waves if row.state == "open" for event in _open(schedule, row)]
    events += _openings(schedule, facts, now)
    return tuple(sorted((each for each in events if each.at > now), key=lambda each: each.at))


def _open(schedule: Schedule, row: Wave) -> Iterator[Event]:
    if (at := reminder(schedule, row.opens, row.closes)) is not None:
        told = "Everybody is reminded once, from now on, each in their own working hours."
        yield Event(at, row.wave, told)
    yield Event(row.closes, row.wave, "The week closes: no more links are used.")
    yield Event(row.closes + GRACE, row.wave, "Ballots are counted and the week is released.")


def _openings(schedule: Schedule, facts: Facts, now: dt.datetime) -> Iterator[Event]:
    """Yield the weeks that are left out, and the next that opens."""
    found = pace(schedule.cadence, facts.asked)
    if not found.weeks:
        return
    monday = monday_of(week_of(date_in(schedule.zone, now)))
    for ahead in range(HORIZON):
        week = week_of(monday + dt.timedelta(weeks=ahead))
        if not may_ask(facts, found, week):
            continue
        offered = slot(schedule, facts.pauses, week)
        if isinstance(offered, LeftOut):
            yield Event(offered.opens, week, f"The week is left out: {offered.why}.")
        elif offered.latest >= now:
            told = _MOVED if offered.moved else "The week opens."
            at = max(offered.opens, now + dt.timedelta(seconds=1))
            yield Event(at, week, told)
            return
