"""Health: 200 only when all apps of this serve answer; peers are on this machine only."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.errors import BadSetting
from pulse.web.health import Condition, health_route, read_peers

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


class Peer(BaseHTTPRequestHandler):
    """Another app of the same serve."""

    asked: ClassVar[list[str]] = []
    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        """Answer and remember what was asked."""
        self.asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def peer() -> Iterator[str]:
    """Return the address of an app that answers."""
    Peer.asked.clear()
    Peer.status = 200
    server = HTTPServer(("127.0.0.1", 0), Peer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def status(peers: tuple[str, ...], path: str = "/health") -> int:
    """Ask an app with these peers for its health."""
    with TestClient(
        Litestar([health_route(peers)], openapi_config=None, logging_config=None)
    ) as client:
        return client.get(path).status_code


def test_all_well_is_200_and_peers_are_asked_for_themselves_alone(peer: str) -> None:
    """Peers are asked with the flag that keeps them from asking in turn."""
    assert status((peer,)) == 200
    assert Peer.asked == ["/health?alone=1"]


def test_a_peer_that_fails_or_is_gone_is_503(peer: str) -> None:
    """One unwell app makes the service unwell, unless it is asked for itself alone."""
    Peer.status = 500
    assert status((peer,)) == 503
    gone = "http://127.0.0.1:1"
    assert status((gone,)) == 503
    assert status((gone,), "/health?alone=1") == 200


def test_an_app_that_cannot_store_is_503_even_for_itself_alone() -> None:
    """It says so without a count, a time or a reason, and is well again by itself."""
    now = [100.0]
    condition = Condition(lambda: now[0])
    app = Litestar([health_route((), condition.is_well)], openapi_config=None, logging_config=None)
    with TestClient(app) as client:

        def seen() -> tuple[int, bytes]:
            reply = client.get("/health?alone=1")
            return reply.status_code, reply.content

        assert seen()[0] == 503  # nothing was tried yet
        condition.tried(well=True)
        well = seen()
        assert well[0] == 200
        condition.tried(well=False)
        ill = seen()
        assert ill[0] == 503
        now[0] += 3600.5
        assert seen() == ill
        condition.tried(well=True)
        assert seen() == well
        now[0] += 20  # a disk that hangs: no try came back
        assert seen() == ill


def test_without_peers_an_app_speaks_for_itself() -> None:
    """A single app is well when it answers."""
    assert status(()) == 200
    assert read_peers("") == ()


@pytest.mark.parametrize(
    "text",
    ["https://127.0.0.1:1", "http://example.org:80", "http://127.0.0.1", "127.0.0.1:8000",
     "http://127.0.0.1:x", "file:///etc/passwd", "http://127.0.0.1:1,http://10.0.0.1:2"],
)  # fmt: skip
def test_peers_are_http_on_this_machine(text: str) -> None:
    """Anything else stops the start."""
    with pytest.raises(BadSetting, match="PULSE_PEERS"):
        read_peers(text)


def test_peers_are_listed_with_commas() -> None:
    """Blanks and empty places do no harm; IPv6 loopback is this machine too."""
    assert read_peers(" http://127.0.0.1:1, http://[::1]:2,,") == (
        "http://127.0.0.1:1",
        "http://[::1]:2",
    )
