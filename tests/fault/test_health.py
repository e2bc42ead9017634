"""A full or read-only disk turns health red and ballots away; both come back by themselves."""

import contextlib
import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from pulse.app import create_app
from pulse.cli.patience import patient
from tests.fault.disk import disk, do, tmpfs
from tests.fault.needing import need_disks
from tests.fault.running import running
from tests.station import Station, ballot_body

Address = tuple[str, int]
WITHIN: Final = 12.0  # seconds: one try every three, and some patience

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def disks() -> None:
    """Skip where no disk can be mounted."""
    need_disks()


class Server:
    """A staff app that serves a station, asked on a new connection each time."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def ask(self, path: str, body: Any = None) -> tuple[int, str, str]:
        """Ask, or post a body: status, problem type (or status), Retry-After."""
        with contextlib.closing(http.client.HTTPConnection(*self._address, timeout=30)) as line:
            content = None if body is None else msgspec.json.encode(body)
            headers = {"content-type": "application/json"}
            line.request("GET" if body is None else "POST", path, content, headers)
            reply = line.getresponse()
            said = msgspec.json.decode(reply.read())
            return reply.status, said.get("type", ""), reply.headers.get("retry-after", "")

    def becomes(self, status: int) -> None:
        """Wait until health has this status, with no other traffic."""
        until = time.monotonic() + WITHIN
        while self.ask("/health?alone=1")[0] != status:
            assert time.monotonic() < until, status
            time.sleep(0.1)


@contextlib.contextmanager
def served(station: Station) -> Iterator[Server]:
    """Serve a station."""
    with running(create_app(station.home), patient()) as address:
        yield Server(address)


def let_go(station: Station) -> None:
    """Close the test's own hands on the stores."""
    station.issued.close()
    station.box.close()


def fill(folder: Path) -> Path:
    """Write until nothing more fits; return the file to remove."""
    path = folder / "filler"
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return path


def test_a_full_disk_is_said_and_got_over(tmp_path: Path) -> None:
    """Red, and 503 for what would be stored; once there is room, green, and the same is taken."""
    with tmpfs(tmp_path / "disk", "2M") as folder:
        station = Station(folder)
        bodies = [ballot_body(station.ballot()) for _ in range(2)]
        asked = station.issue_body()
        with served(station) as server:
            server.becomes(200)
            assert server.ask("/ballot", bodies[0])[0] == 200
            filler = fill(folder)
            server.becomes(503)
            # The log may hold room for a few more; what it has none for is refused, not lost.
            sent = []
            for _ in range(40):
                sent.append(ballot_body(station.ballot()))
                if (refused := server.ask("/ballot", sent[-1]))[0] != 200:
                    break
            assert refused == (503, "busy", "2")
            assert server.ask("/issue", asked) == (503, "busy", "2")
            assert server.ask("/w/current")[0] == 200
            assert server.ask("/health")[:2] == (503, "unhealthy")
            filler.unlink()
            server.becomes(200)
            for body in (*bodies, *sent, *sent):
                assert server.ask("/ballot", body)[0] == 200
            assert server.ask("/issue", asked)[0] == 200
        assert station.box.count() == len(bodies) + len(sent)
        assert sum(station.issued.issued().values()) == 1
        let_go(station)


def test_a_disk_that_turns_read_only_without_a_wave_is_said(tmp_path: Path) -> None:
    """Health follows a remount in both directions, with nothing open and nobody asking."""
    with tmpfs(tmp_path / "disk", "2M") as folder:
        station = Station(folder)
        station.destroy()
        with served(station) as server:
            server.becomes(200)
            do("mount", "-o", "remount,ro", folder)
            server.becomes(503)
            do("mount", "-o", "remount,rw", folder)
            server.becomes(200)


def test_a_disk_that_refuses_writes_for_a_while_is_got_over() -> None:
    """With a wave open: red and 503 while no file may change, then the same bytes are taken."""
    with disk() as medium:
        station = Station(medium.folder)
        body, asked = ballot_body(station.ballot()), station.issue_body()
        rooms = [station.home.issuer, station.home.ballotbox]
        with served(station) as server:
            assert server.ask("/ballot", ballot_body(station.ballot()))[0] == 200
            # Not the shared index, which is memory: the kernel ends who writes to a fixed one.
            stuck = [*rooms, *(path for room in rooms for path in room.glob("*[!m]"))]
            do("chattr", "+i", *stuck)
            try:
                server.becomes(503)
                assert server.ask("/ballot", body) == (503, "busy", "2")
                assert server.ask("/issue", asked) == (503, "busy", "2")
            finally:
                do("chattr", "-i", *stuck)
            server.becomes(200)
            assert [server.ask("/ballot", body)[0] for _ in range(2)] == [200, 200]
            assert server.ask("/issue", asked)[0] == 200
        assert station.box.count() == 2
        let_go(station)


def test_a_disk_that_gives_up_keeps_what_was_answered() -> None:
    """Forced read-only by its kernel: red and 503; mounted anew, all is there and goes on."""
    with disk() as medium:
        station = Station(medium.folder)
        first, second = (ballot_body(station.ballot()) for _ in range(2))
        let_go(station)
        with served(station) as server:
            assert server.ask("/ballot", first)[0] == 200
            do("mount", "-o", "remount,abort", medium.folder)
            server.becomes(503)
            assert server.ask("/ballot", second) == (503, "busy", "2")
