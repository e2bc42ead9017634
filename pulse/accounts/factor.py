"""The second factor: six digits of a phone (TOTP, RFC 6238), or one of ten recovery codes.

Thirty seconds a step, SHA-1 and six digits are what every authenticator app knows. One step
before and after is accepted for clocks that differ (RFC 6238, section 5.2), each step once:
taking a code is one conditional write of the last step used. So is counting a try: after five
wrong ones nothing is accepted for a quarter of an hour, whoever tries and however many at once.
"""

import datetime as dt
import hashlib
import secrets
from typing import Final, Literal

import msgspec
import pyotp
from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, update

from pulse.accounts.directory import Account, renew_stamp
from pulse.accounts.passwords import ALPHABET
from pulse.accounts.tables import recovery_code, second_factor
from pulse.accounts.vault import Vault
from pulse.clock import Clock
from pulse.store.engine import reading
from pulse.terms import Secret

STEP: Final = 30  # seconds
WINDOW: Final = 1  # steps before and after
CODES: Final = 10
TRIES: Final = 5
REST: Final = dt.timedelta(minutes=15)
ISSUER: Final = "Pulse"
_GROUPS: Final = 4  # of four signs: 79 bits, too many to be guessed from a fast hash

Answer = Literal["code", "recovery", "wrong", "resting"]


class Status(msgspec.Struct, frozen=True):
    """Whether an account has a second factor, is setting one up, and its unused recovery codes."""

    confirmed: bool
    pending: bool
    codes: int


class Enrolment(msgspec.Struct, frozen=True):
    """What a phone has to know: the secret in groups of four, and the address behind the QR."""

    text: str
    address: str


def status(engine: Engine, account_id: int) -> Status:
    """Tell how an account stands."""
    with reading(engine) as connection:
        confirmed = connection.scalar(
            select(second_factor.c.confirmed).where(second_factor.c.account_id == account_id)
        )
        left = connection.scalar(
            select(func.count())
            .select_from(recovery_code)
            .where(recovery_code.c.account_id == account_id)
        )
    return Status(bool(confirmed), confirmed is not None and not confirmed, left or 0)


def start(engine: Engine, vault: Vault, account_id: int) -> bool:
    """Draw a secret that waits for its first code; tell False where one is confirmed already."""
    sealed = vault.seal(account_id, Secret(pyotp.random_base32().encode()))
    mine = second_factor.c.account_id == account_id
    with engine.begin() as connection:
        connection.execute(delete(second_factor).where(mine & ~second_factor.c.confirmed))
        if connection.execute(select(second_factor.c.account_id).where(mine)).first() is not None:
            return False
        connection.execute(
            insert(second_factor).values(
                account_id=account_id, secret=sealed, confirmed=False, last_step=0, tries=0,
                tried="",
            )
        )  # fmt: skip
    return True


def enrolment(engine: Engine, vault: Vault, whose: Account) -> Enrolment | None:
    """Return what to show while the first code is awaited; None when nothing waits."""
    mine = (second_factor.c.account_id == whose.account_id) & ~second_factor.c.confirmed
    with reading(engine) as connection:
        sealed = connection.scalar(select(second_factor.c.secret).where(mine))
    opened = None if sealed is None else vault.open(whose.account_id, sealed)
    if opened is None:
        return None
    text = opened.reveal().decode()
    groups = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    address = pyotp.TOTP(text).provisioning_uri(name=whose.email, issuer_name=ISSUER)
    return Enrolment(groups, address)


def confirm(
    engine: Engine, clock: Clock, vault: Vault, whose: Account, code: str
) -> tuple[Account, tuple[str, ...]] | Answer:
    """Switch the second factor on with its first code.

    Returns:
        The account under its new stamp (every session has ended) and ten recovery codes, told
        once; or why not: "wrong" or "resting".
    """
    own = second_factor.c.account_id == whose.account_id
    with reading(engine) as connection:
        sealed = connection.scalar(select(second_factor.c.secret).where(own))
    answer = _take(engine, clock, vault, whose.account_id, code, confirmed=False)
    if answer != "code":
        return answer
    # The secret that was looked at: another window may have begun anew meanwhile.
    proved = own & ~second_factor.c.confirmed & (second_factor.c.secret == sealed)
    with engine.begin() as connection:
        switched = update(second_factor).where(proved).values(confirmed=True)
        if connection.execute(switched.returning(second_factor.c.account_id)).first() is None:
            return "wrong"
        codes = _draw_codes(connection, whose.account_id)
        return renew_stamp(connection, whose.account_id), codes


def check(engine: Engine, clock: Clock, vault: Vault, account_id: int, code: str) -> Answer:
    """Take a code of the phone or a recovery code, each once."""
    plain = "".join(code.split()).replace("-", "").casefold()
    if plain.isascii() and plain.isdigit():
        return _take(engine, clock, vault, account_id, plain, confirmed=True)
    if not _may_try(engine, clock, account_id, confirmed=True):
        return "resting"
    spent = and_(recovery_code.c.account_id == account_id, recovery_code.c.digest == _digest(plain))
    with engine.begin() as connection:
        gone = connection.execute(delete(recovery_code).where(spent).returning(recovery_code))
        if gone.first() is None:
            return "wrong"
        _forgive(connection, account_id)
    return "recovery"


def new_codes(engine: Engine, account_id: int) -> tuple[str, ...]:
    """Draw ten recovery codes, told once; those before are void."""
    with engine.begin() as connection:
        return _draw_codes(connection, account_id)


def remove(engine: Engine, account_id: int) -> Account:
    """Switch the second factor off; every session has ended."""
    with engine.begin() as connection:
        for table in (recovery_code, second_factor):
            connection.execute(delete(table).where(table.c.account_id == account_id))
        return renew_stamp(connection, account_id)


def having(engine: Engine) -> frozenset[int]:
    """Return the ids of the accounts that have a second factor."""
    with reading(engine) as connection:
        found = select(second_factor.c.account_id).where(second_factor.c.confirmed)
        return frozenset(connection.execute(found).scalars())


def _take(
    engine: Engine, clock: Clock, vault: Vault, account_id: int, code: str, *, confirmed: bool
) -> Answer:
    if not _may_try(engine, clock, account_id, confirmed=confirmed):
        return "resting"
    mine = second_factor.c.account_id == account_id
    with reading(engine) as connection:
        sealed = connection.scalar(select(second_factor.c.secret).where(mine))
    opened = None if sealed is None else vault.open(account_id, sealed)
    step = None if opened is None else _step(opened, clock, code)
    if step is None:
        return "wrong"
    with engine.begin() as connection:
        taken = connection.execute(
            update(second_factor)
            .where(mine & (second_factor.c.last_step < step))
            .values(last_step=step)
            .returning(second_factor.c.account_id)
        ).first()
        if taken is None:
            return "wrong"  # a code that was used already is worth as little as a made-up one
        _forgive(connection, account_id)
    return "code"


def _step(secret: Secret, clock: Clock, code: str) -> int | None:
    totp = pyotp.TOTP(secret.reveal().decode(), interval=STEP)
    now = int(clock.now().timestamp()) // STEP
    plain = "".join(code.split())
    steps = range(now - WINDOW, now + WINDOW + 1)
    # Every step is computed and compared, so that time does not tell which one fits.
    right = [step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), plain)]
    return right[-1] if right else None


def _may_try(engine: Engine, clock: Clock, account_id: int, *, confirmed: bool) -> bool:
    """Count a try in the very statement that allows it."""
    now = clock.now()
    rested = second_factor.c.tried <= (now - REST).isoformat(timespec="seconds")
    mine = (second_factor.c.account_id == account_id) & (second_factor.c.confirmed == confirmed)
    with engine.begin() as connection:
        counted = connection.execute(
            update(second_factor)
            .where(mine, or_(second_factor.c.tries < TRIES, rested))
            .values(tries=second_factor.c.tries + 1, tried=now.isoformat(timespec="seconds"))
            .returning(second_factor.c.tries)
        ).first()
    return counted is not None


def _forgive(connection: Connection, account_id: int) -> None:
    mine = second_factor.c.account_id == account_id
    connection.execute(update(second_factor).where(mine).values(tries=0, tried=""))


def _draw_codes(connection: Connection, account_id: int) -> tuple[str, ...]:
    connection.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))
    codes = tuple(
        "".join(secrets.choice(ALPHABET) for _ in range(4 * _GROUPS)) for _ in range(CODES)
    )
    rows = [{"account_id": account_id, "digest": _digest(code)} for code in codes]
    connection.execute(insert(recovery_code), rows)
    return tuple("-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes)


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
