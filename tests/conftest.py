"""Rules for all tests: no network in the fast ones, and in CI the same examples each time."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from tests.backends import BACKENDS, Backend
from tests.postgres import Cluster

HERE: Final = Path(__file__).parent
WITHOUT_NETWORK: Final = (HERE / "unit", HERE / "property")
IN_CI: Final = os.environ.get("CI") == "true"

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if IN_CI else "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take the network from unit and property tests, unless one asks for this machine's own."""
    for item in items:
        fast = any(item.path.is_relative_to(folder) for folder in WITHOUT_NETWORK)
        asks = item.get_closest_marker("enable_socket") or item.get_closest_marker("allow_hosts")
        if fast and not asks:
            item.add_marker(pytest.mark.disable_socket)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start one PostgreSQL server for whoever asks; each test makes databases of its own."""
    made = Cluster.throw_away()
    yield made
    made.remove()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Return each storage backend in turn, empty."""
    cluster = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    made = Backend(tmp_path, cluster)
    yield made
    made.close()
