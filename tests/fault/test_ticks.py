"""`pulse tick` as processes: several at once, and one that goes on whatever it meets."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pulse.tick import Ticked
from tests.installation import ROOT, Installation, installed

NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
PEOPLE = 12


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Return an installation with people, on the Monday of W10 at nine."""
    made = installed(tmp_path, NINE)
    made.run("init")
    made.roster({f"team{t}": [f"p{t}{n}" for n in range(PEOPLE // 2)] for t in range(2)})
    return made


def started(place: Installation, *words: str) -> "subprocess.Popen[str]":
    """Start `pulse tick` on an installation."""
    return subprocess.Popen(
        [sys.executable, "-m", "pulse", "tick", "--json", *words],
        cwd=ROOT, env=place._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def together(place: Installation, count: int = 2) -> list[Ticked]:
    """Run so many ticks at once; each must end well."""
    running = [started(place) for _ in range(count)]
    ended = [(*process.communicate(timeout=120), process.returncode) for process in running]
    assert [code for _, _, code in ended] == [0] * count, ended
    return [msgspec.json.decode(out, type=Ticked) for out, _, _ in ended]


@pytest.mark.slow
def test_two_processes_at_once_do_everything_once(place: Installation) -> None:
    """Three ticks at the same moment open one week and write everybody one mail of a kind."""
    said = together(place, 3)
    opened = [each for ticked in said for each in ticked.done if each.words.startswith("Opened")]
    assert len(opened) == 1
    place.set_time(NINE + 6.99 * HOUR)
    together(place)
    together(place)
    box = place.folder / "outbox" / "2026-W10"
    assert len(list(box.glob("invitation-*.eml"))) == PEOPLE
    place.set_time(NINE + 54.99 * HOUR)
    together(place)
    together(place)
    assert len(list(box.glob("reminder-*.eml"))) == PEOPLE
    assert len(list(box.glob("invitation-*.eml"))) == PEOPLE
    place.set_time(NINE + 105 * HOUR)
    together(place)
    together(place)
    releases = place.folder / "releases"
    assert len((releases / "ledger.jsonl").read_text("utf-8").splitlines()) == 1
    assert (releases / "2026-W10" / "manifest.json").is_file()


@pytest.fixture
def ticker(place: Installation) -> "Iterator[subprocess.Popen[str]]":
    """Tick once a second, and end it whatever the test did."""
    running = started(place, "--every", "1")
    yield running
    running.kill()
    running.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_ticker_survives_failures_and_ends_when_told(
    place: Installation, ticker: "subprocess.Popen[str]", number: signal.Signals
) -> None:
    """A broken settings file is said once, not every second; mended, the week opens; it exits 0."""
    file = place.folder / "pulse.toml"
    good = file.read_text("utf-8")
    assert ticker.stderr is not None
    assert ticker.stdout is not None
    opened = json.loads(ticker.stdout.readline())
    assert opened["done"][0]["words"].startswith("Opened")
    file.write_text("cadence = 'sometimes'\n", encoding="utf-8")
    said = ticker.stderr.readline()
    assert "cadence" in said
    file.write_text(good, encoding="utf-8")
    place.set_time(NINE + 6.99 * HOUR)
    invited = json.loads(ticker.stdout.readline())
    assert any("Invitations" in each["words"] for each in invited["done"])
    os.kill(ticker.pid, number)
    out, err = ticker.communicate(timeout=30)
    assert ticker.returncode == 0
    assert "Traceback" not in err
    assert err.count("cadence") == 0, "said once"
    assert out == ""
