"""Folding a write-ahead log into its file beside whoever writes to it.

Left alone, SQLite does so within the commit that makes the log too long, and everybody in that
commit waits for all of it. Here another thread folds most of it while commits go on, and the
writer folds only what came meanwhile, after which the log begins anew (SQLite manual,
"Write-Ahead Logging", sections 2.3 and 6: a log that is never folded to its end grows). While
many come at once even that would make them wait for the disk, so it waits for a calmer moment,
though not for ever.

Nothing is acknowledged by a checkpoint and nothing lost by one that fails: the log stays.

Nobody may begin a log anew while it is being folded: up to SQLite 3.51.2 (3.44.6 and 3.50.7 have
it mended) a checkpoint of a log that is folded already may miss that, a later one passes over
pages then, and acknowledged commits are lost (the same manual, section 11, "The WAL-Reset Bug").
So each pass has a reader who keeps the log as it is, since it begins to read just after a commit
of ours that nobody has folded: one process folds at a time, and SQLite never by itself. (One
whose turn it is and that commits nothing more keeps its turn; the log of the others grows.)
"""

import contextlib
import fcntl
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from pulse.store.engine import ALONE, READING

EVERY: Final = 2_000  # rows; a ballot dirties about three pages of 4 kB
_RUSH: Final = 25  # so many times as many while many come: 50,000 rows, 650 MB of log
_CALM: Final = 2.0  # rows in a commit, on average over the last dozen or so
_PASSES: Final = 2  # each leaves what came while it went on: a tenth or less
_FOLD: Final = "PRAGMA wal_checkpoint(PASSIVE)"
_LOOK: Final = "SELECT count(*) FROM sqlite_master"  # reading begins here, not with BEGIN


class Checkpoints:
    """The checkpoints of one SQLite file; nothing on a server, which makes its own.

    Args:
        engine: on the file; its connections leave checkpoints to us from now on.
        every: after how many rows the log is folded; in a rush, 25 times as many.
    """

    def __init__(self, engine: Engine, every: int = EVERY) -> None:
        self._engine, self._every = engine, every
        self._needed = engine.dialect.name == "sqlite"
        self._rows = self._passes = 0
        self._crowd = 0.0
        self._turn: int | None = None  # a descriptor that holds the lock while it is ours to fold
        self._beside: Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        if self._needed:
            event.listen(engine, "connect", _never_by_itself)

    def wrote(self, rows: int) -> None:
        """Note that `rows` rows were committed; only the thread that commits calls this."""
        self._rows += rows
        self._crowd += (rows - self._crowd) / 16
        if not (rows and self._needed) or (self._beside and not self._beside.done()):
            return
        # What ails the disk is told by the next commit, to those whom it concerns.
        with contextlib.suppress(SQLAlchemyError, OSError):
            if self._turn is not None:
                self._fold()
            elif self._rows >= self._every * (1 if self._crowd < _CALM else _RUSH):
                self._rows, self._passes = 0, _PASSES
                self._turn = self._take_turn()

    def close(self) -> None:
        """Wait for the pass under way and let others fold."""
        self._thread.shutdown()
        self._end_turn()

    def _fold(self) -> None:
        if self._passes:
            self._passes -= 1
            self._beside = self._thread.submit(self._fold_most, self._reader())
            return
        try:
            with self._engine.begin():  # nobody else writes
                self._fold_now()
        finally:
            self._end_turn()

    def _reader(self) -> Connection:
        connection = self._engine.connect().execution_options(**{READING: True})
        try:
            connection.exec_driver_sql(_LOOK).all()
        except SQLAlchemyError:
            connection.close()
            raise
        return connection

    def _fold_most(self, who_reads: Connection) -> None:
        with contextlib.suppress(SQLAlchemyError), who_reads:
            self._fold_now()

    def _fold_now(self) -> None:
        with self._engine.connect().execution_options(**{ALONE: True}) as connection:
            connection.exec_driver_sql(_FOLD)

    def _take_turn(self) -> int | None:
        """Lock the file's folder; closing another descriptor of the file frees SQLite's locks."""
        with self._engine.connect().execution_options(**{ALONE: True}) as connection:
            file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
        turn = os.open(Path(file).parent, os.O_RDONLY)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(turn)
            raise
        return turn

    def _end_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None


def _never_by_itself(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.cursor().execute("PRAGMA wal_autocheckpoint=0")
