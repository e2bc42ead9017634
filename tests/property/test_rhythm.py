"""Whatever the ticks are like, a week opens once and nobody hears from it too often or too late."""

import datetime as dt
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from pulse.rhythm import Facts, Schedule, Step, due, sending
from pulse.rhythm.due import opening
from pulse.rhythm.local import date_in, monday_of, week_of, weeks_between
from pulse.rhythm.slots import LeftOut, slot
from tests.unit.rhythm.places import PLACES, PLANS, schedule
from tests.unit.rhythm.walking import Plan
from tests.unit.rhythm.world import World

ZONES: Final = [ZoneInfo(place.zone) for place in PLACES]
MINUTE: Final = dt.timedelta(minutes=1)
DAY: Final = dt.timedelta(days=1)

cadences = st.sampled_from(["weekly", "fortnightly"])
plans = st.sampled_from(sorted(PLANS)).map(PLANS.__getitem__)
draws = st.integers(0, 2**64 - 1)
people = st.dictionaries(draws, st.sampled_from(ZONES), min_size=1, max_size=3)
# Minutes from one tick to the next: dense, sparse, twice in the same moment, and clocks set back.
steps = st.lists(
    st.one_of(
        st.integers(0, 30), st.integers(60, 900), st.integers(900, 9000), st.integers(-4000, -1)
    ),
    max_size=60,
)


@st.composite
def ticked(draw: st.DrawFn) -> World:
    """Draw a world and let it tick through some weeks around an odd one."""
    place = draw(st.sampled_from(PLACES))
    world = World(schedule(draw(plans), place.zone, draw(cadences)), draw(people))
    now = dt.datetime.combine(place.odd, dt.time(), dt.UTC) - dt.timedelta(
        days=draw(st.integers(0, 8))
    )
    for minutes in draw(steps):
        now += minutes * MINUTE
        world.tick(now)
    return world


@given(ticked())
@given_settings(max_examples=60)
def test_any_ticks_do_everything_at_most_once_and_in_time(world: World) -> None:
    """One opening a week, one invitation, at most one reminder after it, in working hours."""
    assert list(world.wrong()) == []


def test_with_a_tick_every_minute_each_mail_leaves_in_its_own() -> None:
    """Everybody is invited and reminded in the very minute drawn for them, wherever they are."""
    rules = schedule(PLANS["as set"], "Europe/Berlin")
    zones = [zone for zone in ZONES if zone.key.startswith(("A", "E"))][:4]
    world = World(rules, {n * 97: zone for n, zone in enumerate(zones)})
    monday = dt.datetime(2026, 3, 23, 7, 50, tzinfo=dt.UTC)
    for minute in (*range(25 * 60), *range(48 * 60, 74 * 60), 6250, 6265):
        world.tick(monday + minute * MINUTE)
    (row,) = world.rows.values()
    assert (row.state, list(world.wrong())) == ("released", [])
    for kind in ("invite", "remind"):
        left = {mail.person: mail.at for mail in world.mails if mail.kind == kind}
        times = {n: sending(rules, z, row.opens, row.closes) for n, z in world.people.items()}
        own = {
            n: each.invited_at(n) if kind == "invite" else each.reminded_at(n)
            for n, each in times.items()
        }
        assert left == own


@given_settings(max_examples=25)
@given(st.integers(2020, 2040), st.integers(1, 300), st.sampled_from([1, 2]), st.data())
def test_weeks_are_as_far_apart_as_the_cadence_says(
    year: int, ahead: int, every: int, data: st.DataObject
) -> None:
    """From the last one asked, not by the week's number: over leap weeks and new years too."""
    rules = schedule(PLANS["as set"], "Europe/Berlin", "weekly" if every == 1 else "fortnightly")
    world = World(rules, {})
    begins = dt.datetime(year, 12, 1, 8, tzinfo=dt.UTC) + data.draw(st.integers(0, 6)) * DAY
    for day in range(45):
        world.tick(begins + day * DAY)
        world.tick(begins + day * DAY + ahead * MINUTE)
    weeks = [week for week, _ in world.openings]
    assert len(weeks) >= 3
    assert {weeks_between(*pair) for pair in pairwise(weeks)} == {every}


def in_even_weeks(rules: Schedule, facts: Facts, now: dt.datetime) -> tuple[Step, ...]:
    """Ask fortnightly by the parity of the week's number: a twin."""
    found = due(rules, facts, now)
    week = week_of(date_in(rules.zone, now))
    if any(step.kind == "open" for step in found):
        return found if int(week[6:]) % 2 == 0 else ()
    offered = opening(rules, Facts(), now)
    if found or offered is None or int(week[6:]) % 2 or week in {row.wave for row in facts.waves}:
        return found
    return (Step("open", week, "", offered.closes),)


def test_the_parity_of_week_numbers_is_caught() -> None:
    """Over 2026-W53 the twin asks again after three weeks, or after one."""
    rules = schedule(PLANS["as set"], "Europe/Berlin", "fortnightly")
    world = World(rules, {}, in_even_weeks)
    for day in range(80):
        world.tick(dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC) + day * DAY)
    weeks = [week for week, _ in world.openings]
    assert {weeks_between(*pair) for pair in pairwise(weeks)} != {2}


def by_the_mark_of_today(rules: Schedule, facts: Facts, now: dt.datetime) -> tuple[Step, ...]:
    """Open whatever the week's slot says, with no look at what was asked: a twin."""
    offered = slot(rules, (), week_of(date_in(rules.zone, now)))
    if isinstance(offered, LeftOut) or not offered.opens <= now <= offered.latest:
        return due(rules, facts, now)
    return (Step("open", offered.week, "", offered.closes), *due(rules, facts, now))


def by_monday_in_utc(rules: Schedule, facts: Facts, now: dt.datetime) -> tuple[Step, ...]:
    """Name and open weeks by the calendar of UTC: a twin."""
    if found := [step for step in due(rules, facts, now) if step.kind != "open"]:
        return tuple(found)
    week = week_of(now.date())
    opens = dt.datetime.combine(monday_of(week), rules.opens[1], dt.UTC) + rules.opens[0] * DAY
    if opens <= now and week not in {row.wave for row in facts.waves}:
        return (Step("open", week, "", opens + 4 * DAY),)
    return ()


@pytest.mark.parametrize("twin", [by_the_mark_of_today, by_monday_in_utc])
def test_careless_openings_are_caught(twin: object) -> None:
    """What opens a week twice, or in another place's calendar, is found by the same look."""
    rules = schedule(Plan(opens=(6, dt.time(12))), "Pacific/Kiritimati")
    for decide, right in ((due, True), (twin, False)):
        world = World(rules, {}, decide)  # type: ignore[arg-type] # a decider
        for hour in range(24 * 9):
            world.tick(dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + hour * 60 * MINUTE)
        assert (list(world.wrong()) == []) is right
