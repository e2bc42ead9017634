"""The access log: who saw or exported what. It is read by the auditor."""

from typing import Final, Literal

import msgspec
from sqlalchemy import Engine, insert, select

from pulse.accounts.directory import Account
from pulse.accounts.tables import access_log
from pulse.clock import Clock
from pulse.store.engine import reading

Entry = Literal["signed in", "refused", "saw", "exported", "new password", "practice"]
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


def newest(engine: Engine, limit: int = 100) -> list[AccessRow]:
    """Return the newest rows, newest first."""
    rows = select(access_log).order_by(access_log.c.entry_id.desc()).limit(limit)
    with reading(engine) as connection:
        return [AccessRow(**row._mapping) for row in connection.execute(rows)]  # noqa: SLF001 - SQLAlchemy's public name
