"""SQLite as the rooms need it: durable, locked before it reads, never made by accident."""

import logging
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from pulse.store.engine import reading, sqlite_engine


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_every_connection_is_durable_and_secure(
    tmp_path: Path, journal: Literal["wal", "truncate"]
) -> None:
    """Journal, FULL syncs, secure deletion and temporary data in memory hold on any connection."""
    engine = sqlite_engine(tmp_path / "a.db", journal=journal, create=True)
    with engine.connect() as first, reading(engine) as second:
        for connection in (first, second):
            settings = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "secure_delete", "temp_store")
            }
            assert settings == {
                "journal_mode": journal, "synchronous": 2, "secure_delete": 1, "temp_store": 2,
            }  # fmt: skip
            first.rollback()
    engine.dispose()
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600


def test_a_write_transaction_holds_the_lock_from_its_start(tmp_path: Path) -> None:
    """While one transaction is begun, another cannot begin, but readers read."""
    engine = sqlite_engine(tmp_path / "a.db", journal="wal", create=True, busy_timeout=10)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    with engine.begin():
        with reading(engine) as reader:
            assert reader.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
        with pytest.raises(OperationalError, match="locked"), engine.begin():
            pass
    engine.dispose()


def test_what_was_not_committed_is_gone(tmp_path: Path) -> None:
    """An error inside a transaction rolls everything back, table definitions too."""
    engine = sqlite_engine(tmp_path / "a.db", journal="truncate", create=True)

    def fail() -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (x)"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one() == 0
    engine.dispose()


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    """Without `create` the first statement fails and no file appears."""
    engine = sqlite_engine(tmp_path / "odd?name#.db", journal="wal", create=False)
    with pytest.raises(OperationalError), engine.connect():
        pass
    assert not list(tmp_path.iterdir())


def test_an_error_never_quotes_what_was_written(tmp_path: Path) -> None:
    """A statement that fails names itself, not the values that came with it."""
    engine = sqlite_engine(tmp_path / "a.db", journal="wal", create=True)
    canary = text("INSERT INTO missing VALUES (:value)")
    with engine.connect() as connection, pytest.raises(OperationalError) as raised:
        connection.execute(canary, {"value": "canary"})
    engine.dispose()
    assert "missing" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_no_logger_tells_statements_or_rows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even one that is told to tell everything; one with another logger (the twin) does."""

    def told(engine: Engine) -> bool:
        caplog.clear()
        with caplog.at_level("DEBUG", "sqlalchemy"), engine.connect() as connection:
            connection.execute(text("SELECT 'canary'")).one()
        engine.dispose()
        return "canary" in caplog.text or "checked out" in caplog.text

    assert not told(sqlite_engine(tmp_path / "a.db", journal="wal", create=True))
    loud = create_engine("sqlite://", hide_parameters=True)
    loud.logger = logging.getLogger("sqlalchemy.engine.loud")
    assert told(loud)
