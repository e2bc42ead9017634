"""Pauses: days on which no wave opens; their table in `state/pulse.db`.

A pause is about waves that have not opened yet. One that is open when a pause is made stays as
it is: it is reminded and closed as people were told.
"""

import datetime as dt
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Column, String, Table, delete, insert, select
from sqlalchemy.engine import Engine

from pulse.errors import Refused
from pulse.settings import Home
from pulse.store.engine import reading
from pulse.store.lock import only_one
from pulse.store.metadata import state as metadata

FARTHEST: Final = dt.timedelta(days=2 * 365 + 1)
LONGEST_REASON: Final = 200

pause_table: Final = Table(
    "pause",
    metadata,
    Column("first", String(10), primary_key=True),
    Column("last", String(10), nullable=False),
    Column("reason", String(LONGEST_REASON), nullable=False),
)


class Pause(msgspec.Struct, frozen=True):
    """A stretch of days in the organisation's zone, both ends included."""

    first: dt.date
    last: dt.date
    reason: str = ""

    @property
    def days(self) -> frozenset[dt.date]:
        """Every day of it."""
        length = (self.last - self.first).days + 1
        return frozenset(self.first + dt.timedelta(days=n) for n in range(length))


def every(engine: Engine) -> tuple[Pause, ...]:
    """Return all pauses, also those that are over, by their first day."""
    with reading(engine) as connection:
        rows = connection.execute(select(pause_table).order_by(pause_table.c.first)).all()
    return tuple(
        Pause(dt.date.fromisoformat(row.first), dt.date.fromisoformat(row.last), row.reason)
        for row in rows
    )


def add(home: Home, engine: Engine, pause: Pause, today: dt.date) -> Pause:
    """Keep a pause.

    Args:
        home: the installation.
        engine: the state database.
        pause: what to keep.
        today: the present day in the organisation's zone.

    Raises:
        Refused: it ends before it begins, is over, lies too far ahead, overlaps another or has
            too long a reason; nothing was changed.
    """
    named = f"{pause.first}/{pause.last}"
    if pause.last < pause.first:
        raise Refused("A pause ends on its first day or later.", where=named)
    if pause.last < today:
        raise Refused("This pause is over already; nothing was changed.", where=named)
    if pause.last > today + FARTHEST:
        raise Refused("A pause lies within the next two years.", where=named)
    if len(pause.reason) > LONGEST_REASON:
        raise Refused(f"Give the reason in {LONGEST_REASON} characters.", where="reason")
    with only_one(_lock(home), engine, wait=True):
        for other in every(engine):
            if pause.first <= other.last and other.first <= pause.last:
                raise Refused(
                    f"There is a pause from {other.first} to {other.last} already; remove it "
                    f"first (`pulse pause remove {other.first}`). Nothing was changed.",
                    where=named,
                )
        with engine.begin() as connection:
            connection.execute(
                insert(pause_table).values(
                    first=pause.first.isoformat(), last=pause.last.isoformat(), reason=pause.reason
                )
            )
    return pause


def remove(home: Home, engine: Engine, first: dt.date) -> Pause:
    """Take back the pause that begins on `first`, and return it.

    Raises:
        Refused: none begins on that day.
    """
    with only_one(_lock(home), engine, wait=True):
        here = next((each for each in every(engine) if each.first == first), None)
        if here is None:
            raise Refused("No pause begins on this day; `pulse pause list`.", where=str(first))
        with engine.begin() as connection:
            connection.execute(delete(pause_table).where(pause_table.c.first == first.isoformat()))
    return here


def _lock(home: Home) -> Path:
    return home.state / "pause.lock"
