"""The ballot box's one request: /ballot casts a sealed box under its token."""

from typing import Final, Literal

import msgspec
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope

from pulse.ballotbox.cast import BallotBox, decode
from pulse.errors import InvalidValue
from pulse.http.body import read_body
from pulse.web.posting import posted

_CAST: Final = b'{"cast":true}'


class _Ballot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    wave: str
    g: str
    msg: str
    sig: str
    box: str


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

    return [posted("/ballot", cast)]
