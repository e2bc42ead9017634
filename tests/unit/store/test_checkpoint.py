"""Checkpoints beside the writer: the log stays short, and no row is missing afterwards."""

from pathlib import Path

from sqlalchemy import Column, Engine, LargeBinary, MetaData, Table, func, insert, select

from pulse.store.checkpoint import Checkpoints
from pulse.store.engine import sqlite_engine

METADATA = MetaData()
TABLE = Table("kept", METADATA, Column("t", LargeBinary, primary_key=True), sqlite_with_rowid=False)
ROUNDS, ROWS = 200, 8


def write(engine: Engine, checkpoints: Checkpoints | None) -> None:
    """Commit rows that each fill most of a page."""
    for number in range(ROUNDS):
        rows = [{"t": bytes([each]) + number.to_bytes(2, "big") * 1000} for each in range(ROWS)]
        with engine.begin() as connection:
            connection.execute(insert(TABLE), rows)
        if checkpoints:
            checkpoints.wrote(ROWS)


def log_of(file: Path, every: int | None) -> int:
    """Return the bytes of the log when all is written; every row must be there."""
    engine = sqlite_engine(file, journal="wal", create=True)
    METADATA.create_all(engine)
    checkpoints = Checkpoints(engine, every) if every else None
    write(engine, checkpoints)
    if checkpoints:
        checkpoints.close()
    with engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(TABLE)) == ROUNDS * ROWS
    size = file.with_name(f"{file.name}-wal").stat().st_size
    engine.dispose()
    return size


def test_the_log_begins_anew_while_somebody_writes(tmp_path: Path) -> None:
    """It is a fraction of what it grows to, without checkpoints, by the same rows."""
    grown = log_of(tmp_path / "left_alone.db", None)
    assert log_of(tmp_path / "folded.db", 5 * ROWS) < grown / 3


def test_a_checkpoint_that_fails_disturbs_nobody(tmp_path: Path) -> None:
    """Where the file cannot be opened any more, the writer's thread hears nothing of it."""
    engine = sqlite_engine(tmp_path / "none.db", journal="wal", create=False)
    checkpoints = Checkpoints(engine, every=1)
    for _ in range(50):
        checkpoints.wrote(1)
    checkpoints.close()
    assert not (tmp_path / "none.db").exists()
