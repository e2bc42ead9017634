"""Ten and more time zones over three years, each week against a walk through all its minutes."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from pulse.pauses import Pause
from pulse.rhythm import Facts, Schedule, sending
from pulse.rhythm.local import week_of
from pulse.rhythm.sending import reminder
from pulse.rhythm.slots import LeftOut, Slot, slot
from tests.unit.rhythm.places import MINUTE, PLACES, PLANS, Place, in_minutes, opens, schedule
from tests.unit.rhythm.walking import Found, Plan, Walk, mondays

SlotOf = Callable[[Schedule, Iterable[Pause], str], Slot | LeftOut]
DRAWS = (0, 1, 12345, 2**64 - 1)
IDS = [place.zone for place in PLACES]


@cache
def walked(place: Place, weeks: int) -> Walk:
    """Walk from ten days before the odd week, or through all three years."""
    first = place.odd if weeks < 100 else dt.date(place.year, 1, 1)
    begins = dt.datetime.combine(first, dt.time(), dt.UTC) - dt.timedelta(days=10)
    return Walk(ZoneInfo(place.zone), begins, weeks * 7 + 30)


def wrong_weeks(
    place: Place, plan: Plan, weeks: int, slot_of: SlotOf = slot, pauses: tuple[Pause, ...] = ()
) -> Iterator[str]:
    """Yield the weeks that the rhythm has at other times than the walk."""
    walk, rules = walked(place, weeks), schedule(plan, place.zone)
    paused = {day for pause in pauses for day in pause.days}
    first = place.odd if weeks < 100 else dt.date(place.year, 1, 1)
    for monday in mondays(first, weeks):
        week = week_of(monday)
        told = in_minutes(walk, slot_of(rules, pauses, week))
        found = walk.week(plan, paused, monday)
        if told != found:
            yield f"{week}: {told} instead of {found}"
        elif found is not None:
            yield from _wrong_minutes(walk, plan, rules, week, found)


def _wrong_minutes(
    walk: Walk, plan: Plan, rules: Schedule, week: str, found: Found
) -> Iterator[str]:
    """Yield where reminder or people's minutes differ from the walk's."""
    opened, closes = (walk.begins + number * MINUTE for number in (found.opens, found.closes))
    told, wanted = reminder(rules, opened, closes), walk.reminder(plan, found.opens, found.closes)
    if (told and walk.minute(told)) != wanted:
        yield f"{week}: reminds at {told} instead of minute {wanted}"
    times = sending(rules, rules.zone, opened, closes)
    invites = walk.stretch(plan, found.opens, (found.opens + found.closes) // 2)
    reminds: list[int] = []
    if wanted is not None:
        since = max(wanted, (invites[-1] + 1 if invites else found.opens) + 20 * 60)
        reminds = walk.stretch(plan, since, found.closes - 60)
    for draw in DRAWS:
        own = invites[draw % len(invites)] if invites else found.opens
        if walk.minute(times.invited_at(draw)) != own:
            yield f"{week}: invites at {times.invited_at(draw)} instead of minute {own}"
        own_second = reminds[draw % len(reminds)] if reminds else None
        at = times.reminded_at(draw)
        if (at and walk.minute(at)) != own_second:
            yield f"{week}: reminds one at {at} instead of minute {own_second}"


@pytest.mark.parametrize("place", PLACES, ids=IDS)
def test_odd_weeks_are_as_the_clocks_show_them(place: Place) -> None:
    """Opening, closing, last late opening, reminder and people's minutes fit the walk."""
    for plan in PLANS.values():
        assert list(wrong_weeks(place, plan, 2)) == []


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=IDS)
def test_three_years_are_as_the_clocks_show_them(place: Place) -> None:
    """Every week of three years fits the walk, under each of the schedules."""
    for plan in PLANS.values():
        assert list(wrong_weeks(place, plan, 158)) == []


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=IDS)
def test_three_years_with_free_days_are_as_the_clocks_show_them(place: Place) -> None:
    """Holidays and pauses move openings, shorten weeks and leave some out, as the walk has it."""
    first = dt.date(place.year, 1, 1)
    free = frozenset(first + dt.timedelta(days=n * 17 + n % 5) for n in range(62))
    pauses = tuple(
        Pause(day := first + dt.timedelta(days=100 * n + 3), day + dt.timedelta(days=2 * n))
        for n in range(10)
    )
    for plan in PLANS.values():
        given = plan._replace(holidays=free)
        assert list(wrong_weeks(place, given, 158, pauses=pauses)) == []


def by_days_of_24_hours(rules: Schedule, pauses: Iterable[Pause], week: str) -> Slot | LeftOut:
    """Count the closing from the opening in days of 24 hours: naive arithmetic in UTC."""
    told = slot(rules, pauses, week)
    if isinstance(told, LeftOut):
        return told
    (day, clock), (other, last) = rules.opens, rules.closes
    ahead = dt.timedelta(days=(other - day) % 7) + (
        dt.datetime.combine(dt.date.min, last) - dt.datetime.combine(dt.date.min, clock)
    )
    return Slot(told.week, told.opens, told.opens + ahead, told.latest, told.moved)


def at_todays_offset(rules: Schedule, pauses: Iterable[Pause], week: str) -> Slot | LeftOut:
    """Take local times for UTC with the offset of January: naive local datetimes."""
    fixed = dt.datetime(int(week[:4]), 1, 4, tzinfo=rules.zone).utcoffset()
    told = slot(rules, pauses, week)
    if isinstance(told, LeftOut) or fixed is None:
        return told

    def moved(at: dt.datetime) -> dt.datetime:
        return at + ((at.astimezone(rules.zone).utcoffset() or dt.timedelta()) - fixed)

    return Slot(told.week, moved(told.opens), moved(told.closes), moved(told.latest), told.moved)


@pytest.mark.parametrize("twin", [by_days_of_24_hours, at_todays_offset])
def test_naive_arithmetic_is_caught(twin: SlotOf) -> None:
    """The same comparison finds both twins in weeks in which clocks change."""
    plan = PLANS["over a weekend"]
    places = [place for place in PLACES if place.zone in {"Europe/Berlin", "Pacific/Chatham"}]
    for place in places:
        assert list(wrong_weeks(place, plan, 2)) == []
        assert list(wrong_weeks(place, plan, 2, twin))


def test_a_week_is_open_for_opening_between_two_minutes() -> None:
    """Asked in minute after minute, `due` opens from the opening to the latest, no other."""
    place, plan = PLACES[2], PLANS["as set"]
    walk, rules = walked(place, 2), schedule(plan, place.zone)
    found = walk.week(plan, (), place.odd)
    assert found is not None
    asked = {
        *range(found.opens - 3000, found.closes + 3000, 7),
        *(edge + n for edge in (found.opens, found.latest) for n in range(-90, 90)),
    }
    ready = {
        number
        for number in asked
        if opens(rules, Facts(), walk.begins + number * MINUTE) == week_of(place.odd)
    }
    assert ready == asked & set(range(found.opens, found.latest + 1))
