"""The rhythm's rules again, in plain words, for whoever walks through every minute of UTC.

Nothing here converts a local time to UTC: each minute is asked what clocks show there, and the
rule is read off the clocks. Slow, and independent of `pulse/rhythm/`.
"""

import datetime as dt
import math
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

MINUTE: Final = dt.timedelta(minutes=1)
DAY: Final = dt.timedelta(days=1)


class Plan(NamedTuple):
    """A schedule in plain values; days of the week count from Monday, 0."""

    opens: tuple[int, dt.time] = (0, dt.time(9))
    closes: tuple[int, dt.time] = (4, dt.time(17))
    reminds: tuple[int, dt.time] | None = (2, dt.time(10))
    hours: tuple[dt.time, dt.time] = (dt.time(9), dt.time(16))
    holidays: frozenset[dt.date] = frozenset()


class Found(msgspec.Struct, frozen=True):
    """A week as the walk found it: minutes since the walk's beginning."""

    opens: int
    closes: int
    latest: int
    moved: bool


class Walk:
    """Every minute from one moment on, and what the clocks of a zone show there.

    Args:
        zone: whose clocks.
        begins: a whole minute, in UTC.
        days: how long to walk.
    """

    def __init__(self, zone: ZoneInfo, begins: dt.datetime, days: int) -> None:
        self.begins = begins
        self.shown: list[dt.datetime] = []
        self._first: dict[dt.date, int] = {}
        at = begins
        for number in range(days * 24 * 60):
            shown = at.astimezone(zone).replace(tzinfo=None, fold=0)
            self.shown.append(shown)
            if number == 0 or shown.time() < dt.time(3):
                self._first.setdefault(shown.date(), number)
            at += MINUTE

    def minute(self, at: dt.datetime) -> int:
        """Return how many minutes after the beginning a moment lies, rounded down."""
        return (at - self.begins) // MINUTE

    def at(self, date: dt.date, clock: dt.time) -> int:
        """Return the first minute at which clocks show this; where they skip it, see the rule.

        It is as much later than the skip as it lies behind the last minute shown before it.
        """
        wanted = dt.datetime.combine(date, clock)
        day = date - DAY
        while day not in self._first:
            day -= DAY
        number = self._first[day]
        while self.shown[number] < wanted:
            number += 1
        if self.shown[number] == wanted:
            return number
        return number + (wanted - self.shown[number - 1]) // MINUTE - 1

    def working(self, plan: Plan, free: Collection[dt.date], first: int, end: int) -> list[int]:
        """List the minutes of a stretch at which people work."""
        begin, stop = plan.hours
        return [
            number
            for number in range(first, end)
            if begin <= (shown := self.shown[number]).time() < stop
            and shown.weekday() < 5
            and shown.date() not in free
        ]

    def week(self, plan: Plan, paused: Collection[dt.date], monday: dt.date) -> Found | None:
        """Return when the week of this Monday is asked, or None if it is left out."""
        free = plan.holidays | set(paused)
        usual_day = monday + plan.opens[0] * DAY
        usual = self.at(usual_day, plan.opens[1])
        closing = monday + plan.closes[0] * DAY
        if plan.closes <= plan.opens:
            closing += 7 * DAY
        closes = self.at(closing, plan.closes[1])
        day = usual_day
        while day in free or (day != usual_day and day.weekday() >= 5):
            day += DAY
        if day >= monday + 7 * DAY or (opens := self.at(day, plan.opens[1])) >= closes:
            return None
        left = self.working(plan, free, opens, closes)
        normal = self.working(plan, (), usual, closes)
        window = _minutes(plan.hours[1]) - _minutes(plan.hours[0])
        if len(left) < min(2 * window, len(normal) / 2):
            return None
        latest = closes - min(24 * 60, (closes - opens) / 2)
        latest = min(latest, self.at(monday + 7 * DAY, dt.time()) - 1)
        if needed := min(window, len(left) / 2):
            whole = math.ceil(needed)
            latest = min(latest, left[-whole] + whole - needed)
        return Found(opens, closes, max(opens, int(latest // 1)), day != usual_day)

    def reminder(self, plan: Plan, opens: int, closes: int) -> int | None:
        """Return when the organisation reminds, or None for never."""
        if plan.reminds is None:
            return None
        weekday, clock = plan.reminds
        day = self.shown[opens].date()
        while day.weekday() != weekday or self.at(day, clock) <= opens:
            day += DAY
        while (at := self.at(day, clock)) < closes - 60:
            if day not in plan.holidays and at - opens >= 20 * 60:
                return at
            day += DAY
            while day.weekday() >= 5:
                day += DAY
        return None

    def stretch(self, plan: Plan, first: int, end: int) -> list[int]:
        """Return the first run of working minutes in a stretch, empty if there is none."""
        run: list[int] = []
        for number in self.working(plan, plan.holidays, first, end):
            if run and number != run[-1] + 1:
                break
            run.append(number)
        return run


def mondays(first: dt.date, weeks: int) -> Iterator[dt.date]:
    """Yield so many Mondays from the first on or after a day."""
    monday = first + (-first.weekday() % 7) * DAY
    for number in range(weeks):
        yield monday + number * 7 * DAY


def _minutes(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute
