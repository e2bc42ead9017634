"""A house for each test, copied from one that is made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.opening.house import House


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small organisation once."""
    folder = tmp_path_factory.mktemp("template") / "home"
    House.make(folder)
    return folder


@pytest.fixture
def house(tmp_path: Path, template: Path) -> Iterator[House]:
    """Copy the small organisation."""
    shutil.copytree(template, tmp_path / "home")
    house = House(tmp_path / "home")
    yield house
    house.engine.dispose()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, template: Path) -> set[str]:
    """Name the files of a wave that opened without a crash, hashes left out of the names."""
    folder = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(template, folder)
    house = House(folder)
    house.open()
    house.engine.dispose()
    return house.plain_files()
