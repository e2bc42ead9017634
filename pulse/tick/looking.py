"""Looks at a home and tells the rhythm what it has to know; nothing is changed."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from pulse import pauses
from pulse import wave as waves
from pulse.closing.council import waits_for
from pulse.closing.plan import Places, overdue, read_plan
from pulse.errors import Held
from pulse.release import reading
from pulse.rhythm import Asked, Facts
from pulse.roster.tables import person
from pulse.settings import Home, Settings
from pulse.store.engine import reading as reading_of


def look(
    home: Home, settings: Settings, engine: Engine, now: dt.datetime, *, ahead: bool = False
) -> Facts:
    """Return the facts of a home.

    Args:
        home: the installation.
        settings: its running configuration.
        engine: the state database.
        now: the present.
        ahead: also what only the next openings ask about, while a wave is under way.

    Raises:
        BadRelease: the ledger does not fit the releases, which the cadence is worked out from.
    """
    rows = waves.every(engine)
    begun = [row for row in rows if row.state in waves.UNFINISHED]
    counted = settings.cadence == "automatic" and (ahead or not begun)
    with reading_of(engine) as connection:
        people = connection.scalar(select(func.count()).select_from(person)) or 0
    return Facts(
        waves=rows,
        pauses=pauses.every(engine),
        asked=_asked(home) if counted else (),
        people=people,
        council=frozenset(
            row.wave for row in begun if row.state == "awaiting_peel" and _waits(home, row.wave)
        ),
        overdue=frozenset(
            row.wave for row in begun if row.state == "held" and _overdue(home, row.wave, now)
        ),
    )


def _asked(home: Home) -> tuple[Asked, ...]:
    return tuple(
        Asked(each.wave, each.tallies.invited, each.tallies.counted)
        for each in reading.manifests(home.releases)
    )


def _waits(home: Home, wave: str) -> bool:
    try:
        return waits_for(home, wave) is not None
    except Held:  # a damaged plan: going on with the close says so
        return False


def _overdue(home: Home, wave: str, now: dt.datetime) -> bool:
    try:
        plan = read_plan(Places(home, wave))
    except Held:
        return False
    return plan is not None and overdue(plan, now)
