"""The four commands as people and scripts call them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulse.cli import upkeep
from pulse.cli.program import program
from pulse.upkeep.finding import Check
from tests.unit.upkeep.conftest import Place


def call(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(program, words, env={"PULSE_HOME": None})


@pytest.mark.slow
def test_a_backup_and_its_restore_tell_what_they_did(place: Place, tmp_path: Path) -> None:
    """Documents name the ledger's end on both sides, and what was lost."""
    file, new = str(tmp_path / "x.tar.gz"), str(tmp_path / "new")
    taken = json.loads(call("backup", file, "--home", str(place.home.path), "--json").stdout)
    assert taken["file"] == file
    result = call("restore", file, "--home", new, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["head"] == taken["head"]
    assert told["lost"] == ["2026-W10"]
    assert told["home"] == new
    again = call("restore", file, "--home", new, "--json")
    assert again.exit_code == 1
    assert "not empty" in json.loads(again.stdout)["error"]["message"]


@pytest.mark.slow
def test_a_person_is_told_in_words(place: Place, tmp_path: Path) -> None:
    """Without --json a restore says what to look at next."""
    file = str(tmp_path / "x.tar.gz")
    call("backup", file, "--home", str(place.home.path))
    said = call("restore", file, "--home", str(tmp_path / "new")).stdout
    for word in ("2026-W10", "pulse leaders list", "pulse leaders reset"):
        assert word in said


def test_the_doctor_gives_a_list_and_an_exit_code(place: Place) -> None:
    """Exit 0 while nothing has to be mended, 1 with the place of what must be."""
    home = str(place.home.path)
    place.end_open_week()
    result = call("doctor", "--home", home, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["ok"]
    assert {frozenset(check) for check in document["checks"]} == {
        frozenset({"check", "status", "message", "where"})
    }
    (place.home.operator_keys / "2025-W01.inner").touch(mode=0o600)
    result = call("doctor", "--home", home)
    assert result.exit_code == 1
    assert "2025-W01.inner" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 to be mended."
    paths = str(place.home.path)
    assert max(len(line) for line in result.stdout.splitlines() if paths not in line) <= 80


def test_a_damaged_settings_file_is_one_sentence(place: Place, tmp_path: Path) -> None:
    """Neither a backup nor the doctor shows a traceback."""
    place.home.settings_file.write_text("k = \n")
    for words in (("backup", str(tmp_path / "x")), ("doctor",)):
        result = call(*words, "--home", str(place.home.path), "--json")
        assert result.exit_code == 1
        assert json.loads(result.stdout)["error"]["type"] == "bad_setting"


def test_what_is_true_of_several_places_is_said_once() -> None:
    """The list names every place behind one sentence; other sentences keep lines of their own."""
    rooms = ("state", "issuer")
    checks = (*(Check("server", "warn", "It logs.", room) for room in rooms),
              Check("server", "fail", "It logs.", "ballotbox"))  # fmt: skip
    lines = upkeep._table(checks).splitlines()
    assert lines == [
        "warn  server        It logs. (state, issuer)",
        "fail  server        It logs. (ballotbox)",
        "1 to be mended.",
    ]
