"""What is due, over zones and years, whatever the times at which somebody asks."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.pauses import Pause
from pulse.rhythm import Asked, Facts, Schedule, due, pace, schedule_of, sending
from pulse.rhythm.local import monday_of, week_of, weeks_between
from pulse.rhythm.slots import LeftOut, Slot, slot
from pulse.settings import Settings
from pulse.wave import Wave

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Australia/Sydney",
    "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "Pacific/Kiritimati", "America/Santiago",
)  # fmt: skip
MINUTE = dt.timedelta(minutes=1)
WEEKS = [week_of(dt.date(2025, 1, 6) + n * dt.timedelta(days=7)) for n in range(3 * 52 + 2)]


def walked(zone: ZoneInfo, date: dt.date, clock: dt.time) -> dt.datetime:
    """Find a local time by walking the day's minutes; skipped ones come as late after the skip."""
    wanted = dt.datetime.combine(date, clock)
    at = dt.datetime.combine(date, clock, dt.UTC) - dt.timedelta(hours=18)
    before = at
    while (shown := at.astimezone(zone).replace(tzinfo=None)) < wanted:
        before, at = at, at + MINUTE
    if shown == wanted:
        return at
    return before + (wanted - before.astimezone(zone).replace(tzinfo=None))


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_every_week_opens_and_closes_when_the_wall_shows_it(zone: str) -> None:
    """Each week of three years opens and closes at the minute that a walk along the wall finds."""
    for opens, closes in (("Monday 09:00", "Friday 17:00"), ("Sunday 02:15", "Saturday 02:15")):
        schedule = schedule_of(Settings(timezone=zone, opens=opens, closes=closes, reminds="off"))
        for week in WEEKS:
            offered = slot(schedule, (), week)
            assert isinstance(offered, Slot)
            day, clock = schedule.opens
            date = monday_of(week) + dt.timedelta(days=day)
            assert offered.opens == walked(schedule.zone, date, clock)
            day, clock = schedule.closes
            date = monday_of(week) + dt.timedelta(days=day if opens[0] == "M" else day + 7)
            assert offered.closes == walked(schedule.zone, date, clock)


def test_a_moment_counted_without_the_zone_is_an_hour_off_in_summer() -> None:
    """The broken twin, which adds the winter's offset all year, is caught by the walk."""
    zone, date = ZoneInfo("Europe/Berlin"), dt.date(2026, 7, 6)
    twin = dt.datetime.combine(date, dt.time(9), dt.UTC) - dt.timedelta(hours=1)
    assert twin != walked(zone, date, dt.time(9))


def lived(schedule: Schedule, times: list[dt.datetime]) -> list[str]:
    """Ask at each time and open what is due; a week ends as soon as its close is due."""
    rows: dict[str, Wave] = {}
    opened = []
    for now in times:
        for step in due(schedule, Facts(waves=tuple(rows.values())), now):
            if step.kind == "open":
                assert step.closes is not None
                opened.append(step.wave)
                rows[step.wave] = Wave(step.wave, "open", now, step.closes, 0)
            elif step.kind == "close":
                rows[step.wave] = msgspec.structs.replace(rows[step.wave], state="released")
    return opened


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(["weekly", "fortnightly"]),
    st.lists(st.integers(0, 200 * 24 * 60), min_size=1, max_size=150),
)
def test_a_week_opens_at_most_once(zone: str, cadence: str, minutes: list[int]) -> None:
    """Whatever the times of the ticks, backward steps too, no week opens twice or too soon."""
    schedule = msgspec.structs.replace(schedule_of(Settings(timezone=zone)), cadence=cadence)
    start = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    opened = lived(schedule, [start + n * MINUTE for n in minutes])
    assert len(opened) == len(set(opened))
    apart = 1 if cadence == "weekly" else 2
    assert all(weeks_between(a, b) >= apart for a, b in itertools.pairwise(opened))


def test_fortnights_are_counted_over_a_leap_week() -> None:
    """Over 2026-W53 a fortnight stays two weeks; a twin that goes by even numbers stumbles."""
    schedule = schedule_of(Settings(cadence="fortnightly"))
    start = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    opened = lived(schedule, [start + n * dt.timedelta(hours=1) for n in range(24 * 7 * 14)])
    assert {weeks_between(a, b) for a, b in itertools.pairwise(opened)} == {2}
    twin = [week for week in opened if int(week[6:]) % 2]
    assert {"2026-W53", "2027-W02"} < set(opened)
    assert "2027-W02" not in twin


def test_free_days_move_or_leave_out_a_week() -> None:
    """A Monday off opens on Tuesday; one day left is too few; a pause counts like holidays."""
    schedule = schedule_of(Settings(holidays=("2026-11-30", "2026-12-28/2026-12-31")))
    moved = slot(schedule, (), "2026-W49")
    assert isinstance(moved, Slot)
    assert moved.moved
    assert moved.opens == dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
    assert isinstance(slot(schedule, (), "2026-W53"), LeftOut)
    pause = Pause(dt.date(2026, 12, 7), dt.date(2026, 12, 11))
    assert isinstance(slot(schedule, (pause,), "2026-W50"), LeftOut)
    assert isinstance(slot(schedule, (pause,), "2026-W51"), Slot)


def test_a_missed_opening_is_late_or_left_out() -> None:
    """Thursday afternoon is the last time to open until Friday evening; then the week is left."""
    schedule = schedule_of(Settings())
    for hours, opens in ((79, True), (81, False)):  # from Monday 09:00: Thursday 16:00, 18:00
        now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        assert bool(due(schedule, Facts(), now)) == opens


@given(
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.sampled_from(WEEKS),
    st.integers(0, 2**64 - 1),
)
def test_everybody_is_invited_early_and_reminded_later(
    home: str, zone: str, week: str, draw: int
) -> None:
    """The invitation leaves in the first half of the wave, the reminder 20 hours later or more."""
    schedule = schedule_of(Settings(timezone=home))
    offered = slot(schedule, (), week)
    assert isinstance(offered, Slot)
    times = sending(schedule, ZoneInfo(zone), offered.opens, offered.closes)
    first, second = times.invited_at(draw), times.reminded_at(draw)
    assert offered.opens <= first < times.half
    assert second is not None
    assert first + dt.timedelta(hours=20) <= second <= offered.closes - dt.timedelta(hours=1)
    for at in (first, second):
        local = at.astimezone(ZoneInfo(zone))
        assert local.weekday() < 5
        assert dt.time(9) <= local.time() < dt.time(16)


def test_a_cancelled_week_is_not_opened_again() -> None:
    """What a person cancelled stays so."""
    monday = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    row = Wave("2026-W10", "cancelled", monday, monday + dt.timedelta(days=4), 0)
    assert due(schedule_of(Settings()), Facts(waves=(row,)), monday) == ()


def test_the_cadence_follows_the_rate() -> None:
    """More than 15 points down is fortnightly, exactly 15 is not; within 5 it is weekly again."""

    def after(*rates: int) -> int:
        return pace("automatic", [Asked(f"w{n}", 100, rate) for n, rate in enumerate(rates)]).weeks

    assert after(*[80] * 4, *[65] * 4) == 1
    assert after(*[80] * 4, *[64] * 4) == 2
    assert after(*[80] * 4, *[64] * 4, *[74] * 4) == 2
    assert after(*[80] * 4, *[64] * 4, *[75] * 4) == 1
