"""`pulse council`: a second holder's commands, and what the operator sees of them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pulse.cli.program import program
from tests.unit.ballotbox.away import Away
from tests.unit.cli.conftest import Call

Document = Callable[..., Any]


@pytest.fixture
def keys(tmp_path: Path, document: Document) -> Path:
    """Make keys for five weeks where there is no home."""
    made = document("council", "keys", "--waves", "5", "--out", str(tmp_path / "F"))
    assert made["waves"] == 5
    assert not (tmp_path / "home").exists()
    return tmp_path / "F"


def set_council(home: Path) -> None:
    """Turn the home's holder into a council."""
    file = home / "pulse.toml"
    file.write_text('holder = "council"\n' + file.read_text("utf-8"), "utf-8")


def test_the_list_of_commands_cuts_no_sentence_off(call: Call) -> None:
    """Each command says in one whole line what it does."""
    listed = call("council", "--help").stdout.partition("Commands:")[2]
    assert "forget" in listed
    assert "..." not in listed


def test_keys_are_told_and_never_overwritten(keys: Path, call: Call) -> None:
    """The command says where both files are; a second one is refused, exit 1, nothing changed."""
    before = keys.read_bytes()
    result = call("council", "keys", "--waves", "5", "--out", str(keys))
    assert result.exit_code == 1
    assert "nothing was overwritten" in result.stderr
    assert keys.read_bytes() == before
    assert keys.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("waves", ["0", "521", "many"])
def test_a_number_of_weeks_that_is_none_is_wrong_usage(
    call: Call, tmp_path: Path, waves: str
) -> None:
    """Exit code 2, and no file."""
    assert call("council", "keys", "--waves", waves, "--out", str(tmp_path / "F")).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_import_tells_how_many_weeks_are_covered(
    keys: Path, home: Path, document: Document, call: Call
) -> None:
    """The result counts weeks and repeats the eight words; the same file again is refused."""
    told = document("council", "import", str(keys) + ".pub")
    made = call("council", "import", str(keys) + ".pub")
    assert (told["imported"], told["waves"], len(told["fingerprint"].split())) == (5, 5, 8)
    assert made.exit_code == 1
    assert "imported before" in made.stderr
    assert call("council", "import", str(keys)).exit_code == 1
    assert "secret file" in call("council", "import", str(keys)).stderr
    assert home.is_dir()


def test_check_of_another_file_names_it_and_says_what_is_wanted(keys: Path, call: Call) -> None:
    """The wrong file is refused, exit 1, with its name and where the right one lies."""
    result = call("council", "check", f"{keys}.pub", "--key", str(keys))
    assert result.exit_code == 1
    assert "F.pub: " in result.stderr
    assert "staff site" in result.stderr


def test_import_says_when_its_keys_will_not_be_used(keys: Path, home: Path, call: Call) -> None:
    """Where the setting names another holder, a note says so."""
    assert 'once the setting holder is "council"' in call("council", "import", f"{keys}.pub").stderr
    assert home.is_dir()


def test_a_week_opens_under_an_imported_key_and_few_are_told(
    keys: Path, home: Path, call: Call, document: Document, roster: tuple[str, str]
) -> None:
    """Without keys a friendly refusal; with them the week opens, and few left are a note."""
    document("roster", "import", *roster)
    set_council(home)
    refused = call("wave", "open")
    assert refused.exit_code == 1
    assert "No key of the council is left" in refused.stderr
    assert document("council", "import", f"{keys}.pub")["waves"] == 5
    opened = document("wave", "open")
    assert opened["covered"] == 4
    (listed,) = (home / "state" / "w" / opened["wave"]).glob("keys-*.json")
    checked = document("council", "check", str(listed), "--key", str(keys))
    assert (checked["wave"], checked["fingerprint"]) == (opened["wave"], opened["fingerprint"])
    assert f"forget --wave {opened['wave']}" in call("wave", "cancel").stderr
    again = call("wave", "open", "--json")
    assert json.loads(again.stdout)["covered"] == 3
    assert "Council keys left: 3, each for one week" in again.stderr
    forgotten = document("council", "forget", "--key", str(keys), "--wave", opened["wave"])
    assert forgotten["pairs"] == [checked["pair"]]


def test_peel_prints_what_the_operator_confirms(tmp_path: Path) -> None:
    """The documented form works, its document names H(P), and the note says what comes next."""
    away = Away(tmp_path)
    box, exported = away.bring(away.ballots())
    out = tmp_path / "P"
    words = ["council", "peel", str(box), "--key", str(away.key), "--out", str(out)]
    result = CliRunner().invoke(program, [*words, "--json"], env={"PULSE_HOME": None})
    told = json.loads(result.stdout)
    assert (result.exit_code, told["tokens"], told["ballots"]) == (0, exported.tokens, 10)
    assert f"--confirm {told['peeled']}" in result.stderr
    other, _ = away.bring(away.ballots(), "other")
    words[2] = str(other)
    refused = CliRunner().invoke(program, [*words, "--json"], env={"PULSE_HOME": None})
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["message"].startswith("Other ballots of this wave")


@pytest.mark.parametrize("more", [[], ["--confirm", "0" * 64, "--wave", "2026-W09"]])
def test_forget_wants_one_reason(keys: Path, call: Call, more: list[str]) -> None:
    """Neither or both of --confirm and --wave are wrong usage."""
    assert call("council", "forget", "--key", str(keys), *more).exit_code == 2


@pytest.mark.slow
def test_the_council_loads_no_figures_solver_or_framework(tmp_path: Path) -> None:
    """Making keys on a bare machine imports nothing of tables, charts, solver or web."""
    script = (
        "import sys; from pulse.cli.program import program\n"
        "try: program(['council', 'keys', '--waves', '1', '--out', sys.argv[1]])\n"
        "except SystemExit: print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "F")], capture_output=True, check=True
    )
    loaded = set(done.stdout.decode().split())
    assert "pulse.ballotbox.pairs" in loaded
    assert not {"polars", "plotly", "highspy", "litestar", "alembic", "pulse.closing"} & loaded
