"""Whoever sends ever more requests without waiting for an answer is stopped, memory is kept."""

import asyncio
import socket
from typing import Any, Final

import pytest

from pulse.cli.patience import AHEAD, patient
from tests.fault.running import running

ASK: Final = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
PLAIN: Final = "httptools"  # uvicorn's own protocol: the broken twin
ENOUGH: Final = 5 * AHEAD


async def leisurely(scope: Any, receive: Any, send: Any) -> None:
    """Answer, but not at once."""
    del receive
    if scope["type"] == "http":
        await asyncio.sleep(0.002)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def taken(protocol: Any, count: int) -> tuple[int, bool]:
    """Send requests in pieces of ten, tell how many were answered and whether we were refused."""
    told = b""
    with running(leisurely, protocol) as address, socket.create_connection(address) as line:
        line.settimeout(10)
        try:
            for _ in range(count // 10):
                line.sendall(ASK * 10)
            while told.count(b" 204 ") < count and (piece := line.recv(65_536)):
                told += piece
        except ConnectionError:  # our own requests came when it was closed already
            return told.count(b" 204 "), True
    return told.count(b" 204 "), b" 400 " in told


def test_who_runs_far_ahead_of_the_answers_is_refused() -> None:
    """A few dozen requests may wait for their turn; the one after those ends the connection."""
    answered, refused = taken(patient(), ENOUGH)
    assert refused
    assert answered < ENOUGH


@pytest.mark.parametrize("protocol", [PLAIN, None])
def test_a_few_dozen_ahead_are_answered(protocol: str | None) -> None:
    """They are no harm, and neither server minds."""
    count = AHEAD // 10 * 10
    assert taken(protocol or patient(), count) == (count, False)


@pytest.mark.slow
def test_the_plain_server_takes_whatever_comes() -> None:
    """It reads on after every answer, however many requests it has taken in already."""
    assert taken(PLAIN, ENOUGH) == (ENOUGH, False)
