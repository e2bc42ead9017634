"""The backends: SQLite files in a folder, and a real PostgreSQL server."""

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from pulse.store.engine import sqlite_engine
from pulse.store.migrate import upgrade
from pulse.store.postgres import postgres_engine
from pulse.store.schemashelf import SchemaShelf, prepare
from pulse.store.shelf import FileShelf, Shelf
from tests.postgres import Cluster

BACKENDS: Final = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


class Backend:
    """Makes the stores of one backend, empty ones for each test.

    Args:
        folder: an empty folder.
        cluster: a PostgreSQL server; without one the stores are SQLite files.
    """

    def __init__(self, folder: Path, cluster: Cluster | None) -> None:
        self._folder, self._cluster = folder, cluster
        self._open: list[Shelf | Engine] = []
        self.url = cluster.new_database() if cluster else None

    @property
    def name(self) -> str:
        """How SQLAlchemy calls it."""
        return "postgresql" if self.url else "sqlite"

    def address(self) -> str:
        """Return what another process needs to open `shelf`: a folder or an address."""
        return self.url.render_as_string(hide_password=False) if self.url else str(self._folder)

    def shelf(self) -> Shelf:
        """Return the shelf of a room; each call gives another one on the same stores."""
        shelf = shelf_at(self.address())
        if isinstance(shelf, SchemaShelf):
            prepare(self.engine())
        self._open.append(shelf)
        return shelf

    def engine(self) -> Engine:
        """Return an engine on one empty kept database."""
        if self.url:
            engine = postgres_engine(self.url, serving=True, one_writer=True)
        else:
            engine = sqlite_engine(self._folder / "kept.db", journal="wal", create=True)
        self._open.append(engine)
        return engine

    def close(self) -> None:
        """Let go of everything that was opened."""
        for each in self._open:
            if isinstance(each, Engine):
                each.dispose()
            else:
                each.close()


@pytest.fixture
def engine(backend: Backend) -> Engine:
    """Open an empty state database."""
    engine = backend.engine()
    upgrade(engine, "state")
    return engine


def shelf_at(address: str) -> Shelf:
    """Return the shelf at a folder or a PostgreSQL address."""
    if address.startswith("postgresql"):
        return SchemaShelf(_url(address), serving=True)
    return FileShelf(Path(address), "wal")


def _url(address: str) -> URL:
    from sqlalchemy.engine import make_url

    return make_url(address)
