"""Sessions as this room knows them: one row each, listed, revoked, ended by time.

A session ends one hour after its last use and twelve hours after it began, whatever is done with
it (NIST SP 800-63B-4, section 2.2.3: at most one hour and 24 hours). No network address is
kept, and of the browser its family alone: enough to tell the phone from the desk, not enough to
follow anybody.
"""

import datetime as dt
import secrets
from typing import Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Engine, and_, bindparam, delete, insert, select, update

from pulse.accounts.directory import Account, account_of
from pulse.accounts.tables import account, second_factor, session
from pulse.clock import Clock
from pulse.store.engine import reading

IDLE: Final = dt.timedelta(hours=1)
LONGEST: Final = dt.timedelta(hours=12)
# Use is noted this coarsely, so that a page costs no write.
NOTED: Final = dt.timedelta(minutes=5)
# What a browser says of itself, the most telling word first: nearly all claim to be others too.
_FAMILIES: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
Way = Literal["password", "provider"]
# Put together once: every request asks this.
_FIND: Final = (
    select(account, session.c.way, session.c.second, session.c.seen,
           second_factor.c.confirmed.label("has_factor"))
    .join(session, and_(session.c.account_id == account.c.account_id,
                        session.c.stamp == account.c.stamp))
    .outerjoin(second_factor, second_factor.c.account_id == account.c.account_id)
    .where(session.c.session_id == bindparam("sought"),
           session.c.seen > bindparam("idle"), session.c.began > bindparam("oldest"))
)  # fmt: skip


class Sitting(msgspec.Struct, frozen=True):
    """A session that has not ended, and the account behind it.

    `second` tells that a second factor was shown in it, `has_factor` that the account has one.
    """

    session_id: str
    account: Account
    way: Way
    second: bool
    has_factor: bool

    @property
    def needs_code(self) -> bool:
        """Whether the second factor is still missing; until then nobody is signed in."""
        return self.has_factor and not self.second


class SessionRow(msgspec.Struct, frozen=True):
    """One session as its owner sees it; times are ISO 8601 in UTC, `seen` to five minutes."""

    session_id: str
    browser: str
    began: str
    seen: str


def begin(
    engine: Engine, clock: Clock, whose: Account, *, way: Way, second: bool = False, agent: str = ""
) -> str:
    """Begin a session and return its id, 128 random bits.

    Args:
        engine: of the accounts.
        clock: the present.
        whose: the account, with the stamp that the session lives by.
        way: how the person signed in.
        second: whether a second factor was shown.
        agent: what the browser says of itself.
    """
    now = _text(clock.now())
    session_id = secrets.token_hex(16)
    with engine.begin() as connection:
        connection.execute(
            insert(session).values(
                session_id=session_id,
                account_id=whose.account_id,
                stamp=whose.stamp,
                way=way,
                second=second,
                browser=family(agent),
                began=now,
                seen=now,
            )
        )
    return session_id


def find(engine: Engine, clock: Clock, session_id: str) -> Sitting | None:
    """Return a session that has not ended, noting its use, or None."""
    now = clock.now()
    known = {"sought": session_id, "idle": _text(now - IDLE), "oldest": _text(now - LONGEST)}
    with reading(engine) as connection:
        row = connection.execute(_FIND, known).one_or_none()
    if row is None:
        return None
    if row.seen <= _text(now - NOTED):
        mine = session.c.session_id == session_id
        with engine.begin() as connection:
            connection.execute(update(session).where(mine).values(seen=_text(now)))
    return Sitting(session_id, account_of(row), row.way, row.second, bool(row.has_factor))


def of(engine: Engine, clock: Clock, whose: Account) -> list[SessionRow]:
    """List the sessions of an account that have not ended, the newest first."""
    mine = (session.c.account_id == whose.account_id, session.c.stamp == whose.stamp)
    rows = (
        select(session.c.session_id, session.c.browser, session.c.began, session.c.seen)
        .where(*mine, _alive(clock.now()))
        .order_by(session.c.began.desc(), session.c.session_id)
    )
    with reading(engine) as connection:
        return [SessionRow(*row) for row in connection.execute(rows)]


def end(engine: Engine, whose: Account, session_id: str) -> bool:
    """End one session of an account; tell whether there was one of this id."""
    mine = (session.c.account_id == whose.account_id, session.c.session_id == session_id)
    with engine.begin() as connection:
        gone = connection.execute(delete(session).where(*mine).returning(session.c.session_id))
        return gone.first() is not None


def end_others(engine: Engine, whose: Account, but: str) -> int:
    """End every session of an account but one; return how many those were."""
    mine = (session.c.account_id == whose.account_id, session.c.session_id != but)
    with engine.begin() as connection:
        gone = connection.execute(delete(session).where(*mine).returning(session.c.session_id))
        return len(gone.all())


def forget_ended(engine: Engine, clock: Clock) -> None:
    """Delete the rows of sessions that have ended by themselves."""
    now = clock.now()
    old = (session.c.seen <= _text(now - IDLE)) | (session.c.began <= _text(now - LONGEST))
    with engine.begin() as connection:
        connection.execute(delete(session).where(old))


def family(agent: str) -> str:
    """Return the family of a browser from what it says of itself, or "a browser"."""
    return next((name for word, name in _FAMILIES if word in agent), "a browser")


def _alive(now: dt.datetime) -> ColumnElement[bool]:
    return (session.c.seen > _text(now - IDLE)) & (session.c.began > _text(now - LONGEST))


def _text(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")
