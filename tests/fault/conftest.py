"""One answered week, made once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.week import Interrupted, Secrets, Week, answered, stop_at


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Week, Secrets]:
    """Return a week of four teams with 27 ballots in the box; nobody may close it."""
    return answered(tmp_path_factory.mktemp("week") / "home")


@pytest.fixture
def week(original: tuple[Week, Secrets], tmp_path: Path) -> Iterator[Week]:
    """Return a copy of the answered week."""
    copied = original[0].copy(tmp_path / "home")
    yield copied
    copied.engine.dispose()


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


@pytest.fixture
def known(original: tuple[Week, Secrets]) -> Secrets:
    """Return what must be gone after the close."""
    return original[1]
