"""Working hours: Monday to Friday within the sending hours, less the days that are free."""

import datetime as dt
from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

import msgspec

from pulse.rhythm.local import date_in, is_weekend, moment

_DAY = dt.timedelta(days=1)


class Span(msgspec.Struct, frozen=True):
    """From one moment up to another, which is not in it; both in UTC."""

    first: dt.datetime
    end: dt.datetime

    @property
    def length(self) -> dt.timedelta:
        """How long it lasts."""
        return self.end - self.first


class Hours(msgspec.Struct, frozen=True):
    """The daily hours in which mails leave, by the clock of whoever gets them."""

    first: dt.time
    last: dt.time

    @property
    def window(self) -> dt.timedelta:
        """The length of one ordinary day's hours."""
        day = dt.date(2000, 1, 3)
        return dt.datetime.combine(day, self.last) - dt.datetime.combine(day, self.first)

    def spans(self, zone: ZoneInfo, free: Collection[dt.date], within: Span) -> Iterator[Span]:
        """Yield the working hours of a place that lie in a span, day by day.

        Args:
            zone: whose clocks and weekends.
            free: days without work.
            within: a day that begins before it or ends after it is cut.
        """
        date = date_in(zone, within.first)
        while (first := moment(zone, date, self.first)) < within.end:
            there = date_in(zone, first) == date  # Samoa had no 30 December 2011
            if there and not is_weekend(date) and date not in free:
                last = moment(zone, date, self.last)
                span = Span(max(first, within.first), min(last, within.end))
                if span.first < span.end:
                    yield span
            date += _DAY

    def total(self, zone: ZoneInfo, free: Collection[dt.date], within: Span) -> dt.timedelta:
        """Return how much working time lies in a span."""
        lengths = (span.length for span in self.spans(zone, free, within))
        return sum(lengths, dt.timedelta())

    def open_at(self, zone: ZoneInfo, free: Collection[dt.date], at: dt.datetime) -> bool:
        """Tell whether a moment lies in a place's working hours."""
        local = at.astimezone(zone)
        working = not is_weekend(local.date()) and local.date() not in free
        return working and self.first <= local.time() < self.last

    def latest_with(
        self, zone: ZoneInfo, free: Collection[dt.date], within: Span, needed: dt.timedelta
    ) -> dt.datetime:
        """Return the last moment of a span after which so much working time still lies in it."""
        left = needed
        for span in reversed(list(self.spans(zone, free, within))):
            if span.length >= left:
                return span.end - left
            left -= span.length
        return within.first
