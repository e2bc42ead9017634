"""Who has an account: create, find, list, reset, remove.

Every function takes the engine of `accounts/accounts.db`; addresses are compared in lower case.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any, Final, Literal, cast, get_args

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from pulse.accounts.passwords import one_time_password
from pulse.accounts.tables import account, api_token, link, session
from pulse.clock import Clock
from pulse.errors import BadAccounts
from pulse.store.engine import reading

Role = Literal["leader", "hr", "auditor", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
# One plain mailbox: no display name, no quoting.
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"\\\x00-\x20\x7f\ud800-\udfff]{1,64}@[A-Za-z0-9.-]{1,185}")
# From a password to its PHC string; the commands pass argon2's, tests a cheaper one.
Hash = Callable[[str], str]


class Account(msgspec.Struct, frozen=True):
    """A person who may sign in; only a leader has a unit."""

    account_id: int
    email: str
    role: Role
    unit_id: str | None
    must_change: bool
    stamp: str


class NewAccount(msgspec.Struct, frozen=True):
    """What is told once, when an account is made or reset.

    `one_time_password` is None where the account existed and keeps its password.
    """

    email: str
    role: Role
    one_time_password: str | None


def is_address(text: str) -> bool:
    """Tell whether `text` is one plain address that somebody can sign in with."""
    return _EMAIL.fullmatch(text) is not None


def check_address(email: str) -> None:
    """Raise BadAccounts unless `email` is one plain address."""
    if not is_address(email):
        raise BadAccounts("This is no plain e-mail address.", where=email)


def new_stamp() -> str:
    """Return a fresh stamp: sessions that carry another one have ended."""
    return secrets.token_hex(16)


def create(
    engine: Engine,
    clock: Clock,
    hash_password: Hash,
    *,
    email: str,
    role: Role,
    unit_id: str | None = None,
    password: str | None = None,
) -> NewAccount:
    """Make one account; with a `password` of its own (the demo's) nothing has to be changed.

    Raises:
        BadAccounts: this is no address, or it has an account already.
    """
    check_address(email)
    told = password or one_time_password()
    stored = hash_password(told)
    with engine.begin() as connection:
        if row_of(connection, email) is not None:
            raise BadAccounts("This address has an account already.", where=email)
        write(connection, clock, email=email, role=role, unit_id=unit_id, stored=stored)
        if password is not None:
            where = account.c.email == email.casefold()
            connection.execute(update(account).where(where).values(must_change=False))
    return NewAccount(email.casefold(), role, told)


def write(
    connection: Connection,
    clock: Clock,
    *,
    email: str,
    role: Role,
    unit_id: str | None,
    stored: str,
) -> None:
    """Insert one account whose password has to be changed at first sign-in."""
    connection.execute(
        insert(account).values(
            email=email.casefold(),
            role=role,
            unit_id=unit_id if role == "leader" else None,
            password=stored,
            must_change=True,
            stamp=new_stamp(),
            created=clock.now().isoformat(timespec="seconds"),
        )
    )


def find(engine: Engine, email: str) -> tuple[Account, str] | None:
    """Return the account of an address with its stored password, or None."""
    with reading(engine) as connection:
        row = row_of(connection, email)
    return None if row is None else (account_of(row), cast("str", row.password))


def find_beside(engine: Engine, email: str, key: bytes) -> tuple[Account | None, str | None, str]:
    """Return the account of an address with its password, and the password to try for a stranger.

    A stranger's try is made against somebody's, always the same one of the same address until an
    account comes or goes: it costs what a try at some account costs, also while accounts have
    passwords of different parameters.

    Args:
        engine: of the accounts.
        email: what was typed.
        key: chooses; secret, and the same after a restart.

    Returns:
        account and PHC string, both None for a stranger; and the PHC string of the other one,
        empty where there is no account at all.
    """
    digest = hashlib.blake2b(
        email.casefold().encode("utf-8", "surrogatepass"), key=key[:64], digest_size=8
    ).digest()
    with reading(engine) as connection:
        row = row_of(connection, email)
        many = connection.scalar(select(func.count()).select_from(account)) or 0
        place = int.from_bytes(digest) % max(1, many)
        other = select(account.c.password).order_by(account.c.account_id).offset(place).limit(1)
        beside = connection.scalar(other) or ""
    if row is None:
        return None, None, beside
    return account_of(row), cast("str", row.password), beside


def everyone(engine: Engine) -> list[Account]:
    """List all accounts by address."""
    with reading(engine) as connection:
        return [account_of(row) for row in connection.execute(select(account).order_by("email"))]


def change_password(engine: Engine, account_id: int, stored: str) -> Account:
    """Store a new password; every session and every link by mail has ended."""
    with engine.begin() as connection:
        return set_password(connection, account_id, stored)


def set_password(
    connection: Connection, account_id: int, stored: str, *, end_token: bool = False
) -> Account:
    """Store a password that the person chose, and return the account with its new stamp."""
    row = connection.execute(
        update(account)
        .where(account.c.account_id == account_id)
        .values(password=stored, must_change=False, stamp=new_stamp())
        .returning(account)
    ).one()
    end_sessions(connection, account_id)
    if end_token:
        connection.execute(delete(api_token).where(api_token.c.account_id == account_id))
    return account_of(row)


def rehash(engine: Engine, account_id: int, before: str, stored: str) -> None:
    """Store the same password under newer parameters, unless it has changed in between."""
    same = (account.c.account_id == account_id) & (account.c.password == before)
    with engine.begin() as connection:
        connection.execute(update(account).where(same).values(password=stored))


def renew_stamp(connection: Connection, account_id: int) -> Account:
    """Draw a new stamp, so that every session of an account has ended."""
    end_sessions(connection, account_id)
    mine = account.c.account_id == account_id
    row = connection.execute(
        update(account).where(mine).values(stamp=new_stamp()).returning(account)
    ).one()
    return account_of(row)


def end_sessions(connection: Connection, account_id: int) -> None:
    """Delete the sessions of an account, and the links that could begin another."""
    connection.execute(delete(session).where(session.c.account_id == account_id))
    connection.execute(delete(link).where(link.c.account_id == account_id))


def reset(engine: Engine, hash_password: Hash, email: str) -> NewAccount:
    """Give an account a new one-time password; its sessions and its token end at once.

    Raises:
        BadAccounts: nobody has this address.
    """
    told = one_time_password()
    stored = hash_password(told)
    with engine.begin() as connection:
        row = connection.execute(
            update(account)
            .where(account.c.email == email.casefold())
            .values(password=stored, must_change=True, stamp=new_stamp())
            .returning(account.c.account_id, account.c.email, account.c.role)
        ).one_or_none()
        if row is None:
            raise BadAccounts("There is no account of this address.", where=email)
        connection.execute(delete(api_token).where(api_token.c.account_id == row.account_id))
        end_sessions(connection, row.account_id)
    return NewAccount(row.email, row.role, told)


def remove(engine: Engine, email: str) -> None:
    """Remove an account with all that hangs on it, by cascade; its rows in the access log stay.

    Raises:
        BadAccounts: nobody has this address.
    """
    with engine.begin() as connection:
        row = row_of(connection, email)
        if row is None:
            raise BadAccounts("There is no account of this address.", where=email)
        connection.execute(delete(account).where(account.c.account_id == row.account_id))


def row_of(connection: Connection, email: str) -> Row[Any] | None:
    """Return the row of an address, or None; what is no address is not asked for.

    Not every database takes every sign: PostgreSQL has no NUL.
    """
    if not is_address(email):
        return None
    return connection.execute(
        select(account).where(account.c.email == email.casefold())
    ).one_or_none()


def account_of(row: Row[Any]) -> Account:
    """Return the account that a row holds."""
    return Account(row.account_id, row.email, row.role, row.unit_id, row.must_change, row.stamp)
