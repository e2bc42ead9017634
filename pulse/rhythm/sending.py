"""When each person gets the mails of a wave: a minute of their own, in their own working hours.

The minute follows from a number drawn for the person and wave, so every tick finds the same one
and nothing has to be kept. It says nothing: neither who they are nor what they did.
"""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pulse.rhythm.hours import Span
from pulse.rhythm.local import date_in, is_weekend, moment
from pulse.rhythm.schedule import Schedule

APART: Final = dt.timedelta(hours=20)  # a reminder comes so long after the invitation, or later
BEFORE_CLOSING: Final = dt.timedelta(hours=1)  # the last moment for a reminder
PUNCTUAL: Final = dt.timedelta(hours=36)  # a reminder later than that is no longer of use
_DAY: Final = dt.timedelta(days=1)
_MINUTE: Final = dt.timedelta(minutes=1)


class Sending(msgspec.Struct, frozen=True):
    """The times of one open wave for the people of one zone.

    `invites` are the hours from which the invitation's minute is drawn, None where it goes out
    at once; by `half` everybody has it. `reminds` are the reminder's, None for no reminder.
    """

    schedule: Schedule
    zone: ZoneInfo
    opens: dt.datetime
    half: dt.datetime
    invites: Span | None
    reminds: Span | None

    def invited_at(self, draw: int) -> dt.datetime:
        """Return when the person with this draw (64 bits, uniform) is invited."""
        return self.opens if self.invites is None else _minute(self.invites, draw)

    def reminded_at(self, draw: int) -> dt.datetime | None:
        """Return when the person with this draw is reminded, or None for never."""
        return None if self.reminds is None else _minute(self.reminds, draw)

    def invite_now(self, draw: int, now: dt.datetime) -> bool:
        """Tell whether an invitation that has not left should leave.

        One that is late (nothing ticked) waits for the person's next working hour, but not
        beyond half of the wave.
        """
        at = self.invited_at(draw)
        return at <= now and (at == self.opens or now >= self.half or self._working(now))

    def remind_now(self, draw: int, now: dt.datetime, closes: dt.datetime) -> bool:
        """Tell whether a reminder that has not left should leave; a late one is left out."""
        at = self.reminded_at(draw)
        if at is None or not at <= now < min(at + PUNCTUAL, closes - BEFORE_CLOSING):
            return False
        return self._working(now)

    def _working(self, now: dt.datetime) -> bool:
        return self.schedule.hours.open_at(self.zone, self.schedule.holidays, now)


def sending(schedule: Schedule, zone: ZoneInfo, opens: dt.datetime, closes: dt.datetime) -> Sending:
    """Work out the times of a wave for the people of one zone.

    Args:
        schedule: the schedule.
        zone: the people's.
        opens: when the wave really opened.
        closes: when it closes.
    """
    half = opens + (closes - opens) / 2
    invites = _first(schedule, zone, Span(opens, half))
    reminds = None
    if (wanted := reminder(schedule, opens, closes)) is not None:
        since = max(wanted, (invites.end if invites else opens) + APART)
        reminds = _first(schedule, zone, Span(since, closes - BEFORE_CLOSING))
    return Sending(schedule, zone, opens, half, invites, reminds)


def reminder(schedule: Schedule, opens: dt.datetime, closes: dt.datetime) -> dt.datetime | None:
    """Return when the reminder of a wave is due by the organisation's clock, or None for never.

    It is the first such day and time after the opening. On a holiday, or less than 20 hours
    after the opening, it moves to the next working day, if that is before the closing.
    """
    if schedule.reminds is None:
        return None
    day, clock = schedule.reminds
    first = date_in(schedule.zone, opens)
    date = first + ((day - first.weekday()) % 7) * _DAY
    if moment(schedule.zone, date, clock) <= opens:
        date += 7 * _DAY
    while (at := moment(schedule.zone, date, clock)) < closes - BEFORE_CLOSING:
        if at - opens >= APART and date not in schedule.holidays:
            return at
        date += _DAY
        while is_weekend(date):
            date += _DAY
    return None


def _first(schedule: Schedule, zone: ZoneInfo, within: Span) -> Span | None:
    """Return the first working hours of a place in a span that last a minute or more."""
    spans = schedule.hours.spans(zone, schedule.holidays, within)
    return next((span for span in spans if span.length >= _MINUTE), None)


def _minute(span: Span, draw: int) -> dt.datetime:
    return span.first + (draw % (span.length // _MINUTE)) * _MINUTE
