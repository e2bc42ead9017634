"""`/health`: 200 only when every app of this `pulse serve` answers, wave or no wave."""

import asyncio
import http.client
from collections.abc import Sequence
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


def health_route(peers: Sequence[str]) -> HTTPRouteHandler:
    """Return the route of this app's health, which asks `peers` unless told not to."""
    asking = asyncio.Lock()  # however many ask at once, peers are asked one round at a time

    @get("/health")
    async def health(alone: FromQuery[str] = "") -> Response[bytes]:
        if not alone and peers:
            async with asking:
                well = await asyncio.gather(*(asyncio.to_thread(answers, peer) for peer in peers))
            if not all(well):
                content = msgspec.json.encode(_UNWELL)
                return Response(content, status_code=_UNWELL.status, media_type=PROBLEM_JSON)
        return Response(_WELL, media_type="application/json")

    return health
