"""The peel as a process of its own: what it prints, what it hangs on, what it loads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pulse.ballotbox import peel, seal
from pulse.token.encoding import b64u
from tests.booth import Booth
from tests.unit.ballotbox.test_peel import ballots


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    """Return a wave of two groups of eight."""
    return Booth(tmp_path)


def test_the_command_peels_and_says_why_it_refuses(booth: Booth) -> None:
    """As a process of its own it prints P's header, or one reason with exit code 1."""
    box, exported = booth.box(ballots(booth))
    command = [
        sys.executable, "-m", "pulse.ballotbox.peel", str(box), "--key", str(booth.outer_key),
        "--groups", str(booth.groups), "--out", str(booth.folder / "P"), "--k",
    ]  # fmt: skip
    done = subprocess.run([*command, "5"], capture_output=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["tokens"]) == (0, exported.tokens)
    done = subprocess.run([*command, "15"], capture_output=True, check=False)
    assert done.returncode == 1
    assert "only 8 invited" in json.loads(done.stdout)["error"]
    reading, writing = os.pipe()
    os.close(writing)  # whoever began this peel is gone: nothing may be written any more
    (booth.folder / "P").unlink()
    given_up = [*command, "5", "--lifeline", str(reading)]
    done = subprocess.run(given_up, capture_output=True, check=False, pass_fds=(reading,))
    os.close(reading)
    assert (done.returncode, done.stdout, (booth.folder / "P").exists()) == (1, b"", False)


def test_the_command_hangs_on_its_lifeline(
    booth: Booth, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a lifeline it is watched before anything is read; without one nothing is."""
    box, exported = booth.box(ballots(booth))
    words = [str(box), "--key", str(booth.outer_key), "--groups", str(booth.groups), "--k", "5"]
    watched: list[int] = []
    for lifeline in ([], ["--lifeline", "7"]):
        assert peel.main([*words, "--out", str(booth.folder / "P"), *lifeline], watched.append) == 0
        assert json.loads(capsys.readouterr().out)["tokens"] == exported.tokens
    assert watched == [7]


@pytest.mark.parametrize("left_out", ["--key", "--groups", "--k", "--out"])
def test_the_command_guesses_nothing(
    booth: Booth, capsys: pytest.CaptureFixture[str], left_out: str
) -> None:
    """Without a key, list, k or place for P it says what is missing, and reads nothing."""
    given = {"--key": "K", "--groups": "G", "--k": "5", "--out": str(booth.folder / "P")}
    words = [word for option in given.items() if option[0] != left_out for word in option]
    with pytest.raises(SystemExit) as ended:
        peel.main(["BOX", *words])
    assert ended.value.code == 2
    assert f"required: {left_out}" in capsys.readouterr().err


def test_the_command_names_a_missing_file(booth: Booth, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing BOX is one sentence, no traceback."""
    where = str(booth.folder / "none")
    groups = str(booth.groups)
    given = [where, "--key", where, "--groups", groups, "--k", "5", "--out", where]
    assert peel.main(given) == 1
    assert json.loads(capsys.readouterr().out) == {"error": "No such file or directory."}


def test_a_damaged_key_is_refused_before_it_spoils_every_ballot(
    booth: Booth, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given the public point, the command takes its own scalar alone; another one peels nothing."""
    box, exported = booth.box(ballots(booth))
    out, public = booth.folder / "P", seal.public_of(booth.outer_private)
    words = [str(box), "--key", str(booth.outer_key), "--groups", str(booth.groups), "--k", "5"]
    words += ["--out", str(out), "--public"]
    assert peel.main([*words, b64u(seal.generate_pair()[1])]) == 1
    assert "its file was damaged" in json.loads(capsys.readouterr().out)["error"]
    assert not out.exists()
    assert not booth.outer_key.with_name("outer.peeled").exists()
    assert peel.main([*words, b64u(public)]) == 0
    assert json.loads(capsys.readouterr().out)["tokens"] == exported.tokens


def test_the_holders_process_knows_no_database() -> None:
    """The process that reads the outer key loads no database library and no other room."""
    listed = "import sys, pulse.ballotbox.peel; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert not {"sqlalchemy", "sqlite3", "polars", "litestar", "pulse.issuer"} & loaded
