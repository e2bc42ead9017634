"""Changes to accounts that could lock everybody out: one administrator who can sign in stays.

Usable is an administrator who has signed in at least once: an invitation that nobody followed
opens nothing. Each rule is checked in the transaction of its change, with the administrators' rows
held, so that two who remove each other at once are one who succeeds and one who does not.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, exists, or_, select, update

from pulse.accounts import directory
from pulse.accounts.directory import Account, Role
from pulse.accounts.tables import access_log, account, api_token
from pulse.errors import BadAccounts
from pulse.store.engine import reading

_USABLE = or_(
    ~account.c.must_change,
    # A row outlives its account: one from before this account was made is somebody else's.
    exists().where(
        access_log.c.email == account.c.email,
        access_log.c.action == "signed in",
        access_log.c.moment >= account.c.created,
    ),
)


def usable_admins(engine: Engine) -> frozenset[str]:
    """Return the addresses of administrators who have signed in at least once."""
    with reading(engine) as connection:
        return frozenset(_usable(connection))


def seen(engine: Engine) -> frozenset[str]:
    """Return the addresses of all accounts that have signed in at least once."""
    with reading(engine) as connection:
        return frozenset(connection.scalars(select(account.c.email).where(_USABLE)))


def remove(engine: Engine, email: str) -> None:
    """Remove an account with all that hangs on it; its rows in the access log stay.

    Raises:
        BadAccounts: nobody has this address, or nobody could administer any more.
    """
    with engine.begin() as connection:
        row = _leaving(connection, email)
        connection.execute(delete(account).where(account.c.account_id == row.account_id))


def change_role(
    engine: Engine, email: str, role: Role, unit_id: str | None, known_units: Collection[str]
) -> Account:
    """Give an account another role or unit; its sessions and its API token end.

    Args:
        engine: of the accounts.
        email: whose account.
        role: the role from now on.
        unit_id: the leader's unit; every other role has none.
        known_units: the roster's ids.

    Raises:
        BadAccounts: nobody has this address, the unit is none, or nobody could administer any more.
    """
    unit = check_unit(role, unit_id, known_units)
    with engine.begin() as connection:
        row = _row(connection, email) if role == "admin" else _leaving(connection, email)
        if (row.role, row.unit_id) == (role, unit):
            return directory.account_of(row)
        mine = account.c.account_id == row.account_id
        connection.execute(delete(api_token).where(api_token.c.account_id == row.account_id))
        directory.end_sessions(connection, row.account_id)
        changed = connection.execute(
            update(account)
            .where(mine)
            .values(role=role, unit_id=unit, stamp=directory.new_stamp())
            .returning(account)
        ).one()
        return directory.account_of(changed)


def check_reset(engine: Engine, email: str) -> None:
    """Check that an account may lose its password: somebody else can administer meanwhile.

    Raises:
        BadAccounts: nobody has this address, or it is the last usable administrator's.
    """
    with engine.begin() as connection:
        _leaving(connection, email)


def check_unit(role: Role, unit_id: str | None, known_units: Collection[str]) -> str | None:
    """Return the unit that an account of `role` has: a leader's own, nobody else's.

    Raises:
        BadAccounts: a leader without a unit of the roster.
    """
    if role != "leader":
        return None
    if not unit_id or unit_id not in known_units:
        raise BadAccounts("A leader needs a unit of the roster.", where="unit")
    return unit_id


def _leaving(connection: Connection, email: str) -> Row[Any]:
    """Return the row of somebody who is to stop being a usable administrator."""
    usable = _usable(connection, hold=True)
    row = _row(connection, email)
    if usable == [row.email]:
        raise BadAccounts(
            "This is the only administrator who has ever signed in. Invite another one, and do "
            "this once they have signed in.",
            where=row.email,
        )
    return row


def _usable(connection: Connection, *, hold: bool = False) -> list[str]:
    rows = select(account.c.email).where(account.c.role == "admin", _USABLE)
    return list(connection.scalars(rows.with_for_update() if hold else rows))


def _row(connection: Connection, email: str) -> Row[Any]:
    row = directory.row_of(connection, email)
    if row is None:
        raise BadAccounts("There is no account of this address.", where=email)
    return row
