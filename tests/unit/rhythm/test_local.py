"""Local times that do not exist or happen twice, and weeks over leap weeks and new years."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from pulse.rhythm.hours import Hours, Span
from pulse.rhythm.local import moment, monday_of, week_of, weeks_between


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30"),  # skipped: shown as 03:30
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),  # twice: the first
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),  # shown as 02:45
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Africa/Cairo", "2024-04-26T00:00", "2024-04-25T22:00"),  # shown as 01:00
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        ("Pacific/Apia", "2011-12-30T17:00", "2011-12-31T03:00"),  # shown as Saturday, 17:00
        ("Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30"),  # the first of two
        ("Pacific/Kiritimati", "2027-01-01T00:00", "2026-12-31T10:00"),
    ],
)
def test_a_local_time_is_one_moment(zone: str, local: str, utc: str) -> None:
    """A skipped time is as much later as the skip is long; of two equal ones it is the first."""
    at = dt.datetime.fromisoformat(local)
    wanted = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert moment(ZoneInfo(zone), at.date(), at.time()) == wanted


def test_a_day_that_never_was_has_no_working_hours() -> None:
    """Samoa went from Thursday to Saturday: nobody's mails leave on that Saturday instead."""
    zone, hours = ZoneInfo("Pacific/Apia"), Hours(dt.time(9), dt.time(16))
    within = Span(
        moment(zone, dt.date(2011, 12, 26), dt.time()), moment(zone, dt.date(2012, 1, 2), dt.time())
    )
    days = [span.first.astimezone(zone).day for span in hours.spans(zone, (), within)]
    assert days == [26, 27, 28, 29]


@pytest.mark.parametrize(
    ("earlier", "later", "weeks"),
    [
        ("2026-W52", "2026-W53", 1),
        ("2026-W53", "2027-W01", 1),
        ("2026-W52", "2027-W01", 2),
        ("2032-W53", "2033-W01", 1),
        ("2025-W52", "2026-W01", 1),
        ("2026-W10", "2026-W10", 0),
        ("2027-W01", "2026-W53", -1),
    ],
)
def test_weeks_are_counted_by_their_mondays(earlier: str, later: str, weeks: int) -> None:
    """A 53rd week and a new year are steps like any other."""
    assert weeks_between(earlier, later) == weeks


def test_every_day_has_the_week_of_its_monday() -> None:
    """Over eight years, with three leap weeks, the two directions fit each other."""
    day = dt.date(2026, 1, 1)
    while day < dt.date(2034, 1, 1):
        monday = monday_of(week_of(day))
        assert dt.timedelta() <= day - monday < dt.timedelta(days=7)
        assert monday.weekday() == 0
        day += dt.timedelta(days=1)
