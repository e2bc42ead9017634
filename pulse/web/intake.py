"""The three requests that people's answers travel by: /me, /issue and /ballot.

They are plain ASGI: nothing between the socket and our own strict reader looks into a body,
and nothing is counted, timed or logged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send

from pulse.ballotbox.cast import BallotBox, decode
from pulse.errors import InvalidValue
from pulse.http.body import read_body
from pulse.issuer.desk import Issuer
from pulse.token.encoding import b64u

Endpoint = Callable[[Scope, Receive], Awaitable[bytes]]
_CAST: Final = b'{"cast":true}'


class _Me(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    secret: str


class _Issue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    secret: str
    wave: str
    blinded: str


class _Ballot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    wave: str
    g: str
    msg: str
    sig: str
    box: str


class _Signed(msgspec.Struct, frozen=True):
    blind_sig: str


def issuer_routes(issuer: Issuer) -> list[ASGIRouteHandler]:
    """Return the routes that the issuer serves."""

    async def me(scope: Scope, receive: Receive) -> bytes:
        body = await read_body(scope, receive, _Me)
        return msgspec.json.encode(await asyncio.to_thread(issuer.me, body.secret))

    async def issue(scope: Scope, receive: Receive) -> bytes:
        body = await read_body(scope, receive, _Issue)
        signature = await issuer.issue(body.wave, body.secret, body.blinded)
        return msgspec.json.encode(_Signed(b64u(signature)))

    return [_post("/me", me), _post("/issue", issue)]


def ballotbox_routes(ballotbox: BallotBox) -> list[ASGIRouteHandler]:
    """Return the route that the ballot box serves."""

    async def cast(scope: Scope, receive: Receive) -> bytes:
        body = await read_body(scope, receive, _Ballot)
        try:
            ballot = decode(body.g, body.msg, body.sig, body.box)
        except InvalidValue as error:
            raise await ballotbox.refusal(body.wave, error) from error
        await ballotbox.cast(body.wave, ballot)
        return _CAST

    return [_post("/ballot", cast)]


def _post(path: str, endpoint: Endpoint) -> ASGIRouteHandler:
    @asgi(path, name=path, copy_scope=False)
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST":  # a websocket has no method
            raise MethodNotAllowedException(headers={"Allow": "POST"})
        await _send_json(send, await endpoint(scope, receive))

    return handle


async def _send_json(send: Send, content: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})
