"""How people's answers arrive: plain ASGI, so that nothing looks into a body before we do.

Between the socket and our own strict reader nothing is counted, timed or logged.
"""

from collections.abc import Awaitable, Callable

from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send

Endpoint = Callable[[Scope, Receive], Awaitable[bytes]]


def posted(path: str, endpoint: Endpoint) -> ASGIRouteHandler:
    """Return a route that takes POST alone and answers with the JSON of `endpoint`."""

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
