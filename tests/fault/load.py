"""Many clients at once against one address, each with what it sent and what it was answered."""

import http.client
import json
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

JSON: Final = {"content-type": "application/json"}


class Sent(msgspec.Struct):
    """One request: when it was on its way, seconds to its answer, its status (0: none came)."""

    body: dict[str, Any]
    at: float
    took: float = 0.0
    status: int = 0
    retry_after: str = ""


class Load:
    """Threads that post bodies one after another, each on a connection of its own.

    Args:
        address: `http://host:port`.
        path: where to post.
        bodies: what to post, each once.
        clients: how many post at a time.
        timeout: seconds for one answer.
    """

    def __init__(
        self,
        address: str,
        path: str,
        bodies: Iterable[dict[str, Any]],
        clients: int = 8,
        timeout: float = 30,
    ) -> None:
        self._netloc, self._path, self._timeout = urlsplit(address).netloc, path, timeout
        self._bodies = iter(list(bodies))
        self._lock = threading.Lock()
        self.sent: list[Sent] = []
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]

    def start(self) -> None:
        """Begin to post."""
        for thread in self._threads:
            thread.start()

    def wait_for(self, answers: int, within: float = 30) -> None:
        """Wait until so many requests were answered."""
        until = time.monotonic() + within
        while sum(sent.status != 0 for sent in self.sent) < answers:
            assert time.monotonic() < until
            time.sleep(0.005)

    def wait_for_sent(self, count: int, within: float = 30) -> None:
        """Wait until so many requests are on their way."""
        until = time.monotonic() + within
        while len(self.sent) < count:
            assert time.monotonic() < until
            time.sleep(0.005)

    def join(self) -> None:
        """Wait until all is posted or nobody answers any more."""
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def of_status(self, *statuses: int) -> list[dict[str, Any]]:
        """Return what was answered so."""
        return [sent.body for sent in self.sent if sent.status in statuses]

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._netloc, timeout=self._timeout)
        try:
            connection.connect()
            connection.auto_open = 0  # whoever is not answered does not come again
            while (body := self._next()) is not None:
                # One segment: what is sent at all is sent completely.
                content = json.dumps(body).encode()
                connection.putrequest("POST", self._path)
                for name, value in (*JSON.items(), ("content-length", str(len(content)))):
                    connection.putheader(name, value)
                connection.endheaders(content)
                sent = Sent(body, time.monotonic())
                self.sent.append(sent)
                reply = connection.getresponse()
                reply.read()
                sent.took = time.monotonic() - sent.at
                sent.retry_after = reply.headers.get("retry-after", "")
                sent.status = reply.status
        except (OSError, http.client.HTTPException):
            pass  # the server has gone; what was not answered says so
        finally:
            connection.close()

    def _next(self) -> dict[str, Any] | None:
        with self._lock:
            return next(self._bodies, None)


def tokens(bodies: Sequence[dict[str, Any]]) -> set[str]:
    """Return what tells ballots apart."""
    return {body["msg"] for body in bodies}
