"""What all commands share: options anywhere, refusals, exit codes, help."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import pulse
from pulse.cli.frame import Command, Root
from pulse.cli.program import program
from pulse.cli.text import facts
from pulse.errors import BadRoster
from tests.unit.cli.conftest import Call


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@click.command(cls=Root)
def faulty() -> None:
    """Stand in for a program whose commands fail."""


@faulty.command(cls=Command)
def refuses() -> None:
    """Refuse with a place."""
    raise BadRoster("This line is\nwrong.", where="people.csv:3")


@faulty.command(cls=Command)
def breaks() -> None:
    """Fail in a way that nobody foresaw."""
    raise ZeroDivisionError("division by zero")


@faulty.command(cls=Command)
def misses() -> None:
    """Ask the system for a file that is not there."""
    Path("no-such-file").read_bytes()


@pytest.mark.parametrize("words", list(commands(program)), ids=" ".join)
def test_every_command_explains_itself_in_80_columns(words: tuple[str, ...]) -> None:
    """--help of each command exits 0, fits 80 columns and offers the shared options."""
    result = CliRunner().invoke(program, [*words, "--help"], prog_name="pulse")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "--home" in result.stdout
    assert "--json" in result.stdout


def test_the_overview_cuts_no_sentence_short() -> None:
    """The list of commands shows each one's whole first sentence."""
    result = CliRunner().invoke(program, ["--help"], prog_name="pulse", terminal_width=80)
    assert "..." not in result.stdout.partition("Commands:")[2]


def test_the_version_is_the_package_s() -> None:
    """--version prints the version and nothing else."""
    result = CliRunner().invoke(program, ["--version"], prog_name="pulse")
    assert result.stdout == f"pulse {pulse.__version__}\n"


@pytest.mark.parametrize("place", range(3))
def test_home_and_json_stand_anywhere(place: int, tmp_path: Path, call: Call) -> None:
    """The shared options work before the group, before the command and after it."""
    assert call("init").exit_code == 0
    words = ["wave", "status"]
    words[place:place] = ["--json", "--home", str(tmp_path / "home")]
    result = CliRunner().invoke(program, words, env={"PULSE_HOME": None})
    assert json.loads(result.stdout)["wave"] is None


def test_a_refusal_is_one_line_and_exit_1() -> None:
    """A refusal prints nothing on standard output and one line of reason beside it."""
    result = CliRunner().invoke(faulty, ["refuses"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "pulse: people.csv:3: This line is wrong.\n"


def test_a_refusal_in_json_is_a_document() -> None:
    """With --json a refusal is the error document, and nothing else is printed."""
    result = CliRunner().invoke(faulty, ["--json", "refuses"])
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == {
        "error": {"type": "bad_roster", "message": "This line is\nwrong.", "where": "people.csv:3"}
    }


@pytest.mark.parametrize(("command", "word"), [("breaks", "ZeroDivision"), ("misses", "no-such")])
def test_nothing_ends_in_a_traceback(command: str, word: str) -> None:
    """Even a failure that nobody foresaw is one line and exit 1."""
    result = CliRunner().invoke(faulty, [command])
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert word in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [["nonsense"], ["serve", "--port", "x"], ["wave", "close", "x"]])
def test_wrong_usage_exits_2(words: list[str]) -> None:
    """Words that no command takes exit 2 with a hint on standard error."""
    result = CliRunner().invoke(program, words, prog_name="pulse")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--help" in result.stderr


def test_without_a_home_commands_say_how_to_make_one(call: Call) -> None:
    """Where there is no home, a command names `pulse init`."""
    result = call("wave", "status")
    assert result.exit_code == 1
    assert "pulse init" in result.stderr


def test_facts_are_lines_and_tables() -> None:
    """Documents for people are aligned names, and tables where they hold rows."""
    assert facts({"a": 1, "long": None, "none": (), "rows": [{"x": 1, "y": "two"}]}) == (
        "a     1\nlong  -\nnone  -\nrows\n  x  y\n  1  two"
    )
