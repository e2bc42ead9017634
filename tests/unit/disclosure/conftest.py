"""Releases for the audit to look at."""

import shutil
from pathlib import Path

import pytest

from tests.unit.disclosure.pressed import release_waves


@pytest.fixture(scope="session")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Press three waves once."""
    releases = tmp_path_factory.mktemp("pressed")
    release_waves(releases)
    return releases


@pytest.fixture
def releases(pressed: Path, tmp_path: Path) -> Path:
    """Return a copy of the pressed waves to spoil."""
    return Path(shutil.copytree(pressed, tmp_path / "releases"))
