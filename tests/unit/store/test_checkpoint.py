"""Checkpoints beside the writer: the log stays short, and no row is missing afterwards."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
)

from pulse.store.checkpoint import Checkpoints
from pulse.store.engine import sqlite_engine

METADATA = MetaData()
TABLE = Table("kept", METADATA, Column("t", LargeBinary, primary_key=True), sqlite_with_rowid=False)
ROUNDS, ROWS = 200, 8
SALT = slice(16, 24)  # another one whenever the log begins anew (SQLite's file format, 4.1)


def rows_of(engine: Engine, number: int) -> None:
    """Commit rows that each fill most of a page."""
    rows = [{"t": bytes([each]) + number.to_bytes(2, "big") * 1000} for each in range(ROWS)]
    with engine.begin() as connection:
        connection.execute(insert(TABLE), rows)


@contextmanager
def engine_on(file: Path) -> Iterator[Engine]:
    """Yield an engine on a database with one empty table."""
    engine = sqlite_engine(file, journal="wal", create=True)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def log(file: Path) -> Path:
    """Return the write-ahead log of a file."""
    return file.with_name(f"{file.name}-wal")


def log_of(file: Path, *each: Callable[[Engine], Checkpoints]) -> int:
    """Return the bytes of the log when all is written in turn; every row must be there."""
    with engine_on(file) as engine:
        writers = [make(engine) for make in each]
        for number, writer in zip(range(ROUNDS), itertools.cycle(writers or [None])):
            rows_of(engine, number)
            if writer:
                writer.wrote(ROWS)
        for writer in writers:
            writer.close()
        with engine.begin() as connection:
            counted = connection.scalar(select(func.count()).select_from(TABLE))
        assert counted == ROUNDS * ROWS
        return log(file).stat().st_size


def often(engine: Engine) -> Checkpoints:
    """Fold every few commits."""
    return Checkpoints(engine, 5 * ROWS)


def test_the_log_begins_anew_while_somebody_writes(tmp_path: Path) -> None:
    """It is a fraction of what it grows to, without checkpoints, by the same rows."""
    grown = log_of(tmp_path / "left_alone.db")
    assert log_of(tmp_path / "folded.db", often) < grown / 3


def test_two_who_write_to_one_file_fold_it_in_turn(tmp_path: Path) -> None:
    """Neither keeps the other from it for good, and the log stays as short."""
    grown = log_of(tmp_path / "left_alone.db")
    assert log_of(tmp_path / "folded.db", often, often) < grown / 3


class Slow(Checkpoints):
    """Say when all is folded, and stay in the pass until told to go on."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, every=1)
        self.folded, self.go_on = Event(), Event()

    def _fold_now(self) -> None:
        super()._fold_now()
        self.folded.set()
        self.go_on.wait(20)


class Unread(Slow):
    """Fold without a reader: what SQLite's own advice comes to."""

    def _fold_most(self, who_reads: Connection) -> None:
        who_reads.close()
        self._fold_now()


def begun_anew(file: Path, kind: type[Slow]) -> bool:
    """Tell whether commits during a pass begin a log anew that is folded to its end."""
    with engine_on(file) as engine:
        slow = kind(engine)
        for number in range(2):  # the first has it take its turn, the second begin to fold
            rows_of(engine, number)
            slow.wrote(ROWS)
        assert slow.folded.wait(20)
        before = log(file).read_bytes()[SALT]
        rows_of(engine, 2)
        after = log(file).read_bytes()[SALT]
        slow.go_on.set()
        slow.close()
        return before != after


def test_nobody_begins_a_log_anew_while_it_is_folded(tmp_path: Path) -> None:
    """What is committed after the last page was folded goes behind the others.

    Without a reader it begins the log anew under the pass, and commits may be lost by that.
    """
    assert not begun_anew(tmp_path / "read.db", Slow)
    assert begun_anew(tmp_path / "unread.db", Unread)


def test_one_folds_at_a_time(tmp_path: Path) -> None:
    """Until one who folds is through, a second writer to the same file only writes."""
    with engine_on(tmp_path / "one.db") as engine:
        first, second = Slow(engine), Slow(engine)
        for number in range(6):
            rows_of(engine, number)
            (first if number < 2 else second).wrote(ROWS)
        assert first.folded.wait(20)
        assert not second.folded.wait(0.1)
        first.go_on.set()
        first.close()
        for number in range(6, 8):
            rows_of(engine, number)
            second.wrote(ROWS)
        assert second.folded.wait(20)
        second.go_on.set()
        second.close()


def test_sqlite_itself_never_folds(tmp_path: Path) -> None:
    """Its own checkpoint in a commit would come between ours and the one who reads."""
    with engine_on(tmp_path / "left.db") as engine:
        assert setting(engine) > 0
    with engine_on(tmp_path / "ours.db") as engine:
        engine.dispose()
        Checkpoints(engine).close()
        assert setting(engine) == 0


def setting(engine: Engine) -> int:
    """Return after how many pages SQLite folds by itself; 0 is never."""
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one())


def test_a_checkpoint_that_fails_disturbs_nobody(tmp_path: Path) -> None:
    """Where the file cannot be opened any more, the writer's thread hears nothing of it."""
    engine = sqlite_engine(tmp_path / "none.db", journal="wal", create=False)
    checkpoints = Checkpoints(engine, every=1)
    for _ in range(50):
        checkpoints.wrote(1)
    checkpoints.close()
    assert not (tmp_path / "none.db").exists()
