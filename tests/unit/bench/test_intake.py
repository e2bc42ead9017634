"""The load bench sends real ballots, each once, and its table says what stands in the runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pulse.ballotbox.cast import BoxDesk, decode
from pulse.errors import InvalidToken
from pulse.settings import load as load_settings
from pulse.store.databases import shelves
from pulse.token.publishing import INDEX
from tests.bench.intake.field import open_home
from tests.bench.intake.load import Run, Setting
from tests.bench.intake.premade import WAVE, Premade, Requests, premade
from tests.bench.intake.table import medians, table
from tests.bench.intake.ways import OURS, SAME


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Premade:
    """Return a few requests."""
    return premade(tmp_path_factory.mktemp("scratch"), 12, groups=2)


def bodies(requests: Requests) -> list[dict[str, str]]:
    """Return the bodies of a file of requests."""
    raw = Path(requests.path).read_bytes()
    assert len(raw) == requests.length * requests.count
    parts = [raw[at : at + requests.length] for at in range(0, len(raw), requests.length)]
    return [msgspec.json.decode(part.partition(b"\r\n\r\n")[2]) for part in parts]


def test_premade_ballots_are_real_and_unique(made: Premade, tmp_path: Path) -> None:
    """The box's own check passes each of them and refuses one with another's signature."""
    home = open_home(tmp_path / "home", made)
    index = (home.published / WAVE / INDEX).read_bytes()
    desk = BoxDesk(shelves(home, load_settings(home)).ballotbox, 1, WAVE, index)
    found = bodies(made.ballots)
    for body in found:
        desk.check(decode(body["g"], body["msg"], body["sig"], body["box"]))
    first, second = found[:2]
    with pytest.raises(InvalidToken):
        desk.check(decode(first["g"], first["msg"], second["sig"], first["box"]))
    desk.close()
    assert len({body["msg"] for body in found}) == 12
    assert len({body["blinded"] for body in bodies(made.signings)}) == 12


def test_requests_are_made_once(made: Premade) -> None:
    """What lies in the scratch folder is taken again as it is."""
    assert premade(Path(made.ballots.path).parent, 12) == made


def test_the_table_shows_medians_and_their_ratios() -> None:
    """Of three runs the middle one stands; the ratio is that of the medians."""

    def figures(*rates: int) -> list[tuple[Run, float]]:
        return [(Run(rate * 2, 2.0, 5.0, 9.0, 1, rate * 2e-4), 0.25) for rate in rates]

    setting = Setting(
        seconds=2, processes=1, connections=64, server_cores=(0, 1), load_cores=(0, 1)
    )
    words = table(
        "sqlite",
        setting,
        {OURS: medians(figures(1, 400, 300)), SAME: medians(figures(200, 1, 400))},
    )
    assert f"| {OURS} | 300 | 100 | 5.0 | 9.0 | 0.25 | 3 |" in words
    assert "ballots/s, ours / no-op in our app: 1.50 (at least 1.0)" in words


@pytest.mark.slow
@pytest.mark.enable_socket
def test_the_bench_runs_in_short_form(tmp_path: Path) -> None:
    """The command drives real servers, refuses nothing, and prints the bars beside the figures."""
    if shutil.which("wrk") is None:
        reason = "wrk is missing (apt-get install wrk)"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    command = "tests.bench.intake --seconds 1 --rounds 1 --ballots 30000 --backends sqlite"
    ways = ["--ways", "durable,in our app,storage,issuing", "--processes", "1"]
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), *ways, "--scratch", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split("|") for line in done.stdout.splitlines() if line.endswith("| 0 |")]
    assert len(rows) == 4, done.stdout
    assert "(at least 1.0)" in done.stdout
