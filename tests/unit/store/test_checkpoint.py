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
ROUNDS = 150
SALT = slice(16, 24)  # another one whenever the log begins anew (SQLite's file format, 4.1)


def commit(engine: Engine, number: int, rows: int = 1) -> None:
    """Commit rows that each fill most of a page."""
    values = [{"t": bytes([each]) + number.to_bytes(2, "big") * 1000} for each in range(rows)]
    with engine.begin() as connection:
        connection.execute(insert(TABLE), values)


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


def log_of(file: Path, *each: Callable[[Engine], Checkpoints], rows: int = 1) -> int:
    """Return the bytes of the log when all is written in turn, `rows` at a time, and is there."""
    with engine_on(file) as engine:
        writers = [make(engine) for make in each]
        for number, writer in zip(range(ROUNDS), itertools.cycle(writers or [None])):
            commit(engine, number, rows)
            if writer:
                writer.wrote(rows)
        for writer in writers:
            writer.close()
        with engine.begin() as connection:
            counted = connection.scalar(select(func.count()).select_from(TABLE))
        assert counted == ROUNDS * rows
        return log(file).stat().st_size


def often(engine: Engine) -> Checkpoints:
    """Fold every few commits."""
    return Checkpoints(engine, every=4)


def test_the_log_begins_anew_while_somebody_writes(tmp_path: Path) -> None:
    """It is a fraction of what it grows to, without checkpoints, by the same rows."""
    grown = log_of(tmp_path / "left_alone.db")
    assert log_of(tmp_path / "folded.db", often) < grown / 3


def test_in_a_rush_the_log_waits_for_a_calmer_moment(tmp_path: Path) -> None:
    """Where many come at once it grows to 25 times as many rows; a few small commits end that."""
    with engine_on(tmp_path / "rush.db") as engine:
        slow = Slow(engine, every=100)
        slow.go_on.set()
        for number in range(60):
            commit(engine, number, 8)
            slow.wrote(8)
        assert 100 < 60 * 8 < 25 * 100
        assert not slow.folded.is_set()
        for number in range(60, 100):
            commit(engine, number)
            slow.wrote(1)
        slow.close()
        assert slow.folded.is_set()


def test_a_rush_that_does_not_end_is_folded_too(tmp_path: Path) -> None:
    """The log is a fraction of what it grows to by the same rows left alone."""
    grown = log_of(tmp_path / "left_alone.db", rows=8)
    assert log_of(tmp_path / "folded.db", often, rows=8) < grown / 3


def test_two_who_write_to_one_file_fold_it_in_turn(tmp_path: Path) -> None:
    """Neither keeps the other from it for good, and the log stays as short."""
    grown = log_of(tmp_path / "left_alone.db")
    assert log_of(tmp_path / "folded.db", often, often) < grown / 3


class Slow(Checkpoints):
    """Say when all is folded, and stay in the pass until told to go on."""

    def __init__(self, engine: Engine, every: int = 1) -> None:
        super().__init__(engine, every)
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
            commit(engine, number)
            slow.wrote(1)
        assert slow.folded.wait(20)
        before = log(file).read_bytes()[SALT]
        commit(engine, 2)
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
            commit(engine, number)
            (first if number < 2 else second).wrote(1)
        assert first.folded.wait(20)
        assert not second.folded.wait(0.1)
        first.go_on.set()
        first.close()
        for number in range(6, 8):
            commit(engine, number)
            second.wrote(1)
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
