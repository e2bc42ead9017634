"""Told to end under load, a server answers what is under way, keeps what it answered, and ends."""

import os
import secrets
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from pulse.cli.processes import Listener, Served, serving
from pulse.cli.serve import HALVES
from pulse.settings import Home
from pulse.store.home import make_home
from pulse.token.encoding import b64u, sha256, unb64u
from pulse.token.invites import invite_hash
from pulse.token.keys import MODULUS_BYTES
from tests.booth import WAVE
from tests.fault.load import Load, tokens
from tests.installation import started
from tests.station import GROUPS, Station, ballot_body

PEOPLE: Final = 400
BALLOTS: Final = 250
AGAIN: Final = 12  # times that each is sent: a quick server must not be done before the signal
ENDS_WITHIN: Final = 5.0  # seconds, from the signal to the end of the process
Bodies = list[dict[str, Any]]


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Station:
    """Return an open wave with many links."""
    folder = tmp_path_factory.mktemp("ending")
    make_home(Home(folder / "home"), "")
    return Station(folder, PEOPLE)


@pytest.fixture(scope="module")
def ballots(station: Station) -> Iterator[dict[str, Any]]:
    """Make ballots before anything is timed; each test takes its own."""
    return iter([ballot_body(station.ballot()) for _ in range(4 * BALLOTS + 40)])


def take(ballots: Iterator[dict[str, Any]], count: int = BALLOTS) -> Bodies:
    """Take ballots that no other test casts."""
    return [next(ballots) for _ in range(count)]


def half(station: Station, name: str) -> Any:
    """Run issuer or ballot box as a process of its own."""
    listener = Listener(name, HALVES[name], "127.0.0.1", 0)
    return serving([listener], {**os.environ, "PULSE_HOME": str(station.home.path)})


def end(served: Served, number: int = signal.SIGTERM) -> tuple[int, float]:
    """Send a signal; return the exit code and the seconds that passed."""
    begun = time.monotonic()
    served.process.send_signal(number)
    code = served.process.wait(30)
    return code, time.monotonic() - begun


def stored(station: Station) -> set[str]:
    """Return what tells the ballots in the box apart."""
    return {b64u(ballot.msg) for ballot in station.box.records()}


def check_answers(load: Load, signalled: float) -> None:
    """Every request that was on its way before the signal has its answer."""
    late = [sent.at - signalled for sent in load.sent if sent.status == 0]
    assert all(moment > -0.05 for moment in late)
    assert {sent.status for sent in load.sent} <= {0, 200}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_ballot_box_told_to_end_keeps_what_it_answered(
    station: Station, ballots: Iterator[dict[str, Any]], number: int
) -> None:
    """Under load it ends with 0 within seconds; each ballot answered 200 lies in the box once."""
    with half(station, "ballotbox") as (served,):
        bodies = take(ballots) * AGAIN
        load = Load(served.address, "/ballot", bodies)
        load.start()
        load.wait_for(BALLOTS // 4)
        signalled = time.monotonic()
        code, seconds = end(served, number)
        load.join()
    assert (code, seconds < ENDS_WITHIN) == (0, True)
    assert len(load.sent) < len(bodies)  # it ended in the middle of them
    check_answers(load, signalled)
    in_box = stored(station)
    assert tokens(load.of_status(200)) <= in_box
    assert station.box.count() == len(in_box)


def test_an_issuer_told_to_end_keeps_what_it_answered(station: Station) -> None:
    """Under load it ends with 0 within seconds; each token answered 200 is marked as issued."""
    bodies = [
        {"v": 1, "secret": b64u(secret), "wave": WAVE,
         "blinded": b64u(bytes(1) + secrets.token_bytes(MODULUS_BYTES - 2) + b"\x01")}
        for g in GROUPS for secret in station.secrets[g]
    ]  # fmt: skip
    with half(station, "issuer") as (served,):
        load = Load(served.address, "/issue", bodies)
        load.start()
        load.wait_for(PEOPLE // 2)
        signalled = time.monotonic()
        code, seconds = end(served)
        load.join()
    assert (code, seconds < ENDS_WITHIN) == (0, True)
    check_answers(load, signalled)
    with sqlite3.connect(station.issuer_file) as store:
        marks = dict(store.execute("SELECT h, c FROM invitation"))
    for body in load.of_status(200):
        assert marks[invite_hash(unb64u(body["secret"]))] == sha256(unb64u(body["blinded"]))


def held_up(
    station: Station, served: Served, ballots: Iterator[dict[str, Any]]
) -> tuple[Load, sqlite3.Connection]:
    """Send twenty ballots to a server whose file another connection has locked."""
    load = Load(served.address, "/ballot", take(ballots, 20), clients=20)
    holder = sqlite3.connect(station.box_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    load.start()
    load.wait_for_sent(20)
    time.sleep(0.3)
    return load, holder


def test_what_waits_for_a_commit_when_the_signal_comes_is_answered(
    station: Station, ballots: Iterator[dict[str, Any]]
) -> None:
    """Ballots held up by another process's lock are cast when it is gone, then the server ends."""
    with half(station, "ballotbox") as (served,):
        load, holder = held_up(station, served, ballots)
        assert load.of_status(200) == []
        served.process.terminate()
        time.sleep(0.7)
        assert served.process.poll() is None
        holder.execute("ROLLBACK")
        holder.close()
        load.join()
        assert served.process.wait(30) == 0
    assert [sent.status for sent in load.sent] == [200] * 20
    assert tokens(load.of_status(200)) <= stored(station)


def test_a_server_that_just_dies_answers_nobody(
    station: Station, ballots: Iterator[dict[str, Any]]
) -> None:
    """The broken twin, ended without grace: what waits is not answered (and nothing is lost)."""
    with half(station, "ballotbox") as (served,):
        load, holder = held_up(station, served, ballots)
        assert end(served, signal.SIGKILL)[0] == -signal.SIGKILL
        load.join()
        holder.close()
    assert [sent.status for sent in load.sent] == [0] * 20


@pytest.mark.parametrize("whole", [True, False])
def test_a_whole_service_ends_in_order_under_load(
    station: Station,
    ballots: Iterator[dict[str, Any]],
    whole: bool,  # noqa: FBT001 - pytest passes by name
) -> None:
    """`pulse serve` ends with 0; if one of its apps is killed it ends with 1; no ballot is lost."""
    words = ["--port", "0", "--dashboards-port", "0", "--admin-port", "0"]
    process, told = started("serve", "--home", str(station.home.path), *words)
    load = Load(told["addresses"]["staff"], "/ballot", take(ballots))
    load.start()
    load.wait_for(BALLOTS // 4)
    signalled = time.monotonic()
    if whole:
        process.terminate()
    else:
        os.kill(_child_serving(process, "pulse.app:create_app"), signal.SIGKILL)
    _, said = process.communicate(timeout=30)
    load.join()
    assert process.returncode == (0 if whole else 1), said
    assert "Traceback" not in said
    if whole:
        check_answers(load, signalled)
    assert tokens(load.of_status(200)) <= stored(station)


def _child_serving(process: "subprocess.Popen[str]", app: str) -> int:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return next(int(p) for p in listed if app in Path(f"/proc/{p}/cmdline").read_text())
