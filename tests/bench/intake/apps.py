"""What ours is measured against, served by the very same process: handlers that do nothing.

`typed` is what a Litestar user writes: the body as a struct through `JSONBody`, a struct as the
answer, no store, no check. `guarded` is that handler inside our own staff app, with its headers
and error pages. `bare` is the cheapest route that Litestar has: plain ASGI that reads the body
and throws it away.
"""

from typing import Any

import msgspec
from litestar import Litestar, post
from litestar.handlers import asgi
from litestar.params import JSONBody
from litestar.types import Receive, Scope, Send

from pulse.app import create_app


class Ballot(msgspec.Struct):
    """The body of a request, as our own route takes it."""

    v: int
    wave: str
    g: str
    msg: str
    sig: str
    box: str


class Cast(msgspec.Struct):
    """The answer."""

    cast: bool


@post("/noop", status_code=200)
async def noop(data: JSONBody[Ballot]) -> Cast:
    """Take a ballot and forget it."""
    del data
    return Cast(cast=True)


def typed() -> Litestar:
    """Return an app of that one handler, with Litestar's defaults."""
    return Litestar([noop])


def guarded() -> Litestar:
    """Return our staff app with that handler in it."""
    app = create_app()
    app.register(noop)
    return app


def bare() -> Litestar:
    """Return an app of one plain ASGI route."""

    @asgi("/noop", copy_scope=False)
    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        more = True
        while more:
            message: Any = await receive()
            more = message.get("more_body", False)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"13")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"cast":true}', "more_body": False})

    return Litestar([nothing])
