"""The issuer's two requests: /me says which group a link belongs to, /issue signs its token."""

import asyncio
from typing import Literal

import msgspec
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope

from pulse.http.body import read_body
from pulse.issuer.desk import Issuer
from pulse.token.encoding import b64u
from pulse.web.posting import posted


class _Me(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    secret: str


class _Issue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    secret: str
    wave: str
    blinded: str


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

    return [posted("/me", me), posted("/issue", issue)]
