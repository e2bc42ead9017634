"""The access log: who saw or exported what, and how people signed in. The auditor reads it.

Rows name accounts, units of the tree and weeks: never a person on the staff, never anything that
was typed and is not known here.
"""

import datetime as dt
from typing import Final, Literal, get_args

import msgspec
from sqlalchemy import Engine, delete, insert, select

from pulse.accounts.directory import Account
from pulse.accounts.tables import access_log
from pulse.clock import Clock
from pulse.store.engine import reading

Entry = Literal[
    "first step", "signed in", "signed out", "refused", "saw", "exported", "new password",
    "asked for link", "factor on", "factor off", "recovery code", "new codes", "ended sessions",
    "practice", "roster", "settings", "account", "resent", "sent test", "test week", "pause",
]  # fmt: skip
ENTRIES: Final[tuple[Entry, ...]] = get_args(Entry)
_LONGEST: Final = 200
NOBODY: Final = ""  # what was typed may be a password: it is not kept


class AccessRow(msgspec.Struct, frozen=True):
    """One row of the log; `moment` is ISO 8601 in UTC, to the second."""

    entry_id: int
    moment: str
    email: str
    role: str
    action: str
    subject: str


class Wanted(msgspec.Struct, frozen=True):
    """Which rows: `first` and `last` are days (UTC, both included), `email` an account's address.

    Empty fields want everything; `before` continues a list behind the row of that id.
    """

    first: str = ""
    last: str = ""
    email: str = ""
    before: int | None = None


def note(
    engine: Engine, clock: Clock, account: Account | None, action: Entry, subject: str
) -> None:
    """Write one row before the thing is shown; None is somebody who has no account."""
    with engine.begin() as connection:
        connection.execute(
            insert(access_log).values(
                moment=clock.now().isoformat(timespec="seconds"),
                email=account.email if account else NOBODY,
                role=account.role if account else NOBODY,
                action=action,
                subject=subject[:_LONGEST],
            )
        )


def newest(
    engine: Engine, limit: int | None = 100, wanted: Wanted | None = None
) -> list[AccessRow]:
    """Return the newest rows that are wanted, newest first; `limit` None gives all of them."""
    chosen = wanted or Wanted()
    rows = select(access_log).order_by(access_log.c.entry_id.desc()).limit(limit)
    if chosen.first:
        rows = rows.where(access_log.c.moment >= chosen.first)
    if chosen.last:
        rows = rows.where(access_log.c.moment < _day_after(chosen.last))
    if chosen.email:
        rows = rows.where(access_log.c.email == chosen.email.casefold())
    if chosen.before is not None:
        rows = rows.where(access_log.c.entry_id < chosen.before)
    with reading(engine) as connection:
        return [AccessRow(**row._mapping) for row in connection.execute(rows)]  # noqa: SLF001 - SQLAlchemy's public name


def people(engine: Engine) -> list[str]:
    """List the addresses that stand in the log."""
    column = access_log.c.email
    found = select(column).where(column != NOBODY).distinct().order_by(column)
    with reading(engine) as connection:
        return list(connection.execute(found).scalars())


def forget_old(engine: Engine, clock: Clock, days: int) -> None:
    """Delete the rows that are older than the organisation keeps them."""
    end = (clock.now() - dt.timedelta(days=days)).isoformat(timespec="seconds")
    with engine.begin() as connection:
        connection.execute(delete(access_log).where(access_log.c.moment < end))


def _day_after(day: str) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()
