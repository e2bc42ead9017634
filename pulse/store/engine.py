"""SQLite engines that do not lose what they have acknowledged, and reading on any engine.

The standard library's driver would open transactions late and behind our back, so it is put
into autocommit and every transaction is begun here: `BEGIN IMMEDIATE`, which takes the write
lock before the first read. What a transaction reads (the gate of a wave, above all) therefore
still holds when it commits.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from pulse.errors import Held
from pulse.store.failures import DAMAGED, RESTORE

# Pages (of 4 kB) that a write-ahead log holds before the writer itself folds them into the file;
# where many write much, `checkpoint.py` does so beside it.
_LOG_PAGES: Final = 30_000
BUSY_TIMEOUT: Final = 10_000  # milliseconds a statement waits for another process's lock
READING: Final = "pulse_reading"
ALONE: Final = "pulse_alone"  # of a connection whose one statement is its own transaction


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
        f"wal_autocheckpoint={_LOG_PAGES:d}",
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
    name_file(engine, path)
    silence(engine)
    return engine


def silence(engine: Engine) -> None:
    """Let no logger ever tell statements, rows or times of use, at whatever level it is set.

    `hide_parameters` hides what goes in; at DEBUG, what comes out would be written row by row,
    and the pool would note every request at its moment.
    """
    for logger in (engine.logger, engine.pool.logger):
        logger.disabled = True  # type: ignore[union-attr] # echo is off: plain loggers


def name_file(engine: Engine, path: Path) -> None:
    """Have every error of `engine` carry the path of its file as a note, for `told`."""

    def note(context: ExceptionContext) -> None:
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.add_note(str(path))

    event.listen(engine, "handle_error", note)


def refuse_damaged(connection: Connection) -> None:
    """Read every page of an SQLite file; a PostgreSQL server checks its own.

    Raises:
        Held: a page is not what SQLite wrote; rows may be missing without any other sign.
    """
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
    if found != ["ok"]:
        path = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
        first = str(found[0]).splitlines()[-1].rstrip(".")
        raise Held(f"{DAMAGED} ({first}). {RESTORE}", where=path)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read in one consistent transaction that never takes the write lock."""
    options: dict[str, object] = {READING: True}
    if engine.dialect.name != "sqlite":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def insert_absent(engine: Engine, table: Table) -> Any:  # noqa: ANN401 - one of two Inserts
    """Return an INSERT into `table` that leaves a row alone whose key is there already.

    What it really wrote is told by RETURNING alone: a driver's row count would lie.
    """
    if engine.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table).on_conflict_do_nothing()


def _opener(path: Path) -> Callable[[], sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)

    return connect


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(ALONE):
        connection.exec_driver_sql("BEGIN" if options.get(READING) else "BEGIN IMMEDIATE")
