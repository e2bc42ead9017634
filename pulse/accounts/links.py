"""One-time links by mail: the first password of somebody invited, a new one for who forgot it.

A link carries 256 random bits of which only the SHA-256 is kept. Looking at one changes nothing
(mail programs do that by themselves); setting a password deletes it in the same statement that
finds it, so two who try at once are one who succeeds and one who does not.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import Final, Literal

from sqlalchemy import Connection, Engine, delete, func, insert, select

from pulse.accounts import directory
from pulse.accounts.directory import Account
from pulse.accounts.tables import account, link
from pulse.clock import Clock
from pulse.errors import BadAccounts
from pulse.store.engine import reading

Purpose = Literal["invitation", "forgotten"]
LIFETIME: Final[Mapping[Purpose, dt.timedelta]] = {
    "invitation": dt.timedelta(days=7),
    "forgotten": dt.timedelta(hours=1),
}
MOST: Final = 3  # links that may be asked for within their lifetime, for one account
PATH: Final = "/welcome/"
_BYTES: Final = 32


def invite(engine: Engine, clock: Clock, email: str) -> str:
    """Return the secret of a fresh link that sets the first password of `email`.

    Raises:
        BadAccounts: nobody has this address.
    """
    with engine.begin() as connection:
        found = directory.row_of(connection, email)
        if found is None:
            raise BadAccounts("There is no account of this address.", where=email)
        return _make(connection, clock, found.account_id, "invitation")


def forgotten(engine: Engine, clock: Clock, email: str) -> str | None:
    """Return the secret of a link for whoever forgot the password of `email`.

    None where nobody has this address, or too many were asked for within the last hour.
    """
    since = _text(clock.now() - LIFETIME["forgotten"])
    with engine.begin() as connection:
        found = directory.row_of(connection, email)
        if found is None:
            return None
        mine = (link.c.account_id == found.account_id) & (link.c.purpose == "forgotten")
        recent = select(func.count()).select_from(link).where(mine & (link.c.made > since))
        if (connection.scalar(recent) or 0) >= MOST:
            return None
        return _make(connection, clock, found.account_id, "forgotten")


def peek(engine: Engine, clock: Clock, secret: str) -> Account | None:
    """Return whose password a link may set, or None if it is used up, too old or none."""
    with reading(engine) as connection:
        row = connection.execute(
            select(account)
            .join(link, link.c.account_id == account.c.account_id)
            .where(link.c.digest == _digest(secret), link.c.expires > _text(clock.now()))
        ).one_or_none()
    return None if row is None else directory.account_of(row)


def use(engine: Engine, clock: Clock, secret: str, stored: str) -> Account | None:
    """Set the password behind a link, once; sessions, token and other links end.

    Args:
        engine: of the accounts.
        clock: the present.
        secret: what stood in the link.
        stored: the PHC string of the new password.

    Returns:
        The account as it is now, or None if somebody was faster or the link was too old.
    """
    with engine.begin() as connection:
        owner = connection.scalar(
            delete(link)
            .where(link.c.digest == _digest(secret), link.c.expires > _text(clock.now()))
            .returning(link.c.account_id)
        )
        if owner is None:
            return None
        return directory.set_password(connection, owner, stored, end_token=True)


def forget_old(engine: Engine, clock: Clock) -> None:
    """Delete links that have ended by themselves."""
    with engine.begin() as connection:
        connection.execute(delete(link).where(link.c.expires <= _text(clock.now())))


def _make(connection: Connection, clock: Clock, owner: int, purpose: Purpose) -> str:
    secret = secrets.token_urlsafe(_BYTES)
    now = clock.now()
    connection.execute(
        insert(link).values(
            digest=_digest(secret),
            account_id=owner,
            purpose=purpose,
            made=_text(now),
            expires=_text(now + LIFETIME[purpose]),
        )
    )
    return secret


def _text(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
