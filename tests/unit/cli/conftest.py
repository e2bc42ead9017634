"""The program called in this process, on a home of its own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pulse.cli.program import program

Call = Callable[..., Result]


def calling(home: Path) -> Call:
    """Return how to call a command on a home."""

    def call(*words: str) -> Result:
        arguments = [*words, "--home", str(home)]
        return CliRunner().invoke(program, arguments, prog_name="pulse", env={"PULSE_HOME": None})

    return call


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Call a command on the home `tmp_path / "home"`."""
    return calling(tmp_path / "home")


@pytest.fixture
def document(call: Call) -> Callable[..., Any]:
    """Call a command with --json and return its document; it must succeed."""

    def document(*words: str) -> Any:
        result = call(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return document


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home once; nobody may change it."""
    folder = tmp_path_factory.mktemp("made") / "home"
    result = calling(folder)("init")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a home that was just made."""
    return Path(shutil.copytree(made, tmp_path / "home"))


@pytest.fixture
def roster(tmp_path: Path) -> tuple[str, str]:
    """Write a roster of 24 people: two teams of 9 and 12, three people directly at the root."""
    units, people = tmp_path / "units.csv", tmp_path / "people.csv"
    units.write_text("unit_id,parent_id,name\nall,,All\na,all,Team A\nb,all,Team B\n", "utf-8")
    seats = ["all"] * 3 + ["a"] * 9 + ["b"] * 12
    rows = [f"p{number},p{number}@example.org,{unit}\n" for number, unit in enumerate(seats)]
    people.write_text("person_id,email,unit_id\n" + "".join(rows), "utf-8")
    return str(units), str(people)
