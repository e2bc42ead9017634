"""`pulse tick` as a command: once, and as a look ahead."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Call

Document = Callable[..., Any]


def contents(home: Path) -> dict[str, bytes]:
    """Return every file of a home but the databases' companions."""
    found = (path for path in home.rglob("*") if path.is_file())
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in found
        if not path.name.endswith(("-wal", "-shm", ".lock"))
    }


def test_a_dry_run_changes_nothing(call: Call, home: Path, document: Document) -> None:
    """It says the cadence, what is due and what comes, in words and as a document."""
    before = contents(home)
    words = call("tick", "--dry-run")
    assert words.exit_code == 0
    assert words.stdout.startswith("Weekly: there is no earlier four-week rate")
    assert max(map(len, words.stdout.splitlines())) <= 100
    assert set(document("tick", "--dry-run")) == {"due", "coming", "cadence"}
    assert contents(home) == before


def test_a_tick_of_an_empty_home_does_nothing(document: Document, call: Call, home: Path) -> None:
    """Without people no week opens; the tick is noted as gone well."""
    assert call("tick").stdout == "Nothing is due.\n"
    found = document("tick")
    assert (found["done"], found["told"], found["failed"]) == ([], [], [])
    assert (home / "state" / "ticked").is_file()


@pytest.mark.parametrize("seconds", ["0", "-1", "3601", "often"])
def test_how_often_is_between_a_second_and_an_hour(call: Call, home: Path, seconds: str) -> None:
    """Anything else is wrong usage."""
    assert home.is_dir()
    assert call("tick", "--every", seconds).exit_code == 2


def test_a_home_that_is_none_is_refused(call: Call) -> None:
    """Without a home the command ends, with --every too."""
    assert call("tick").exit_code == 1
