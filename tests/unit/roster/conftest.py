"""A state database in memory's place, and CSV files from text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pulse.roster import Roster, read_files
from tests.backends import engine

__all__ = ["engine"]  # a fixture
Reader = Callable[[str, str], Roster]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Read units.csv and people.csv from their texts."""

    def reader(units: str, people: str) -> Roster:
        for name, text in (("units.csv", units), ("people.csv", people)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return read_files(tmp_path / "units.csv", tmp_path / "people.csv")

    return reader
