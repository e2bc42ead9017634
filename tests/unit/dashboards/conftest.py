"""One released home for the tests that only look, fresh ones for those that change something."""

from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.settings import Home
from tests.unit.dashboards import house


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
