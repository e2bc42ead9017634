"""One answered week, made once and copied for each test."""

import pytest

from pulse.closing import Closed
from tests.copies import known, original, week
from tests.unit.closing.case import case, waiting
from tests.week import Secrets, Week

__all__ = ["case", "known", "original", "waiting", "week"]  # fixtures for the tests of this folder


@pytest.fixture(scope="session")
def closed(
    original: tuple[Week, Secrets], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Week, Closed]:
    """Return a copy that was closed, with its report; tests only look at it."""
    week = original[0].copy(tmp_path_factory.mktemp("closed") / "home")
    report = week.close()
    week.engine.dispose()
    return week, report


@pytest.fixture
def released(closed: tuple[Week, Closed]) -> Week:
    """Return the closed copy."""
    return closed[0]
