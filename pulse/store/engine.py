"""SQLite engines that do not lose what they have acknowledged.

The standard library's driver would open transactions late and behind our back, so it is put
into autocommit and every transaction is begun here: `BEGIN IMMEDIATE`, which takes the write
lock before the first read. What a transaction reads (the gate of a wave, above all) therefore
still holds when it commits.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

BUSY_TIMEOUT: Final = 10_000  # milliseconds a statement waits for another process's lock
_READING: Final = "pulse_reading"


def sqlite_engine(
    path: Path,
    *,
    journal: Literal["wal", "truncate"],
    create: bool,
    busy_timeout: int = BUSY_TIMEOUT,
) -> Engine:
    """Open the database file `path`; `engine.begin()` is one durable write transaction.

    Args:
        path: the file; with `create` it is made (0600) when missing.
        journal: "wal" (readers never wait) or "truncate" (no page keeps an order of writes).
        create: False refuses to make a file: the first statement fails instead.
        busy_timeout: milliseconds to wait for a lock before `OperationalError`.
    """
    if create:
        path.touch(mode=0o600, exist_ok=True)
    engine = create_engine(
        "sqlite://",
        creator=_opener(path),
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=-1,  # who may wait is decided by the callers' threads, not by the pool
        hide_parameters=True,  # no error and no log ever quotes a hash, a box or an address
    )
    pragmas = (
        f"busy_timeout={busy_timeout:d}",
        f"journal_mode={journal.upper()}",
        "synchronous=FULL",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    )

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        for pragma in pragmas:
            connection.cursor().execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read in one consistent transaction that never takes the write lock."""
    with engine.connect().execution_options(**{_READING: True}) as connection:
        yield connection


def _opener(path: Path) -> Callable[[], sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)

    return connect


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get(_READING) else "BEGIN IMMEDIATE")
