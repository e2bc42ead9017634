"""Whose minute has come: people of the open week with no mark yet, each by their own clock."""

import datetime as dt
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Exists, exists, select
from sqlalchemy.engine import Engine

from pulse.invitation.links import read_kwave
from pulse.invitation.mails import Kind
from pulse.invitation.tables import sent
from pulse.rhythm import Schedule, Sending, sending
from pulse.roster.tables import membership
from pulse.settings import Home
from pulse.store.engine import reading
from pulse.terms import Secret
from pulse.token.encoding import hmac_sha256
from pulse.wave import Wave

LATE: Final = dt.timedelta(hours=1)  # more than the longest time between two ticks


class Turn(msgspec.Struct, frozen=True):
    """The person_ids whose minute has come; `late` says that one of them came long ago."""

    people: frozenset[str] = frozenset()
    late: bool = False


def whose_turn(
    home: Home, schedule: Schedule, engine: Engine, row: Wave, kind: Kind, now: dt.datetime
) -> Turn:
    """Return the people to whom a mail of this kind should leave now.

    Raises:
        WrongState: the key of the wave's links is gone.
    """
    waiting = _waiting(engine, row.wave, kind)
    if not waiting:
        return Turn()
    kwave = read_kwave(home, row.wave)

    @cache
    def times(timezone: str) -> Sending:
        zone = ZoneInfo(timezone) if timezone else schedule.zone
        return sending(schedule, zone, row.opens, row.closes)

    people, late = set[str](), False
    for person_id, timezone in waiting:
        number, when = draw(kwave, kind, person_id), times(timezone)
        if kind == "reminder":
            turn = when.remind_now(number, now, row.closes)
        elif turn := when.invite_now(number, now):
            late |= now - when.invited_at(number) > LATE
        if turn:
            people.add(person_id)
    return Turn(frozenset(people), late)


def all_written(engine: Engine, wave: str, kind: Kind) -> bool:
    """Tell whether everybody who gets mails of this wave was written one of this kind."""
    any_written = select(sent.c.person_id).where(sent.c.wave == wave, sent.c.kind == kind).limit(1)
    with reading(engine) as connection:
        begun = connection.scalar(any_written) is not None
    return begun and not _waiting(engine, wave, kind)


def draw(kwave: Secret, kind: Kind, person_id: str) -> int:
    """Draw a person's number of this wave and kind, 64 bits that nobody without K_wave can tell.

    K_wave dies when the wave closes, and with it every way from a minute to a person.
    """
    message = f"pulse-minute/v1\0{kind}\0{person_id}".encode()
    return int.from_bytes(hmac_sha256(kwave.reveal(), message)[:8])


def _waiting(engine: Engine, wave: str, kind: Kind) -> list[tuple[str, str]]:
    """List who has no mark of this kind; a reminder waits for the invitation before it."""

    def marked(what: Kind) -> Exists:
        return exists().where(
            sent.c.wave == wave,
            sent.c.person_id == membership.c.person_id,
            sent.c.kind == what,
        )

    query = select(membership.c.person_id, membership.c.timezone).where(
        membership.c.wave == wave, membership.c.email != "", ~marked(kind)
    )
    if kind == "reminder":
        query = query.where(marked("invitation"))
    with reading(engine) as connection:
        return [(row.person_id, row.timezone) for row in connection.execute(query)]
