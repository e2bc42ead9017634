"""`pulse attack` as a works council runs it."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulse.attack.attacks import ATTACKS
from pulse.cli.program import program
from pulse.release.cell import Cell
from pulse.settings import Home
from pulse.store.home import make_home
from tests.unit.disclosure.pressed import WAVES, forge, organisation, release_waves

TOP = Path(__file__).parents[2]
NUMBERS = re.compile(r"\d+")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home with three releases."""
    home = Home(tmp_path / "home")
    make_home(home, "")
    release_waves(home.releases)
    return home.path


def call(home: Path, *words: str) -> Result:
    """Attack a home with a short twin."""
    arguments = ["attack", "--waves", "4", "--home", str(home), *words]
    return CliRunner().invoke(program, arguments, prog_name="pulse", env={"PULSE_HOME": None})


def contents(home: Path) -> dict[str, bytes]:
    """Read every file of a home."""
    found = (path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


def test_a_sound_home_passes_and_stays_as_it_is(home: Path) -> None:
    """The document has an entry for every attack, exit code 0, and no file was touched."""
    before = contents(home)
    result = call(home, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["ok"], told["findings"], told["releases"], told["waves"]) == (True, [], 3, 4)
    assert told["people"] == organisation().root.invited
    assert [each["name"] for each in told["attacks"]] == [module.NAME for module in ATTACKS]
    for each in told["attacks"]:
        assert each["explanation"]
        assert {"groups", "people", "guess", "blind"} <= set(each["ours"]) & set(each["naive"])
        assert each["ours"]["groups"] == 0
        assert each["control"] in {"twin", "invented"}
    assert contents(home) == before


def test_words_name_every_attack_and_fit_a_terminal(home: Path) -> None:
    """The table has a row for each attack, in 80 columns, and says that nothing was changed."""
    result = call(home)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    for module in ATTACKS:
        assert f"{module.NAME}: " in result.stdout
    assert "no small group was found" in " ".join(result.stdout.split())
    assert "Nothing in this home was changed." in result.stdout
    assert "that is the price of showing anything at all" in " ".join(result.stdout.split())


def test_words_tell_what_a_guess_of_one_person_is_worth(home: Path) -> None:
    """A table has teams of 6 to 30: ours lie between blind and exact figures, which are certain."""
    lines = iter(call(home).stdout.splitlines())
    assert any(line.split()[:2] == ["people", "6"] for line in lines)
    said = next(lines), next(lines), next(lines), next(lines), next(lines)
    ours, exact, _, _, blind = ([int(n) for n in NUMBERS.findall(line)] for line in said)
    assert "nobody else changes an answer" in said[0]
    assert (exact, blind) == ([100] * 5, [36] * 5)
    assert all(36 < guess < 65 for guess in ours)


def test_a_planted_leak_is_named_and_exits_1(home: Path) -> None:
    """Where somebody forged a release without its pools, the attack that finds it is named."""

    def without_pools(rows: list[Cell]) -> list[Cell]:
        return [row for row in rows if row.kind != "pool"]

    forge(home / "releases", WAVES[1], rows=without_pools)
    result = call(home, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert not told["ok"]
    found = {each["name"] for each in told["attacks"] if each["ours"]["groups"]}
    assert "hidden-without-pool" in found
    assert {sentence.partition(":")[0] for sentence in told["findings"]} == found
    assert "hidden-without-pool: " in " ".join(call(home).stdout.split())


def test_a_changed_release_is_refused_by_its_name(home: Path) -> None:
    """A release that is not the ledger's is not attacked; the refusal says which file."""
    (home / "releases" / WAVES[1] / "results.json").write_bytes(b"{}")
    result = call(home, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["where"] == f"{WAVES[1]}/results.json"


def test_no_home_is_a_refusal(tmp_path: Path) -> None:
    """A home that does not exist is refused with its name, and none is made."""
    result = call(tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "There is no home here" in result.stderr
    assert not (tmp_path / "nowhere").exists()


def test_explanations_are_told_without_a_home(tmp_path: Path) -> None:
    """--explain tells all attacks, with a name that one, and refuses a name that is none."""
    every = call(tmp_path, "--explain").stdout
    assert all(module.NAME in every for module in ATTACKS)
    one = call(tmp_path, "--explain", "windows").stdout
    assert one.startswith("windows\nSubtracting one span of weeks")
    assert max(map(len, every.splitlines())) <= 80
    assert "There is no such attack" in call(tmp_path, "--explain", "magic").stderr


def test_being_stopped_leaves_nothing(home: Path, tmp_path: Path) -> None:
    """SIGTERM in the middle of the twin's weeks removes its home and says so."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "pulse", "attack", "--waves", "52", "--home", str(home)],
        cwd=TOP,
        env=os.environ | {"TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        ends = time.monotonic() + 120
        while not list(scratch.glob("pulse-attack-*/home/releases/*/manifest.json")):
            assert time.monotonic() < ends
            time.sleep(0.02)
        process.terminate()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(30) == 1
    assert "It was stopped" in said
    assert "Traceback" not in said
    assert list(scratch.iterdir()) == []


def test_a_home_without_releases_is_attacked_through_its_twin(tmp_path: Path) -> None:
    """Before the first release there is an invented organisation to try the attacks on."""
    home = Home(tmp_path / "home")
    make_home(home, "")
    result = call(home.path)
    assert result.exit_code == 0, result.output
    assert "no release (there is none yet)" in " ".join(result.stdout.split())
    assert "400 people" in result.stdout
