"""How people's answers arrive: plain ASGI, so that nothing looks into a body before we do.

Between the socket and our own strict reader nothing is counted, timed or logged. `lane` takes
these requests off the road before the framework sees them at all: half of what a ballot would
cost otherwise is a framework's care for pages and cookies that these routes do not have.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler, BaseRouteHandler, asgi
from litestar.types import ASGIApp, Receive, Scope, Send

from pulse.http.headers import data_headers
from pulse.http.problems import PROBLEM_JSON, problem, problem_headers

Endpoint = Callable[[Scope, Receive], Awaitable[bytes]]
_ENDPOINT: Final = "endpoint"
_JSON: Final = b"application/json"


def posted(path: str, endpoint: Endpoint) -> ASGIRouteHandler:
    """Return a route that takes POST alone and answers with the JSON of `endpoint`."""

    @asgi(path, name=path, copy_scope=False, opt={_ENDPOINT: endpoint})
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST":  # a websocket has no method
            raise MethodNotAllowedException(headers={"Allow": "POST"})
        await _send(send, 200, _JSON, await endpoint(scope, receive), [])

    return handle


def lane(app: ASGIApp, routes: Iterable[BaseRouteHandler], *, https: bool) -> ASGIApp:
    """Serve POSTs to the `posted` among `routes` directly; all else goes to `app`.

    Args:
        app: the guarded application, with these routes in it for all but their plain POST.
        routes: any routes.
        https: as `guard` has it.
    """
    endpoints = {
        path: route.opt[_ENDPOINT]
        for route in routes
        if _ENDPOINT in route.opt
        for path in route.paths
    }
    headers = data_headers(https=https)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = endpoints.get(scope["path"]) if scope.get("method") == "POST" else None
        if endpoint is None:
            await app(scope, receive, send)
            return
        try:
            content = await endpoint(scope, receive)
        except Exception as error:  # noqa: BLE001 - every error is answered as its problem
            document = problem(error)
            more = [
                (name.lower().encode(), value.encode())
                for name, value in problem_headers(error).items()
            ]
            await _send(
                send,
                document.status,
                PROBLEM_JSON.encode(),
                msgspec.json.encode(document),
                [*headers, *more],
            )
        else:
            await _send(send, 200, _JSON, content, headers)

    return serve


async def _send(
    send: Send,
    status: int,
    media_type: bytes,
    content: bytes,
    headers: Iterable[tuple[bytes, bytes]],
) -> None:
    given = [
        (b"content-type", media_type),
        (b"content-length", str(len(content)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": content, "more_body": False})
