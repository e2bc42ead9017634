"""API tokens: 256 random bits, of which only the SHA-256 is kept."""

import base64
import hashlib
import secrets
from typing import Final

import msgspec
from sqlalchemy import Engine, delete, insert, select

from pulse.accounts.directory import Account, account_of
from pulse.accounts.tables import account, api_token
from pulse.clock import Clock
from pulse.errors import BadAccounts
from pulse.store.engine import reading

_BYTES: Final = 32
_PREFIX: Final = "pulse_"  # lets secret scanners and people recognise a leaked one


class NewToken(msgspec.Struct, frozen=True):
    """A token, told once; `scope` is the role, with a leader's unit behind a colon."""

    token: str
    email: str
    scope: str


def issue(engine: Engine, clock: Clock, email: str) -> NewToken:
    """Make the token of an account; the one before, if any, is revoked.

    It ends with a reset, another role or unit, and with the account.

    Raises:
        BadAccounts: nobody has this address.
    """
    token = _PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode().rstrip("=")
    with engine.begin() as connection:
        row = connection.execute(
            select(account).where(account.c.email == email.casefold())
        ).one_or_none()
        if row is None:
            raise BadAccounts("There is no account of this address.", where=email)
        connection.execute(delete(api_token).where(api_token.c.account_id == row.account_id))
        connection.execute(
            insert(api_token).values(
                account_id=row.account_id,
                digest=_digest(token),
                created=clock.now().isoformat(timespec="seconds"),
            )
        )
    scope = row.role if row.unit_id is None else f"{row.role}:{row.unit_id}"
    return NewToken(token, row.email, scope)


def revoke(engine: Engine, email: str) -> bool:
    """Revoke the token of an address; tell whether there was one."""
    with engine.begin() as connection:
        owner = select(account.c.account_id).where(account.c.email == email.casefold())
        found = connection.execute(
            delete(api_token)
            .where(api_token.c.account_id.in_(owner))
            .returning(api_token.c.account_id)
        ).all()
    return bool(found)


def bearer(engine: Engine, token: str) -> Account | None:
    """Return the account behind a token, or None if no valid token reads like this."""
    with reading(engine) as connection:
        row = connection.execute(
            select(account)
            .join(api_token, api_token.c.account_id == account.c.account_id)
            .where(api_token.c.digest == _digest(token))
        ).one_or_none()
    return None if row is None else account_of(row)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
