"""`pulse demo`: its past went through the real closing, its links work, nothing stays behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from pulse.clock import SystemClock
from pulse.demo.build import Demo, build
from pulse.disclosure.audit import audit_home
from pulse.issuer.desk import Issuer
from pulse.release import reading
from pulse.settings import Home
from pulse.token.encoding import b64u
from pulse.token.invites import parse_link
from tests.installation import free_ports, started
from tests.shelves import rooms

TOP: Final = Path(__file__).parents[2]
PEOPLE, WEEKS = 120, 6


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Demo, list[tuple[str, int]]]:
    """Make a small demo in this process; keep what it said on the way."""
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    said: list[tuple[str, int]] = []
    demo = build(
        home,
        SystemClock(),
        base_url="http://127.0.0.1:8000",
        dashboards_url="http://127.0.0.1:8001",
        people=PEOPLE,
        weeks=WEEKS,
        progress=lambda label, done, _: said.append((label, done)),
    )
    return home, demo, said


Made = tuple[Home, Demo, list[tuple[str, int]]]


def test_every_past_week_is_an_ordinary_release(made: Made) -> None:
    """All past weeks are in the ledger, oldest first, and the auditor finds nothing."""
    home, demo, said = made
    entries = reading.verify_chain(home.releases)
    assert len(entries) == WEEKS
    assert [entry.wave for entry in entries] == sorted(entry.wave for entry in entries)
    assert demo.wave > entries[-1].wave
    report = audit_home(home.releases)
    assert report.ok, report.findings
    assert [done for label, done in said if label.startswith("Living")] == [1, 2, 3, 4, 5, 6]


def test_past_weeks_have_answers_and_this_week_none(made: Made) -> None:
    """Each release counts most of the people; the open week has no release and no ballot."""
    home, demo, _ = made
    for wave in reading.waves(home.releases):
        tallies = reading.load(home.releases, wave).manifest.tallies
        assert tallies.invited == PEOPLE
        assert PEOPLE * 0.3 < tallies.counted <= PEOPLE
        assert tallies.spoiled == 0
    assert demo.wave not in reading.waves(home.releases)


def test_nothing_of_a_past_week_can_be_opened_any_more(made: Made) -> None:
    """Keys, stores and peeled answers of past weeks are gone; only the open week has any."""
    home, demo, _ = made
    for folder in (home.issuer, home.ballotbox, home.keys, home.state / "close"):
        kept = {path.name for path in folder.rglob("*") if path.is_file()}
        assert not {
            name
            for name in kept
            if name[:4].isdigit() and not name.startswith(demo.wave) and not name.endswith(".json")
        }


def test_each_link_is_an_invitation_of_the_open_week(made: Made) -> None:
    """The issuer knows all three links, as different people of the open week."""
    home, demo, _ = made
    issuer = Issuer(rooms(home).issuer, home.issuer_keys, home.published)
    try:
        secrets = [parse_link(link)[0] for link in demo.links]
        assert len(set(secrets)) == 3
        assert {issuer.me(b64u(secret)).wave for secret in secrets} == {demo.wave}
    finally:
        issuer.close()


class Running:
    """`pulse demo` as a person runs it."""

    def __init__(self) -> None:
        options = ("--port", "0", "--people", "40", "--weeks", "2", "--no-browser")
        self.process, self.told = started("demo", *options)


@pytest.fixture
def running() -> Iterator[Running]:
    """Run a very small demo."""
    demo = Running()
    yield demo
    if demo.process.poll() is None:
        demo.process.kill()
        demo.process.communicate()


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    """The leaders' port, one above the staff's, is refused at once when somebody holds it."""
    staff, port = free_ports(2)
    with socket.create_server(("127.0.0.1", port)):
        done = subprocess.run(
            [sys.executable, "-m", "pulse", "demo", "--no-browser", "--port", str(staff)],
            cwd=TOP,
            env=os.environ | {"TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_ending_it_while_it_is_being_made_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM in the middle of the making removes the half-made home and exits 0."""
    with subprocess.Popen(
        [sys.executable, "-m", "pulse", "demo", "--port", "0", "--no-browser"],
        cwd=TOP,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Making an organisation")
        while not list(tmp_path.glob("pulse-demo-*/home/releases/*")):
            time.sleep(0.02)
        process.terminate()
        said = process.stderr.read()
        assert process.wait(30) == 0
    assert "Traceback" not in said
    assert list(tmp_path.glob("pulse-*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_both_audiences_and_leaves_nothing(
    running: Running, number: signal.Signals
) -> None:
    """Staff and leaders' pages answer on two ports; however it is ended, its home is removed."""
    home = Path(running.told["home"])
    assert home.is_dir()
    for name, path in (("staff", "/s"), ("dashboards", "/login"), ("staff", "/health")):
        with urllib.request.urlopen(running.told["addresses"][name] + path, timeout=10) as answer:  # noqa: S310 - loopback only
            assert answer.status == 200
    running.process.send_signal(number)
    running.process.communicate(timeout=30)
    assert running.process.returncode == 0
    assert not home.exists()
    assert not home.parent.exists()


@pytest.mark.slow
def test_a_whole_year_is_made_while_one_waits(tmp_path: Path) -> None:
    """400 people and 52 weeks take under 90 s on two cores, and the audit finds nothing."""
    home = Home(tmp_path / "home")
    began = time.monotonic()
    demo = build(
        home, SystemClock(), base_url="http://127.0.0.1:8000",
        dashboards_url="http://127.0.0.1:8001", people=400, weeks=52,
    )  # fmt: skip
    assert time.monotonic() - began < 90
    assert demo.past_weeks == 52
    assert len(reading.waves(home.releases)) == 52
    assert audit_home(home.releases).ok
