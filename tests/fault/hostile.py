"""Hostile requests without end against the real staff app on a real server: never a 5xx.

`python -m tests.fault.hostile --requests 100000` is the long form; `--first N --requests 1`
sends the one of that number again.
"""

import argparse
import contextlib
import http.client
import re
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import msgspec

from pulse.app import create_app
from pulse.cli.patience import patient
from tests.fault.hostility import Known, Request, known, request
from tests.fault.running import running
from tests.station import Station

CLIENTS: Final = 8
PATIENCE: Final = 0.3  # seconds until the server cuts what is no whole request
Address = tuple[str, int]
_FRAMING: Final = frozenset(
    {"transfer-encoding", "content-length", "connection", "upgrade", "expect"}
)
_PLAIN: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STATUS: Final = re.compile(rb"HTTP/1\.1 (\d\d\d) ")


class Outcome(msgspec.Struct):
    """What came of it: answers by status (0: the connection was closed), numbers of the failed."""

    statuses: Counter[int]
    failed: list[int]

    def add(self, number: int, statuses: Sequence[int]) -> None:
        """Count the answers to one request."""
        self.statuses.update(statuses or [0])
        if any(status >= http.client.INTERNAL_SERVER_ERROR for status in statuses):
            self.failed.append(number)


class Sender:
    """One client: a connection that is kept for requests of sound framing."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._kept: socket.socket | None = None

    def send(self, asked: Request) -> list[int]:
        """Send a request; return the status of every answer to it."""
        names = {name for name, _ in asked.headers}
        if asked.raw or names & _FRAMING or asked.method not in _PLAIN:
            return self._all(asked.raw or _framed(asked))
        # A kept connection may have been cut while another was busy: then once more, anew.
        return (self._kept and self._one(asked)) or self._one(asked)

    def close(self) -> None:
        """Hang up."""
        if self._kept:
            self._kept.close()
        self._kept = None

    def _all(self, raw: bytes) -> list[int]:
        # Nobody knows where its answers end: read until the server hangs up.
        with socket.create_connection(self._address, timeout=20) as connection:
            told = b""
            with contextlib.suppress(ConnectionError):
                connection.sendall(raw)
                while data := connection.recv(65536):
                    told += data
            return [int(status) for status in _STATUS.findall(told)]

    def _one(self, asked: Request) -> list[int]:
        self._kept = self._kept or socket.create_connection(self._address, timeout=20)
        reply = http.client.HTTPResponse(self._kept, method=asked.method)
        try:
            self._kept.sendall(_framed(asked))
            reply.begin()
            reply.read()
        except (http.client.HTTPException, ConnectionError):
            self.close()
            return []
        finally:
            reply.close()
        if reply.will_close:
            self.close()
        return [reply.status]


def attack(app: Any, known: Known, numbers: Sequence[int]) -> Outcome:
    """Serve `app` and send it the requests of these numbers, from several clients at once."""
    outcome = Outcome(Counter(), [])
    with running(app, patient(PATIENCE)) as address, ThreadPoolExecutor(CLIENTS) as pool:

        def run(share: Sequence[int]) -> list[tuple[int, list[int]]]:
            sender = Sender(address)
            with contextlib.closing(sender):
                return [(number, sender.send(request(number, known))) for number in share]

        for done in pool.map(run, [numbers[i::CLIENTS] for i in range(CLIENTS)]):
            for number, statuses in done:
                outcome.add(number, statuses)
    return outcome


def stored(station: Station) -> tuple[int, int]:
    """Count what was issued and cast."""
    return sum(station.issued.issued().values()), station.box.count()


def _framed(asked: Request) -> bytes:
    lines = [f"{asked.method} {asked.path} HTTP/1.1", "host: x"]
    lines += [f"{name}: {value}" for name, value in asked.headers]
    if "content-length" not in dict(asked.headers):
        lines.append(f"content-length: {len(asked.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + asked.body


def main() -> int:
    """Run the long form; 0 if nothing failed and nothing was stored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        station = Station(Path(scratch))
        numbers = range(given.first, given.first + given.requests)
        outcome = attack(create_app(station.home), known(station), numbers)
        left = stored(station)
    told = ", ".join(f"{n} x {status}" for status, n in sorted(outcome.statuses.items()))
    sys.stdout.write(
        f"{given.requests} requests in {time.monotonic() - begun:.0f} s: {told}; "
        f"5xx: {outcome.failed or 0}; stored: {sum(left)}\n"
    )
    return 1 if outcome.failed or any(left) else 0


if __name__ == "__main__":
    sys.exit(main())
