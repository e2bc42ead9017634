"""One released home for the tests that only look, fresh ones for those that change something."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine

from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house
from tests.unit.dashboards.providers import Lying, honestly


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Give a home with ten released waves; tests leave it as it is."""
    return house.a_home(tmp_path_factory.mktemp("released"))


@pytest.fixture(scope="session")
def app(released: Home) -> Litestar:
    """Give the app of that home."""
    return house.an_app(released)


@pytest.fixture
def hr(app: Litestar) -> TestClient[Litestar]:
    """Give HR, signed in."""
    return house.visitor(app, house.HR)


@pytest.fixture
def leader(app: Litestar) -> TestClient[Litestar]:
    """Give the leader of Engineering, signed in."""
    return house.visitor(app, house.LEADER)


@pytest.fixture
def fresh(tmp_path: Path) -> Home:
    """Give a home of its own without a release."""
    return house.a_home(tmp_path, weeks=0)


@pytest.fixture
def home(released: Home, tmp_path: Path) -> Home:
    """Give a home with ten released waves of its own."""
    return Home(Path(shutil.copytree(released.path, tmp_path / "home")))


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    """Open its accounts."""
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def lying() -> Iterator[Lying]:
    """Run a provider that says what it is told."""
    provider = Lying()
    yield provider
    provider.close()


@pytest.fixture
def provider(lying: Lying) -> Lying:
    """Give that provider, honest again."""
    lying.say, lying.describes, lying.userinfo = honestly, {}, {}
    return lying
