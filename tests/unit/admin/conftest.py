"""A home for each test, copied from one that is made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from sqlalchemy import Engine

from pulse.settings import Home, load
from pulse.store.databases import accounts_engine, state_engine
from tests.unit.admin import house
from tests.unit.admin.house import Browser


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Make the home that all others are copies of."""
    return house.a_home(tmp_path_factory.mktemp("admin") / "home")


@pytest.fixture(scope="session")
def still(original: Home, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Give an administrator whose home all tests leave as it is."""
    home = tmp_path_factory.mktemp("still") / "home"
    return Browser(house.an_app(Home(Path(shutil.copytree(original.path, home)))))


@pytest.fixture
def home(original: Home, tmp_path: Path) -> Home:
    """Give a home of its own."""
    return Home(Path(shutil.copytree(original.path, tmp_path / "home")))


@pytest.fixture
def app(home: Home) -> Litestar:
    """Give its administrator's app."""
    return house.an_app(home)


@pytest.fixture
def admin(app: Litestar) -> Browser:
    """Give the administrator, signed in."""
    return Browser(app)


@pytest.fixture
def state(home: Home) -> Iterator[Engine]:
    """Open its roster and weeks."""
    engine = state_engine(home, load(home, {}))
    yield engine
    engine.dispose()


@pytest.fixture
def accounts(home: Home) -> Iterator[Engine]:
    """Open its accounts."""
    engine = accounts_engine(home, load(home, {}))
    yield engine
    engine.dispose()
