"""The lane: posts of the intake are answered before the framework, with the very same words."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.handlers import get
from litestar.testing import TestClient
from litestar.types import Receive, Scope

from pulse.errors import Busy, PulseError, UnknownWave
from pulse.http.headers import guard
from pulse.settings import Settings
from pulse.web.mishaps import handlers
from pulse.web.posting import lane, posted

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets

FAILURES = {
    "busy": Busy("later"),
    "unknown": UnknownWave("no such survey", where="wave"),
    "broken": RuntimeError("canary"),
    "kept": PulseError("canary"),
}


async def endpoint(scope: Scope, receive: Receive) -> bytes:
    """Fail as the query says, or answer."""
    message = await receive()
    assert message["type"] == "http.request"
    failure = FAILURES.get(scope["query_string"].decode())
    if failure is not None:
        raise failure
    return b'{"well":true}'


@get("/page", sync_to_thread=False)
def page() -> str:
    """Return some text."""
    return "hello"


def application(*, direct: bool, https: bool = True) -> Litestar:
    """Return an app of one posted route, with the lane or without."""
    routes = [posted("/post", endpoint), page]
    app = Litestar(
        routes,
        openapi_config=None,
        logging_config=None,
        exception_handlers=handlers(Settings),
        debug=False,
    )
    app.asgi_handler = guard(app.asgi_handler, https=https)
    if direct:
        app.asgi_handler = lane(app.asgi_handler, routes, https=https)
    return app


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[TestClient[Litestar], TestClient[Litestar]]]:
    """Return a client of the app with the lane, and of the one without."""
    with (
        TestClient(application(direct=True)) as direct,
        TestClient(application(direct=False), raise_server_exceptions=False) as round_about,
    ):
        yield direct, round_about


@pytest.mark.parametrize("query", ["", *FAILURES])
def test_the_lane_answers_as_the_framework_would(
    both: tuple[TestClient[Litestar], TestClient[Litestar]], query: str
) -> None:
    """Status, type, body, Retry-After: the same bytes; no canary, and never to be stored."""
    direct, round_about = (browser.post(f"/post?{query}", content=b"{}") for browser in both)
    assert (direct.status_code, direct.content) == (round_about.status_code, round_about.content)
    for name in ("content-type", "content-length", "retry-after"):
        assert direct.headers.get(name) == round_about.headers.get(name)
    assert b"canary" not in direct.content
    assert direct.headers["cache-control"] == "no-store"


def test_its_answers_are_as_safe_as_data_needs(
    both: tuple[TestClient[Litestar], TestClient[Litestar]],
) -> None:
    """Nothing may be loaded, framed, sniffed or read from elsewhere; each header stands once."""
    for reply in (both[0].post("/post", content=b"{}"), both[0].post("/post?busy", content=b"{}")):
        names = [name.lower() for name, _ in reply.headers.multi_items()]
        assert len(names) == len(set(names))
        policy = reply.headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
        assert "max-age" in reply.headers["strict-transport-security"]


def test_all_else_goes_on_to_the_framework(
    both: tuple[TestClient[Litestar], TestClient[Litestar]],
) -> None:
    """Other methods, other paths and pages are answered as ever, with every header."""
    for method, path in (("GET", "/post"), ("PUT", "/post"), ("GET", "/page"), ("POST", "/x")):
        direct, round_about = (browser.request(method, path) for browser in both)
        assert direct.status_code == round_about.status_code
        assert direct.headers == round_about.headers
        assert direct.content == round_about.content


def test_plain_loopback_gets_no_hsts() -> None:
    """Without https no answer pins a browser to it."""
    with TestClient(application(direct=True, https=False)) as browser:
        assert "strict-transport-security" not in browser.post("/post").headers
