"""A state database in memory's place, and CSV files from text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from pulse.roster import Roster, read_files
from pulse.store.migrate import upgrade
from tests.backends import Backend

Reader = Callable[[str, str], Roster]


@pytest.fixture
def engine(backend: Backend) -> Engine:
    """Open an empty state database."""
    engine = backend.engine()
    upgrade(engine, "state")
    return engine


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Read units.csv and people.csv from their texts."""

    def reader(units: str, people: str) -> Roster:
        for name, text in (("units.csv", units), ("people.csv", people)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return read_files(tmp_path / "units.csv", tmp_path / "people.csv")

    return reader
