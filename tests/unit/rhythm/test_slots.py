"""Free days, late openings and the reminder's day, in weeks that people can check by hand."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from pulse.pauses import Pause
from pulse.rhythm import sending
from pulse.rhythm.sending import reminder
from pulse.rhythm.slots import LeftOut, Slot, slot
from tests.unit.rhythm.places import schedule
from tests.unit.rhythm.walking import Plan

ZONE = ZoneInfo("Europe/Berlin")
WEEK = "2026-W10"  # Monday 2 March
BEGINS, CLOSES = (
    dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 6, 16, tzinfo=dt.UTC),
)


def march(*days: int) -> frozenset[dt.date]:
    """Return days of March 2026."""
    return frozenset(dt.date(2026, 3, day) for day in days)


def asked(*free: int, pauses: tuple[Pause, ...] = ()) -> Slot | LeftOut:
    """Return what W10 offers with these holidays."""
    return slot(schedule(Plan(holidays=march(*free)), "Europe/Berlin"), pauses, WEEK)


def local(at: dt.datetime) -> str:
    """Return a moment as clocks show it."""
    return f"{at.astimezone(ZONE):%a %H:%M}"


@pytest.mark.parametrize(
    ("free", "opens", "latest"),
    [
        ((), "Mon 09:00", "Thu 17:00"),
        ((2,), "Tue 09:00", "Thu 17:00"),
        ((2, 3), "Wed 09:00", "Thu 17:00"),
        ((6,), "Mon 09:00", "Thu 09:00"),
        ((3, 4), "Mon 09:00", "Thu 17:00"),
        ((2, 6), "Tue 09:00", "Thu 09:00"),
    ],
)
def test_free_days_move_the_opening_and_the_last_late_one(
    free: tuple[int, ...], opens: str, latest: str
) -> None:
    """It opens on the next working day; a day of working hours and 24 hours always remain."""
    found = asked(*free)
    assert isinstance(found, Slot)
    assert (local(found.opens), local(found.latest), found.closes) == (opens, latest, CLOSES)
    assert found.moved is (2 in free)


@pytest.mark.parametrize("free", [(2, 3, 4, 5), (3, 4, 5, 6), (2, 3, 4, 5, 6), (2, 3, 4, 6)])
def test_a_week_with_less_than_two_working_days_is_left_out(free: tuple[int, ...]) -> None:
    """Too few people would be there; the reason is told, and when it would have opened."""
    assert asked(*free) == LeftOut(WEEK, BEGINS, "holidays leave too few working hours")


def test_a_pause_is_like_holidays_and_is_named() -> None:
    """It moves an opening, or leaves the week out with its own reason."""
    first = dt.date(2026, 2, 20)
    moved = asked(pauses=(Pause(first, dt.date(2026, 3, 3)),))
    assert isinstance(moved, Slot)
    assert local(moved.opens) == "Wed 09:00"
    left = asked(pauses=(Pause(first, dt.date(2026, 3, 5), "moving house"),))
    told = "pause from 2026-02-20 to 2026-03-05 (moving house)"
    assert left == LeftOut(WEEK, BEGINS, told)
    assert asked(pauses=(Pause(first, dt.date(2026, 3, 1)),)) == asked()


def test_a_short_week_by_its_settings_is_never_left_out_for_that() -> None:
    """A wave of a single day has half of its own hours as its measure, not two days'."""
    plan = Plan(opens=(3, dt.time(9)), closes=(4, dt.time(9)), reminds=None)
    found = slot(schedule(plan, "Europe/Berlin"), (), WEEK)
    assert isinstance(found, Slot)
    assert local(found.latest) == "Thu 12:30"


def test_an_opening_is_never_moved_into_the_next_week() -> None:
    """A wave is named by the week in which it opens."""
    plan = Plan((4, dt.time(9)), (3, dt.time(9)), None, holidays=march(6))
    assert isinstance(slot(schedule(plan, "Europe/Berlin"), (), WEEK), LeftOut)
    sunday = Plan((6, dt.time(9)), (4, dt.time(9)), None)
    found = slot(schedule(sunday, "Europe/Berlin"), (), WEEK)
    assert isinstance(found, Slot)
    assert local(found.latest) == "Sun 23:59"


@pytest.mark.parametrize(
    ("opened", "reminded"),
    [
        ("2026-03-02T09:00", "Wed 10:00"),
        ("2026-03-03T14:00", "Wed 10:00"),  # exactly 20 hours
        ("2026-03-03T14:01", "Thu 10:00"),
        ("2026-03-04T09:59", "Thu 10:00"),
        ("2026-03-04T10:00", None),  # the reminder's day is over
        ("2026-03-05T16:00", None),
    ],
)
def test_a_late_opening_has_its_reminder_20_hours_later_or_none(
    opened: str, reminded: str | None
) -> None:
    """It moves to the next working day while the day of the reminder is not over."""
    at = dt.datetime.fromisoformat(opened).replace(tzinfo=ZONE).astimezone(dt.UTC)
    found = reminder(schedule(Plan(), "Europe/Berlin"), at, CLOSES)
    assert (found and local(found)) == reminded


@pytest.mark.parametrize(
    ("free", "reminded"), [((4,), "Thu 10:00"), ((4, 5), "Fri 10:00"), ((4, 5, 6), None)]
)
def test_a_reminder_on_a_holiday_moves_on_while_the_wave_is_open(
    free: tuple[int, ...], reminded: str | None
) -> None:
    """The next working day at the same time, but not behind the closing."""
    found = reminder(schedule(Plan(holidays=march(*free)), "Europe/Berlin"), BEGINS, CLOSES)
    assert (found and local(found)) == reminded


def test_people_far_away_are_invited_in_their_own_morning() -> None:
    """Where it is night at the opening, minutes are drawn from the next working hours there."""
    rules = schedule(Plan(), "Europe/Berlin")
    west, east = ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Kiritimati")
    for zone, begins, ends in ((west, "Mon 09:00", "Mon 16:00"), (east, "Tue 09:00", "Tue 16:00")):
        invites = sending(rules, zone, BEGINS, CLOSES).invites
        assert invites is not None
        shown = [f"{at.astimezone(zone):%a %H:%M}" for at in (invites.first, invites.end)]
        assert shown == [begins, ends]


def test_nobody_waits_beyond_half_of_a_wave() -> None:
    """Nobody works in its first half: invitations leave at once; late ones leave at half."""
    rules = schedule(Plan(), "Europe/Berlin")
    saturday = dt.datetime(2026, 3, 7, 8, tzinfo=dt.UTC)
    weekend = sending(rules, ZONE, saturday, saturday + dt.timedelta(days=2))
    assert weekend.invites is None
    assert weekend.invite_now(7, saturday)
    assert not weekend.invite_now(7, saturday - dt.timedelta(minutes=1))
    times = sending(rules, ZONE, BEGINS, CLOSES)
    night = times.half.replace(hour=2)
    assert not times.invite_now(7, night)
    assert times.invite_now(7, times.half)


def test_a_late_reminder_is_left_out() -> None:
    """It leaves up to 36 hours after its minute, and not in the last hour of the wave."""
    times = sending(schedule(Plan(), "Europe/Berlin"), ZONE, BEGINS, CLOSES)
    at = times.reminded_at(0)
    assert at is not None
    assert local(at) == "Wed 10:00"
    hour = dt.timedelta(hours=1)
    told = {n: times.remind_now(0, at + n * hour, CLOSES) for n in (-1, 0, 5, 6, 23, 29, 35, 47)}
    assert told == {-1: False, 0: True, 5: True, 6: False, 23: True, 29: True, 35: False, 47: False}
    soon = sending(schedule(Plan(), "Europe/Berlin"), ZONE, BEGINS, at + 2 * hour)
    assert not soon.remind_now(0, at + 1.5 * hour, at + 2 * hour)
