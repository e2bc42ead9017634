"""Fixtures: one answered week, made once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.week import Secrets, Week, answered


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


@pytest.fixture
def known(original: tuple[Week, Secrets]) -> Secrets:
    """Return what must be gone after the close."""
    return original[1]
