"""One command at a time, on every machine of a home: a lock that a crash lets go of."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import Taken, WrongState
from pulse.store.engine import READING

StillOurs = Callable[[], None]
_HELD: Final = text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
)


@contextmanager
def only_one(path: Path, engine: Engine, *, wait: bool = False) -> Iterator[StillOurs]:
    """Hold the lock file `path` while the block runs; the operating system frees it on a crash.

    Where the home is on PostgreSQL, a lock of the server is held too: several machines share the
    database, and not every file system that they share keeps its locks.

    Args:
        path: made when missing.
        engine: the state database.
        wait: wait for whoever holds it instead of refusing.

    Yields:
        A check for the moment before a step that cannot be taken back: it raises `WrongState`
        where the server's lock was lost with its connection, and another may be at work.

    Raises:
        Taken: another process, or another thread, holds it.
    """
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise _taken() from error
        with _everywhere(path, engine, wait=wait) as still_ours:
            yield still_ours


@contextmanager
def _everywhere(path: Path, engine: Engine, *, wait: bool) -> Iterator[StillOurs]:
    """Hold the server's lock of this name; it ends with its connection."""
    if engine.dialect.name == "sqlite":
        yield held_by_the_system
        return
    digest = hashlib.sha256(f"pulse-lock/v1\0{path.name}".encode()).digest()
    key = {"key": int.from_bytes(digest[:8], "big", signed=True)}
    options = {READING: True, "isolation_level": "AUTOCOMMIT"}
    with engine.connect().execution_options(**options) as connection:
        if wait:
            connection.execute(text("SET lock_timeout = 0"))
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
        elif not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            raise _taken()
        try:
            yield partial(_check, connection)
        finally:
            # In so many words: a server may take its time to see that a connection has gone.
            with suppress(SQLAlchemyError):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            connection.invalidate()  # a pool would hand the lock on with the connection


def held_by_the_system() -> None:
    """Pass: a lock file is held for as long as its process lives."""


def _check(connection: Connection) -> None:
    """Ask on the lock's own connection; one that was made anew holds nothing."""
    try:
        held = connection.scalar(_HELD)
    except SQLAlchemyError as error:
        raise _lost() from error
    if not held:
        raise _lost()


def _lost() -> WrongState:
    return WrongState(
        "The connection that kept other machines out was lost, so another command may have begun. "
        "This one went no further: nothing was destroyed or published since; run it again."
    )


def _taken() -> Taken:
    return Taken("Another command is opening, sending, closing or cancelling; try again later.")
