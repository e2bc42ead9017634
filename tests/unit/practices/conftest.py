"""An accounts database with the tables that its metadata describe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

import pulse.accounts.tables  # noqa: F401 - its tables belong to the same database
from pulse.store.engine import sqlite_engine
from pulse.store.metadata import accounts as metadata


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Engine]:
    """Open an empty database of accounts and practices."""
    engine = sqlite_engine(tmp_path / "accounts.db", journal="wal", create=True)
    metadata.create_all(engine)
    yield engine
    engine.dispose()
