"""What comes next by the schedule, in words and times.

Whether an `automatic` cadence is weekly or fortnightly just now follows from how many answered, and
no count of answers comes here: `pulse tick --dry-run` tells it on the machine itself.
"""

import datetime as dt

from pulse import pauses
from pulse import wave as waves
from pulse.admin.desk import Desk
from pulse.rhythm import Event, Facts, coming, schedule_of
from pulse.rhythm.local import date_in
from pulse.roster import headcounts


def ahead(desk: Desk) -> tuple[Event, ...]:
    """Return the next events, soonest first; nothing opens while nobody is in the roster."""
    people = sum(unit.people for unit in headcounts(desk.state))
    facts = Facts(waves.every(desk.state), pauses.every(desk.state), people=people)
    events = coming(schedule_of(desk.settings), facts, desk.clock.now())
    return events if people else tuple(each for each in events if _begun(facts, each.wave))


def today(desk: Desk) -> dt.date:
    """Return the present day in the organisation's zone."""
    return date_in(desk.settings.zone, desk.clock.now())


def _begun(facts: Facts, wave: str) -> bool:
    return any(row.wave == wave for row in facts.waves)
