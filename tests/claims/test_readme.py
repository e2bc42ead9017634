"""The README: its commands are the ones that are run, its links lead somewhere."""

import re
from pathlib import Path
from typing import Final

import click
import pytest

from pulse.cli.program import program

TOP: Final = Path(__file__).parents[2]
README: Final = (TOP / "README.md").read_text(encoding="utf-8")
VENV: Final = "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r deploy/"
TRY: Final = f"{VENV}requirements.lock && .venv/bin/python -m pulse demo"
TEST: Final = f"{VENV}requirements-dev.lock && .venv/bin/python -m pytest"
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)]+)\)")


def blocks() -> list[str]:
    """List the contents of the README's code blocks."""
    return re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_two_commands_stand_in_the_readme_each_on_one_line() -> None:
    """The README gives exactly two set-up commands: one to try Pulse and one to test it."""
    commands = [block.strip() for block in blocks() if "-m venv" in block]
    assert commands == [TRY, TEST]


def test_continuous_integration_runs_the_readme_s_test_command() -> None:
    """.ci/run ends with the very line of the README, after the quick check."""
    lines = (TOP / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == TEST
    assert any("-m tests.check" in line for line in lines)


def test_every_link_and_picture_of_the_documents_exists() -> None:
    """Relative links in README, SECURITY, CHANGELOG and the rooms' READMEs lead to files."""
    documents = [*TOP.glob("*.md"), *(TOP / "pulse").rglob("*.md")]
    missing = [
        (document.name, target)
        for document in documents
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if "://" not in target and not (document.parent / target.partition("#")[0]).exists()
    ]
    assert missing == []


@pytest.mark.parametrize(
    "words", sorted(set(re.findall(r"\bpulse ((?:[a-z]+ ?)+)", " ".join(blocks()))))
)
def test_every_command_in_a_code_block_exists(words: str) -> None:
    """Each `pulse …` line of a code block names a command of the program."""
    command: click.Command = program
    for word in words.split():
        if not isinstance(command, click.Group):
            break
        command = command.commands[word]
    assert not isinstance(command, click.Group)


def test_every_command_is_in_the_readme_s_table() -> None:
    """The table of commands names each command group once, and nothing that does not exist."""
    section = README.partition("\n## Commands\n")[2].partition("\n## ")[0]
    named = [row.split()[0] for row in re.findall(r"^\| `pulse ([^`]+)`", section, re.MULTILINE)]
    assert sorted(set(named)) == sorted(program.commands)


def test_the_rooms_of_the_where_do_i_add_table_exist() -> None:
    """Each folder and file that the last table points to is there."""
    section = README.partition("\n## Where do I add …\n")[2].partition("\n## ")[0]
    for path in re.findall(r"`((?:pulse|surveys)/[\w/.<>]*)`", section):
        known = path.partition("<")[0]
        assert (TOP / known).exists(), path
