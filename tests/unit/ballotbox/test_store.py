"""The ballot box's database: one ballot a token, read without order, nothing about time."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from pulse.ballotbox.store import BoxStore
from pulse.errors import Busy, WrongState
from pulse.store.shelf import FileShelf
from tests.shelves import ballot, casting

WAVE = "2026-W09"


@pytest.fixture
def store(tmp_path: Path) -> BoxStore:
    """Return an open, empty box."""
    store = BoxStore.create(casting(tmp_path), WAVE)
    store.open_gate()
    return store


def test_a_box_is_made_once_and_shut(tmp_path: Path) -> None:
    """A new box is shut and 0600 under its own name; making it again is refused."""
    store = BoxStore.create(casting(tmp_path), WAVE)
    assert not store.is_open()
    assert casting(tmp_path).path(WAVE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongState):
        BoxStore.create(casting(tmp_path), WAVE)
    assert casting(tmp_path).origin(WAVE) == 0  # nobody has said of which opening
    store.close()
    assert [each.name for each in tmp_path.iterdir()] == [f"{WAVE}.db"]
    BoxStore.create(casting(tmp_path), "2026-W10", 7).close()
    assert casting(tmp_path).origin("2026-W10") == 7


def test_nothing_time_like_and_no_rowid(store: BoxStore, tmp_path: Path) -> None:
    """The tables hold t, g, msg, sig, box and the gate, never empty, without rowid or index."""
    assert not store.count()
    with sqlite3.connect(tmp_path / f"{WAVE}.db") as connection:
        tables = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
        shape = {t: connection.execute(f"PRAGMA table_info({t})").fetchall() for t in tables}
    connection.close()
    columns = {t: [column[1] for column in those] for t, those in shape.items()}
    assert all(column[3] for those in shape.values() for column in those)  # NOT NULL
    assert columns == {"sealed": ["t", "g", "msg", "sig", "box"], "gate": ["wave", "open"]}
    assert all("WITHOUT ROWID" in sql for sql in tables.values())


class OpensMeanwhile(FileShelf):
    """Opens the gate between what a ballot found shut and the question why it was not let in."""

    def engine(self, wave: str) -> Engine:
        """Return an engine after whose INSERT the gate is opened."""
        engine, opener = super().engine(wave), super().engine(wave)

        def open_gate(*call: object) -> None:
            if str(call[2]).startswith("INSERT INTO sealed"):
                with opener.begin() as connection:
                    connection.exec_driver_sql("UPDATE gate SET open = 1")
                opener.dispose()

        event.listen(engine, "after_cursor_execute", open_gate)
        return engine


def test_who_comes_as_the_gate_opens_may_come_again(tmp_path: Path) -> None:
    """A ballot that found the gate shut and then open is not in the box: it is told Busy."""
    BoxStore.create(casting(tmp_path), WAVE).close()
    store = BoxStore(OpensMeanwhile(tmp_path, "wal"), WAVE)
    early = ballot()
    (answer,) = store.cast([early])
    assert isinstance(answer, Busy)
    assert not store.count()
    assert store.cast([early]) == [True]
    store.close()
