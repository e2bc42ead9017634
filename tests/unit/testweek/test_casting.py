"""The invented people of a test week are as patient as browsers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from pulse.errors import Refused
from pulse.testweek.casting import Polls

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]


class _Busy(BaseHTTPRequestHandler):
    """Busy twice, gone once, and then there."""

    answers: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        status = self.answers.pop(0) if self.answers else 200
        if not status:
            self.close_connection = True
            return
        told = b'{"keys": "/keys", "form": 3}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *words: object) -> None:
        del words


@pytest.fixture
def address() -> Iterator[str]:
    """Serve it on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_busy_app_and_a_lost_connection_are_asked_again(address: str) -> None:
    """503 and a connection that breaks cost time, not the answer."""
    _Busy.answers = [503, 0, 200, 503]
    polls = Polls(address)
    assert polls.form == 3
    polls.close()


def test_a_refusal_is_told_with_its_address(address: str) -> None:
    """What another try would not mend ends the test week with the status."""
    _Busy.answers = [410]
    with pytest.raises(Refused, match="410"):
        Polls(address)
