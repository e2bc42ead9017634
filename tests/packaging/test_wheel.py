"""The wheel: what it holds, and that both apps answer from it, far from the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.unit.ballotbox.away import Away

TOP: Final = Path(__file__).parents[2]
PACKAGES: Final = ("dashboards", "pulse", "surveys")

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    """Run a command without the checkout on its path; return what it prints."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the installed build backend."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, cwd=TOP)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel and what it needs into a fresh venv."""
    folder = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", folder, cwd=folder)
    python = folder / "bin" / "python"
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    lock = TOP / "deploy" / "requirements.lock"
    run(*pip, "--require-hashes", "-r", lock, cwd=folder)
    run(*pip, "--no-deps", wheel, cwd=folder)
    return python


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """Every survey, template, script and style of the checkout is in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout.split("\n")[:-1]
    assert set(tracked) - packed == set()
    kinds = {Path(name).suffix for name in packed}
    assert {".toml", ".html", ".css", ".js", ".py"} <= kinds


def test_the_installed_program_works_without_the_checkout(python: Path, tmp_path: Path) -> None:
    """The wheel gives a `pulse` command that makes a home and imports nothing from the tree."""
    pulse = python.parent / "pulse"
    assert run(pulse, "--version", cwd=tmp_path).startswith("pulse ")
    made = json.loads(run(pulse, "init", "--json", "--home", tmp_path / "home", cwd=tmp_path))
    assert Path(made["home"]) == tmp_path / "home"
    survey = json.loads(run(pulse, "survey", "preview", "--json", cwd=tmp_path))
    assert len(survey["weeks"]) == 20


def test_both_apps_answer_from_the_wheel(python: Path, tmp_path: Path) -> None:
    """`pulse serve` from the wheel answers for staff, leaders and administrators."""
    pulse = python.parent / "pulse"
    home = tmp_path / "home"
    run(pulse, "init", "--home", home, cwd=tmp_path)
    ports = ("--port", "0", "--dashboards-port", "0", "--admin-port", "0")
    with subprocess.Popen(
        [str(pulse), "serve", "--json", "--home", str(home), *ports],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdout is not None
        told = ""
        while not told.rstrip().endswith("}\n}"):
            line = serving.stdout.readline()
            assert line, "it ended early"
            told += line
        serving.terminate()
        assert serving.wait(20) == 0
    assert set(json.loads(told)["addresses"]) == {"staff", "dashboards", "admin"}


def test_a_council_needs_the_wheel_and_nothing_else(python: Path, tmp_path: Path) -> None:
    """Keys are made and BOX is peeled where there is no home, no checkout and no database."""
    pulse = python.parent / "pulse"
    (tmp_path / "desk").mkdir()
    told = run(pulse, "council", "keys", "--waves", "3", "--out", "F", "--json", cwd=tmp_path)
    assert json.loads(told)["waves"] == 3
    away = Away(tmp_path / "desk")
    box, exported = away.bring(away.ballots())
    words = (pulse, "council", "peel", box, "--key", away.key, "--out", "P", "--json")
    peeled = json.loads(run(*words, cwd=tmp_path, PULSE_HOME=str(tmp_path / "none")))
    assert peeled["tokens"] == exported.tokens
    assert {path.name for path in tmp_path.iterdir()} == {"desk", "F", "F.pub", "P"}
