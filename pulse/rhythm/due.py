"""What is due now. A function of settings, facts and the moment: asked twice, it says the same."""

import datetime as dt
from typing import Final

from pulse.rhythm.cadence import Pace, pace
from pulse.rhythm.facts import Facts, Step
from pulse.rhythm.local import date_in, week_of, weeks_between
from pulse.rhythm.schedule import Schedule
from pulse.rhythm.slots import LeftOut, Slot, slot
from pulse.wave import SHORTEST, UNFINISHED, Wave

# Whoever holds a token when the issuer shuts can still cast it for so long.
GRACE: Final = dt.timedelta(minutes=15)


def due(schedule: Schedule, facts: Facts, now: dt.datetime) -> tuple[Step, ...]:
    """Return the steps that are due, in the order in which to take them.

    No week opens beside one that has begun: it is finished, given up or told of first.
    """
    begun = [row for row in facts.waves if row.state in UNFINISHED]
    if begun:
        return tuple(step for row in begun for step in _of(schedule, facts, row, now))
    ready = opening(schedule, facts, now)
    if ready is None:
        return ()
    return (Step("open", ready.week, "Open the week.", ready.closes),)


def opening(schedule: Schedule, facts: Facts, now: dt.datetime) -> Slot | None:
    """Return the slot of the present week if it should open now and nothing else is under way."""
    week = week_of(date_in(schedule.zone, now))
    if not facts.people or not may_ask(facts, pace(schedule.cadence, facts.asked), week):
        return None
    offered = slot(schedule, facts.pauses, week)
    if isinstance(offered, LeftOut) or not offered.opens <= now <= offered.latest:
        return None
    return offered


def may_ask(facts: Facts, found: Pace, week: str) -> bool:
    """Tell whether a week's turn has come: weeks are counted from the last one asked.

    One with a row was opened, or cancelled by a person: it is not opened again by itself.
    """
    if not found.weeks or any(row.wave == week for row in facts.waves):
        return False
    last = last_asked(facts)
    return last is None or weeks_between(last, week) >= found.weeks


def last_asked(facts: Facts) -> str | None:
    """Return the newest week that was really asked."""
    asked = [row.wave for row in facts.waves if row.state not in {"planned", "cancelled"}]
    return max(asked, default=None)


def _of(schedule: Schedule, facts: Facts, row: Wave, now: dt.datetime) -> tuple[Step, ...]:
    """Return the steps of a wave that has begun and not ended."""
    if row.state == "open":
        return _of_open(row, now)
    if row.state == "planned":
        return (_half_opened(schedule, row, now),)
    return (_of_closed(facts, row),)


def _of_open(row: Wave, now: dt.datetime) -> tuple[Step, ...]:
    if now >= row.closes + GRACE:
        return (Step("close", row.wave, "Close the week and release what is safe."),)
    if now >= row.closes:
        return (Step("shut", row.wave, "Shut the issuer; ballots are taken for 15 minutes more."),)
    return (
        Step("invite", row.wave, "Invite everybody whose minute has come."),
        Step("remind", row.wave, "Remind everybody whose minute has come."),
    )


def _of_closed(facts: Facts, row: Wave) -> Step:
    """Go on with a close, unless a person or a council is waited for."""
    if row.state == "held":
        if row.wave in facts.overdue:
            return Step("close", row.wave, "Give up the week, held for too long.")
        told = f"The week is held: {row.reason} When that is settled: pulse wave release"
        return Step("tell", row.wave, told)
    if row.wave in facts.council:
        told = "The week waits for its council: pulse wave status says where its ballots lie."
        return Step("tell", row.wave, told)
    return Step("close", row.wave, "Go on with the close that was cut off.")


def _half_opened(schedule: Schedule, row: Wave, now: dt.datetime) -> Step:
    """Go on with it while people have time to answer: as a late opening would (see `slots`)."""
    this_week = week_of(date_in(schedule.zone, now))
    needed = max(SHORTEST, min(dt.timedelta(days=1), (row.closes - row.opens) / 2))
    if row.wave >= this_week and row.closes - now >= needed:
        return Step("open", row.wave, "Go on with the opening that was cut off.", row.closes)
    return Step("give_up", row.wave, "Take back a week that never opened.")
