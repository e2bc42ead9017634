"""Small homes for tests that need no wave."""

import datetime as dt
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from sqlalchemy import Engine, delete

from pulse.clock import FixedClock
from pulse.invitation.tables import sent
from pulse.roster.tables import membership
from pulse.settings import Home, load
from pulse.store.databases import ACCOUNTS, STATE, accounts_engine, state_engine
from pulse.store.engine import reading
from pulse.store.migrate import upgrade
from pulse.upkeep.backup import Taken, backup
from pulse.upkeep.restore import Restored, restore
from pulse.wave import wave_table
from tests.unit.upkeep import homes

CLOCK: Final = FixedClock(dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC))


class Place(NamedTuple):
    """A home with its two databases opened."""

    home: Home
    state: Engine
    accounts: Engine

    def backup(self, file: Path) -> Taken:
        """Take a backup."""
        return backup(self.home, self.state, self.accounts, CLOCK, file)

    def end_open_week(self) -> None:
        """Take away the open week, of which this home has rows alone: no stores and no keys."""
        with self.state.begin() as connection:
            for table in (wave_table, sent, membership):
                connection.execute(delete(table).where(table.c.wave == "2026-W10"))


@contextmanager
def opened(home: Home) -> Iterator[Place]:
    """Open the databases of a home for as long as the block lasts."""
    settings = load(home, {})
    place = Place(home, state_engine(home, settings), accounts_engine(home, settings))
    try:
        yield place
    finally:
        place.state.dispose()
        place.accounts.dispose()


def old_home(folder: Path, state: str = "state_0001", accounts: str = "accounts_0001") -> Home:
    """Make a home whose databases are of these revisions; its one release is left out."""
    home = Home(folder)
    home.make()
    for revision, path in ((state, home.state / STATE), (accounts, home.accounts / ACCOUNTS)):
        homes.build(revision, path)
    with closing(sqlite3.connect(home.state / STATE)) as connection, connection:
        connection.execute("DELETE FROM wave WHERE state = 'released'")
    home.settings_file.touch(mode=0o600)
    home.settings_file.write_text('organisation = "Example Ltd"\n')
    return home


def restored(file: Path, folder: Path) -> tuple[Home, Restored]:
    """Restore into a new home."""
    home = Home(folder)
    return home, restore(home, file, {})


def rows(engine: Engine, table: str) -> list[tuple[object, ...]]:
    """Return a table's rows, sorted."""
    with reading(engine) as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 - our own names
    return sorted((tuple(row) for row in found), key=repr)


@pytest.fixture(scope="session")
def today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home of the newest schema once; nobody may change it."""
    home = old_home(tmp_path_factory.mktemp("today") / "home")
    with opened(home) as found:
        upgrade(found.state, "state")
        upgrade(found.accounts, "accounts")
    return home.path


@pytest.fixture
def place(today: Path, tmp_path: Path) -> Iterator[Place]:
    """Return a home with a roster, an open week and three accounts."""
    with opened(Home(Path(shutil.copytree(today, tmp_path / "home")))) as found:
        yield found


@pytest.fixture
def file(place: Place, tmp_path: Path) -> Path:
    """Take a backup of that home."""
    path = tmp_path / f"{secrets.token_hex(4)}.tar.gz"
    place.backup(path)
    return path
