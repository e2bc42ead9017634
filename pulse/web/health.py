"""`/health`: 200 only when every app of this `pulse serve` answers, wave or no wave.

An app also says no while what people send could not be stored: whether it could is found out on
the app's own clock, never by a visitor, and the answer is one of two documents that never vary.
"""

import asyncio
import http.client
import time
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from pulse.errors import BadSetting
from pulse.http.problems import PROBLEM_JSON, Problem
from pulse.settings import is_loopback

PEERS: Final = "PULSE_PEERS"
_PATIENCE: Final = 2.0  # seconds for one peer
_WELL: Final = b'{"status":"ok"}'
_UNWELL: Final = Problem("unhealthy", 503, "A part of this service does not answer.")
_FULL: Final = Problem("unhealthy", 503, "Nothing can be stored just now. Please come again later.")
_TRUSTED: Final = 15.0  # seconds; a disk that hangs says nothing at all


def read_peers(text: str) -> tuple[str, ...]:
    """Read PULSE_PEERS: addresses of the other apps of this `serve`, parted by commas.

    Raises:
        BadSetting: an address is not plain http on this machine.
    """
    peers = tuple(peer.strip() for peer in text.split(",") if peer.strip())
    for peer in peers:
        try:
            parts = urlsplit(peer)
            sound = parts.scheme == "http" and parts.port and is_loopback(parts.hostname or "")
        except ValueError:
            sound = False
        if not sound:
            raise BadSetting("Peers are http addresses with a port on this machine.", where=PEERS)
    return peers


def answers(peer: str) -> bool:
    """Tell whether the app at `peer` answers for itself alone."""
    connection = http.client.HTTPConnection(urlsplit(peer).netloc, timeout=_PATIENCE)
    try:
        # `alone` keeps apps that ask each other from asking in circles.
        connection.request("GET", "/health?alone=1")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Condition:
    """Whether this app could store something when that was last tried, a short while ago.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trusted_until = clock()

    def tried(self, *, well: bool) -> None:
        """Note how a try went."""
        self._trusted_until = self._clock() + (_TRUSTED if well else 0.0)

    def is_well(self) -> bool:
        """Tell whether the last try went well and is not too long ago."""
        return self._clock() < self._trusted_until


def always() -> bool:
    """Say yes: for an app that stores nothing."""
    return True


def health_route(peers: Sequence[str], is_well: Callable[[], bool] = always) -> HTTPRouteHandler:
    """Return the route of this app's health, which asks `peers` unless told not to."""
    asking = asyncio.Lock()  # however many ask at once, peers are asked one round at a time

    @get("/health")
    async def health(alone: FromQuery[str] = "") -> Response[bytes]:
        if not is_well():
            return _no(_FULL)
        if not alone and peers:
            async with asking:
                well = await asyncio.gather(*(asyncio.to_thread(answers, peer) for peer in peers))
            if not all(well):
                return _no(_UNWELL)
        return Response(_WELL, media_type="application/json")

    return health


def _no(reason: Problem) -> Response[bytes]:
    content = msgspec.json.encode(reason)
    return Response(content, status_code=reason.status, media_type=PROBLEM_JSON)
