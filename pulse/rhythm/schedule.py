"""The schedule of a home: its settings as days, times and a zone."""

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from pulse.rhythm.hours import Hours
from pulse.rhythm.local import moment
from pulse.settings import Settings
from pulse.settings.schedule import OFF, day_and_time, days_of, hours

Cadence = Literal["automatic", "weekly", "fortnightly", "off"]


class Schedule(msgspec.Struct, frozen=True):
    """When waves open and close and mails leave; days of the week count from Monday, 0."""

    zone: ZoneInfo
    cadence: Cadence
    opens: tuple[int, dt.time]
    closes: tuple[int, dt.time]
    reminds: tuple[int, dt.time] | None
    hours: Hours
    holidays: frozenset[dt.date]

    def at(self, monday: dt.date, when: tuple[int, dt.time]) -> dt.datetime:
        """Return a day and time of the week that begins on `monday`, in UTC."""
        day, clock = when
        return moment(self.zone, monday + dt.timedelta(days=day), clock)


def schedule_of(settings: Settings) -> Schedule:
    """Read the schedule from settings that have been checked."""
    first, last = hours(settings.sending_hours)
    return Schedule(
        zone=settings.zone,
        cadence=settings.cadence,
        opens=day_and_time(settings.opens),
        closes=day_and_time(settings.closes),
        reminds=None if settings.reminds == OFF else day_and_time(settings.reminds),
        hours=Hours(first, last),
        holidays=days_of(settings.holidays),
    )
