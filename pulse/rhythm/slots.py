"""What a week of the calendar offers: a time to open and to close, or a reason to leave it out.

Holidays and pauses are free days alike. A wave whose opening falls on one opens at the same time
of the next working day of the same ISO week. A week is left out where too little working time
would remain: less than two ordinary days' sending hours, or less than half of what the week has
without free days, whichever is less.
"""

import datetime as dt
from collections.abc import Iterable

import msgspec

from pulse.pauses import Pause
from pulse.rhythm.hours import Span
from pulse.rhythm.local import is_weekend, moment, monday_of, week_of
from pulse.rhythm.schedule import Schedule

_DAY = dt.timedelta(days=1)


class Slot(msgspec.Struct, frozen=True):
    """A week that can be asked: when it opens and closes, in UTC.

    `latest` is the last moment at which opening it (late: nothing ticked) leaves people enough
    time. `moved` says that it opens on another day than usual.
    """

    week: str
    opens: dt.datetime
    closes: dt.datetime
    latest: dt.datetime
    moved: bool


class LeftOut(msgspec.Struct, frozen=True):
    """A week that is not asked: when it would have opened, and why, in words."""

    week: str
    opens: dt.datetime
    why: str


def slot(schedule: Schedule, pauses: Iterable[Pause], week: str) -> Slot | LeftOut:
    """Return what an ISO week offers."""
    pauses = tuple(pauses)
    free = schedule.holidays.union(*(pause.days for pause in pauses))
    monday = monday_of(week)
    usual = schedule.at(monday, schedule.opens)
    closes = _closes(schedule, monday)
    date = first = monday + schedule.opens[0] * _DAY
    while date in free or (date != first and is_weekend(date)):
        date += _DAY
    opens = moment(schedule.zone, date, schedule.opens[1])
    asked, zone = schedule.hours, schedule.zone
    normal = asked.total(zone, (), Span(usual, closes))
    enough = min(2 * asked.window, normal / 2)
    left = asked.total(zone, free, Span(opens, closes)) if opens < closes else dt.timedelta()
    if week_of(date) != week or opens >= closes or left < enough:
        return LeftOut(week, usual, _why(pauses, monday))
    return Slot(
        week, opens, closes, _latest(schedule, free, Span(opens, closes), week), date != first
    )


def _closes(schedule: Schedule, monday: dt.date) -> dt.datetime:
    """Return the first closing time after the week's usual opening."""
    later = schedule.closes > schedule.opens
    return schedule.at(monday if later else monday + 7 * _DAY, schedule.closes)


def _latest(schedule: Schedule, free: frozenset[dt.date], wave: Span, week: str) -> dt.datetime:
    """Return the last moment for a late opening.

    A day must be left (half of a wave shorter than two), and one day's sending hours (half of
    what there is, where that is less). A wave is named by the ISO week in which it opens, so it
    is not opened in the next one.
    """
    left = schedule.hours.total(schedule.zone, free, wave)
    needed = min(schedule.hours.window, left / 2)
    worked = schedule.hours.latest_with(schedule.zone, free, wave, needed)
    if not needed:
        worked = wave.end
    ends = moment(schedule.zone, monday_of(week) + 7 * _DAY, dt.time()) - dt.timedelta(minutes=1)
    return max(wave.first, min(worked, wave.end - min(_DAY, wave.length / 2), ends))


def _why(pauses: tuple[Pause, ...], monday: dt.date) -> str:
    week = {monday + n * _DAY for n in range(7)}
    for pause in pauses:
        if week & pause.days:
            reason = f" ({pause.reason})" if pause.reason else ""
            return f"pause from {pause.first} to {pause.last}{reason}"
    return "holidays leave too few working hours"
