"""A state database in memory's place, and CSV files from text."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from pulse.roster import Roster, read_files
from pulse.store.engine import sqlite_engine
from pulse.store.migrate import upgrade

Reader = Callable[[str, str], Roster]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open an empty state database."""
    engine = sqlite_engine(tmp_path / "pulse.db", journal="wal", create=True)
    upgrade(engine, "state")
    yield engine
    engine.dispose()


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Read units.csv and people.csv from their texts."""

    def reader(units: str, people: str) -> Roster:
        for name, text in (("units.csv", units), ("people.csv", people)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return read_files(tmp_path / "units.csv", tmp_path / "people.csv")

    return reader
