"""Slow, silent and greedy connections are cut in time, and nobody else notices them."""

import asyncio
import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from litestar import Litestar

from pulse.app import create_app
from pulse.cli.child import _protocol
from pulse.cli.patience import LARGEST_HEAD, MOST, PATIENCE, Patient, patient, room
from tests.fault.running import running
from tests.station import Station, ballot_body

PLAIN: Final = "httptools"  # uvicorn's own protocol: the broken twin
SHORT: Final = 0.6  # seconds of patience in these tests
POST: Final = b"POST /ballot HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
ASK: Final = b"GET /w/current HTTP/1.1\r\nhost: x\r\n\r\n"
# What each slow visitor sends at first, and then again and again.
SLOW: Final = {
    "silent": (b"", b""),
    "lines": (b"GET /s HTTP/1.1\r\n", b"x-a: b\r\n"),
    "letters": (b"GET /s HTTP/1.1\r\nx", b"x"),
    "body": (POST + b"content-length: 1000\r\n\r\n", b" "),
    "chunks": (POST + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "answered": (b"POST /me HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n", b" "),
    "behind": (ASK + POST + b"content-length: 1000\r\n\r\n", b" "),
    "late": (b"POST /me HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n", b"\r\n"),
    "idle": (ASK, b""),
    "blank": (ASK, b"\r\n"),
    "second": (ASK + b"GET /s HTTP/1.1\r\nx", b"x"),
}


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


@pytest.fixture
def app(station: Station) -> Litestar:
    """Return the staff app that serves it."""
    return create_app(station.home)


@contextlib.contextmanager
def connected(address: tuple[str, int], count: int) -> Iterator[list[socket.socket]]:
    """Open connections."""
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(socket.create_connection(address)) for _ in range(count)]
        for each in made:
            each.settimeout(0)
        yield made


def send(connection: socket.socket, data: bytes) -> None:
    """Send what the other side still takes."""
    with contextlib.suppress(OSError):
        connection.send(data)


def is_open(connection: socket.socket) -> bool:
    """Tell whether the other side still holds a connection, reading what it said."""
    try:
        while data := connection.recv(65536):
            del data
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def asked(address: tuple[str, int], path: str = "/w/current") -> tuple[int, float]:
    """Ask on a connection of its own: status, and how long it took."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection(*address, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - begun


def survivors(app: Litestar, protocol: Any, each: int) -> dict[str, int]:
    """Let slow visitors hold connections for twice the patience; count by kind who still does.

    Meanwhile another visitor asks again and again, and is answered at once every time.
    """
    with running(app, protocol) as address, connected(address, each * len(SLOW)) as slow:
        pairs = list(zip(list(SLOW) * each, slow, strict=True))
        for kind, connection in pairs:
            send(connection, SLOW[kind][0])
        until = time.monotonic() + 2 * SHORT
        waits = []
        while time.monotonic() < until:
            for kind, connection in pairs:
                send(connection, SLOW[kind][1])
            status, took = asked(address)
            assert status == 200
            waits.append(took)
            time.sleep(0.05)
        assert sorted(waits)[len(waits) // 2] < 0.5
        return {
            kind: sum(is_open(connection) for other, connection in pairs if other == kind)
            for kind in SLOW
        }


def test_whoever_does_not_send_a_request_in_time_is_cut(app: Litestar) -> None:
    """Hundreds of slow connections of every kind are gone, and others are served meanwhile."""
    assert survivors(app, patient(SHORT), 40) == dict.fromkeys(SLOW, 0)


def test_the_plain_server_waits_for_ever(app: Litestar) -> None:
    """The broken twin, uvicorn as it comes, still holds every one of them."""
    assert survivors(app, PLAIN, 5) == dict.fromkeys(SLOW, 5)


def test_the_served_patience_is_short_enough() -> None:
    """The serving processes use this protocol, and no request may take thirty seconds to come."""
    protocol = _protocol()
    assert isinstance(protocol, type)
    assert issubclass(protocol, Patient)
    assert protocol.waiting.seconds == PATIENCE
    assert PATIENCE * 1.2 < 30
    assert 100 <= protocol.waiting.most == room() <= MOST


def test_a_crowd_of_slow_connections_crowds_out_itself_alone(app: Litestar) -> None:
    """Beyond the limit the longest waiting goes, so whoever asks at once is answered."""
    with running(app, patient(60.0, 50)) as address, connected(address, 200) as slow:
        for connection in slow:
            send(connection, SLOW["lines"][0])
            if connection in slow[::20]:
                assert asked(address)[0] == 200
        assert asked(address)[0] == 200
        time.sleep(0.2)
        held = [is_open(connection) for connection in slow]
        assert sum(held) <= 50
        assert not any(held[:140])  # who came first went first


@pytest.mark.parametrize("shape", ["many", "long", "trailer"])
def test_a_head_without_end_is_refused(app: Litestar, shape: str) -> None:
    """Headers of any form beyond 32 kB are refused; the twin takes them all."""

    def refused(protocol: Any) -> bool:
        with running(app, protocol) as address, socket.create_connection(address) as connection:
            start = {"many": b"GET /s HTTP/1.1\r\n", "long": b"GET /s HTTP/1.1\r\nx: "}
            chunked = POST + b"transfer-encoding: chunked\r\n\r\n0\r\n"
            connection.sendall(start.get(shape, chunked))
            piece = b"y" * 1000 if shape == "long" else b"x: " + b"y" * 995 + b"\r\n"
            try:
                for _ in range(40 * LARGEST_HEAD // 1000):
                    connection.sendall(piece)
            except OSError:
                return True
            connection.settimeout(0.5)
            with contextlib.suppress(TimeoutError):
                return connection.recv(12) in {b"", b"HTTP/1.1 400"}
            return False

    assert refused(patient())
    assert not refused(PLAIN)


def test_bodies_that_come_in_pieces_are_taken(app: Litestar, station: Station) -> None:
    """A ballot in ever so many pieces, within the patience, is cast; and one after another."""
    with running(app, patient(5.0)) as (host, port):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        for _ in range(3):
            body = ballot_body(station.ballot())
            pieces = [piece.encode() for piece in _pieces(body)]
            headers = {"content-type": "application/json", "transfer-encoding": "chunked"}
            connection.request("POST", "/ballot", pieces, headers, encode_chunked=True)
            reply = connection.getresponse()
            assert (reply.status, reply.read()) == (200, b'{"cast":true}')
        connection.close()
    assert station.box.count() == 3


def _pieces(body: dict[str, Any]) -> list[str]:
    text = str(body).replace("'", '"')
    return [text[i : i + 40] for i in range(0, len(text), 40)]


def test_requests_that_come_at_once_are_all_answered(app: Litestar) -> None:
    """Twenty requests in one piece get twenty answers, though the last one comes in parts."""
    with running(app, patient(SHORT)) as address, socket.create_connection(address) as connection:
        connection.sendall(ASK * 20 + ASK[:10])
        time.sleep(0.3)
        connection.sendall(ASK[10:])
        connection.settimeout(5)
        told = b""
        while told.count(b"HTTP/1.1 200") < 21:
            told += connection.recv(65536)


async def thoughtful(scope: Any, receive: Any, send: Any) -> None:
    """Read the whole body, take a second if asked to, and tell its length."""
    if scope["type"] == "http":
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        await asyncio.sleep(1.0 if scope["path"] == "/w/current" else 0.0)
        told = str(size).encode()
        length = [(b"content-length", str(len(told)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": told})


def test_a_connection_may_carry_much_one_request_after_another() -> None:
    """The limit is on one head: neither a long body nor twenty fair heads come near it."""
    with running(thoughtful, patient()) as address:
        connection = http.client.HTTPConnection(*address, timeout=10)
        for body in (b"x" * 10 * LARGEST_HEAD, *([b""] * 20)):
            connection.request("POST", "/", body, {"x": "y" * 4_000})
            reply = connection.getresponse()
            assert (reply.status, int(reply.read())) == (200, len(body))
        connection.close()


def test_a_server_may_take_its_time() -> None:
    """Only visitors are hurried: two whole requests at once are answered, however long it takes."""
    with running(thoughtful, patient(0.2)) as address, socket.create_connection(address) as line:
        line.sendall(ASK * 2)
        line.settimeout(5)
        told = b""
        while told.count(b"HTTP/1.1 200") < 2:
            told += line.recv(65536)
            assert told


async def large(scope: Any, receive: Any, send: Any) -> None:
    """Answer with more than any buffer holds."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    length = (b"content-length", b"%d" % 40_000_000)
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    size = 10_000_000 if scope["path"] == "/parts" else 40_000_000
    for start in range(0, 40_000_000, size):
        more = start + size < 40_000_000
        await send({"type": "http.response.body", "body": bytes(size), "more_body": more})


@pytest.mark.parametrize("path", [b"/", b"/parts"])
@pytest.mark.parametrize("reads", [True, False])
def test_who_reads_an_answer_may_be_slow_who_does_not_is_cut(path: bytes, reads: bool) -> None:  # noqa: FBT001 - pytest passes by name
    """A long answer may take many times the patience, but it must get on."""
    with running(large, patient(0.25)) as address, socket.create_connection(address) as connection:
        connection.sendall(b"GET " + path + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        got = 0
        for _ in range(20):
            time.sleep(0.05)
            if reads:
                wanted = 1_000_000
                while wanted > 0 and (data := connection.recv(wanted)):
                    wanted -= len(data)
                    got += len(data)
        try:
            while data := connection.recv(1_000_000):
                got += len(data)
        except ConnectionResetError:
            assert not reads
        assert (got > 40_000_000) == reads


def test_half_a_request_does_not_hold_up_the_end(app: Litestar) -> None:
    """Told to end, the server waits a moment for it, not for its whole grace."""
    with contextlib.ExitStack() as stack:
        server = contextlib.ExitStack()
        address = server.enter_context(running(app, patient(60.0)))
        for connection in stack.enter_context(connected(address, 20)):
            send(connection, SLOW["body"][0])
        time.sleep(0.2)
        begun = time.monotonic()
        server.close()
        assert time.monotonic() - begun < 4
