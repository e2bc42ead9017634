"""An answered week and a precinct, each made once and copied for each test."""

import pytest

from tests.copies import known, original, week
from tests.fault.precinct import Precinct
from tests.week import Interrupted, Secrets, Week, stop_at

__all__ = ["known", "original", "week"]  # fixtures for the tests of this folder


@pytest.fixture(scope="session")
def untouched(
    original: tuple[Week, Secrets], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Return the files that a close without any interruption releases."""
    week = original[0].copy(tmp_path_factory.mktemp("untouched") / "home")
    week.close()
    return week.released()


@pytest.fixture(scope="session")
def peeled(original: tuple[Week, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Return a copy that was interrupted right after the peel; nobody may go on with it."""
    week = original[0].copy(tmp_path_factory.mktemp("peeled") / "home")
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after peel"))
    week.engine.dispose()
    return week


@pytest.fixture(scope="session")
def precinct(tmp_path_factory: pytest.TempPathFactory) -> Precinct:
    """Return a home with an open wave for 600 people, and what they will send."""
    return Precinct(tmp_path_factory.mktemp("precinct"), 600)
