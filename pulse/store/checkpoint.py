"""Folding a write-ahead log into its file beside whoever writes to it.

Left alone, SQLite does so within the commit that makes the log too long, and everybody in that
commit waits for all of it. Here another thread folds most of it while commits go on, and the
writer folds only what came meanwhile, after which the log begins anew (SQLite manual,
"Write-Ahead Logging", sections 2.3 and 6: a log that is never folded to its end grows).

Nothing is acknowledged by a checkpoint and nothing lost by one that fails: the log stays as it
is, and SQLite's own way remains for when it grows too long (`engine.py`).
"""

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pulse.store.engine import ALONE

EVERY: Final = 2_000  # rows; a ballot dirties about three pages of 4 kB
_PASSES: Final = 2  # each leaves what came while it went on: a tenth or less


class Checkpoints:
    """The checkpoints of one SQLite file; nothing on a server, which makes its own.

    Args:
        engine: on the file.
        every: after how many rows the log is folded.
    """

    def __init__(self, engine: Engine, every: int = EVERY) -> None:
        self._engine, self._every = engine, every
        self._needed = engine.dialect.name == "sqlite"
        self._rows = 0
        self._beside: Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")

    def wrote(self, rows: int) -> None:
        """Note that `rows` rows were committed; only the thread that commits calls this."""
        self._rows += rows
        if self._beside is not None:
            if self._beside.done():
                self._beside = None
                self._fold(1)
        elif self._needed and self._rows >= self._every:
            self._rows = 0
            self._beside = self._thread.submit(self._fold, _PASSES)

    def close(self) -> None:
        """Wait for the pass under way."""
        self._thread.shutdown()

    def _fold(self, passes: int) -> None:
        # What ails the disk is told by the next commit, to those whom it concerns.
        with (
            contextlib.suppress(SQLAlchemyError),
            self._engine.connect().execution_options(**{ALONE: True}) as connection,
        ):
            for _ in range(passes):
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
