"""PostgreSQL killed, without power, space, disk or network, under load: the short forms."""

import http.client
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from pulse.ballotbox.store import BoxStore
from pulse.store.databases import ADDRESS
from pulse.store.schemashelf import SchemaShelf
from tests.booth import WAVE
from tests.fault import network, postgres_cut, postgres_failing, postgres_kill
from tests.fault.crowd import Crowd
from tests.fault.disk import tmpfs
from tests.fault.needing import need_disks, need_root, need_strace
from tests.fault.nursery import Nursery
from tests.fault.postgres_precinct import ServerPrecinct
from tests.fault.precinct import Precinct
from tests.fault.telling import Verdict
from tests.fault.test_full_disk import full
from tests.fault.wire import KINDS, Wire
from tests.postgres import Cluster

pytestmark = pytest.mark.slow
SEED: Final = 1
WITHIN: Final = 60.0
SPACE: Final = "96M"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """Yield a server that may be killed."""
    made = Cluster.throw_away(wal_writer_delay="10s")  # nobody else writes what a commit should
    yield made
    made.remove()


@pytest.mark.parametrize("what", ["issuing", "casting, PostgreSQL is killed"])
def test_kills_lose_and_double_nothing(
    precinct: Precinct, tmp_path: Path, server: Cluster, what: str
) -> None:
    """Whoever is killed, all is there once; ours answer 503 without a server and find back."""
    verdict = postgres_kill.run(what, 2, SEED, precinct, tmp_path, server)
    assert verdict.kept
    assert (verdict.lost, verdict.wrong) == (0, [])
    assert bool(verdict.statuses[503]) == ("killed" in what)


def test_a_session_that_does_not_wait_for_the_log_is_caught(
    precinct: Precinct, tmp_path: Path, server: Cluster
) -> None:
    """With synchronous_commit=off a killed server forgets what was acknowledged."""
    (twin,) = (what for what in postgres_kill.TWINS if "synchronous_commit" in what)
    tries = (postgres_kill.run(twin, 1, s, precinct, tmp_path, server) for s in range(8))
    assert any(verdict.lost for verdict in tries)


def test_a_power_cut_loses_nothing_that_was_acknowledged(precinct: Precinct) -> None:
    """Whatever was answered before the cut is there after the server's own recovery."""
    need_disks()
    verdict = postgres_cut.run("casting", 2, SEED, precinct)
    assert verdict.kept
    assert (verdict.lost, verdict.wrong) == (0, [])


def test_a_server_that_does_not_wait_for_the_disk_is_caught(precinct: Precinct) -> None:
    """With fsync=off something acknowledged is gone after a cut."""
    need_disks()
    assert any(postgres_cut.run("casting, fsync=off", 1, s, precinct).lost for s in range(5))


@pytest.mark.parametrize("what", ["casting", "issuing"])
def test_a_network_that_fails_at_a_commit_loses_and_doubles_nothing(
    precinct: Precinct, tmp_path: Path, server: Cluster, what: str
) -> None:
    """Cut, silent or late, before and after the server stored: 503, and then all goes on."""
    verdict = network.run(what, len(KINDS), SEED, precinct, tmp_path, server)
    assert verdict.kept == len(precinct.casting)
    assert (verdict.lost, verdict.wrong) == (0, [])


def test_a_client_that_takes_a_lost_commit_for_done_is_caught(
    precinct: Precinct, tmp_path: Path, server: Cluster
) -> None:
    """It acknowledges what never reached the server; what is met may be a mere repeat."""
    (twin,) = network.TWINS
    tries = (network.run(twin, 2, s, precinct, tmp_path, server) for s in range(8))
    assert any(verdict.lost for verdict in tries)


def test_a_server_that_only_tries_to_store_meets_no_failure_of_the_wire(
    precinct: Precinct, tmp_path: Path, server: Cluster
) -> None:
    """Nobody waits for its answer, so the failure must be kept for somebody who does."""
    placed = ServerPrecinct(precinct, server)
    with Wire(server.port) as wire:
        placed.place(tmp_path / "home", wire.port)
        address = (tmp_path / "home" / "ballotbox" / ADDRESS).read_text()
        shelf = SchemaShelf(make_url(address), serving=True)
        store = BoxStore(shelf, WAVE)
        wire.fail("before")
        shelf.try_writing()
        store.try_writing()  # what a desk does, now and then, whose last commit failed
        assert not wire.met
        with pytest.raises(OperationalError):
            store.cast(list(precinct.ballots.items())[:1])
        assert wire.met == ["before"]
        shelf.close()


SYNC: Final = ("fsync,fdatasync:error=EIO",)


def test_a_server_that_hears_of_a_failed_sync_loses_nothing(precinct: Precinct) -> None:
    """It panics, recovers, and ours finds back; nothing unsynced was acknowledged."""
    need_disks()
    need_strace()
    verdict = postgres_failing.run("casting", 1, SEED, precinct, SYNC)
    assert verdict.kept
    assert verdict.statuses[503]
    assert (verdict.lost, verdict.wrong) == (0, [])


def test_a_server_that_never_asks_for_a_sync_is_caught(precinct: Precinct) -> None:
    """With fsync=off it acknowledges as if every sync had succeeded, and a cut loses that."""
    need_disks()
    need_strace()
    (twin,) = postgres_failing.TWINS
    assert postgres_failing.run(twin, 1, SEED, precinct, SYNC).lost


@pytest.fixture
def small() -> Iterator[Path]:
    """Yield a folder with a small disk mounted in it, which a user without rights may enter."""
    need_root()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        with tmpfs(folder / "small", SPACE):
            yield folder


def test_a_full_disk_is_busy_and_red_and_nothing_is_lost(precinct: Precinct, small: Path) -> None:
    """While the server has no space casting is 503 and health red; both come back with it."""
    cluster = Cluster(small, data=small / "small" / "data")
    cluster.start()
    placed = ServerPrecinct(precinct, cluster)
    placed.place(small / "home")
    verdict = Verdict("casting", SEED)
    with Nursery(postgres_cut.APPS["casting"], small / "home") as nursery:
        with Crowd(nursery.port, precinct.casting, random.Random(SEED)) as crowd:
            with full(small / "small"):
                nursery.start()
                _becomes(503, nursery.port)
                assert crowd.statuses[503]
                before = len(crowd.acknowledged)
            assert crowd.finish(WITHIN)
            _becomes(200, nursery.port)
        nursery.kill()
    verdict.heard(crowd)
    placed.look("casting", cluster, crowd.acknowledged, verdict)
    cluster.stop()
    assert before < len(crowd.acknowledged) == len(precinct.casting)
    assert verdict.good, verdict.wrong


def _becomes(status: int, port: int) -> None:
    """Wait until health has this status."""
    until = time.monotonic() + WITHIN
    while _health(port) != status:
        assert time.monotonic() < until, status
        time.sleep(0.1)


def _health(port: int) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)) as line:
        line.request("GET", "/health?alone=1")
        return line.getresponse().status
