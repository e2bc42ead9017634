"""The guard: safe headers on every answer, HEAD like GET, nothing cached unless asked for."""

import pytest
from litestar import Litestar, Response, get
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from pulse.http.headers import IMMUTABLE, content_security_policy, guard

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets


@get("/page", sync_to_thread=False)
def page() -> str:
    """Return some text."""
    return "hello"


@get("/file", sync_to_thread=False)
def file() -> Response[str]:
    """Return something lasting, with a policy of its own."""
    return Response("x", headers={"Cache-Control": IMMUTABLE, "Content-Security-Policy": "own"})


def client(*, https: bool) -> TestClient[Litestar]:
    """Return a client of a guarded application."""
    app = Litestar([page, file], openapi_config=None, logging_config=None)
    app.asgi_handler = guard(app.asgi_handler, https=https)
    return TestClient(app)


@pytest.mark.parametrize("path", ["/page", "/nowhere"])
def test_every_answer_is_guarded_errors_too(path: str) -> None:
    """Policy, sniffing, framing, referrer, isolation and no-store stand on 200 and 404."""
    with client(https=True) as browser:
        headers = browser.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-store"
    assert int(headers["strict-transport-security"].removeprefix("max-age=")) >= 15_768_000


def test_without_https_there_is_no_hsts() -> None:
    """On plain loopback nothing pins browsers to https."""
    with client(https=False) as browser:
        assert "strict-transport-security" not in browser.get("/page").headers


def test_a_handler_may_say_otherwise() -> None:
    """Headers that a handler sets stand once, as it set them."""
    with client(https=False) as browser:
        headers = browser.get("/file").headers
    assert headers.get_list("cache-control") == [IMMUTABLE]
    assert headers.get_list("content-security-policy") == ["own"]


def test_head_is_get_without_the_body() -> None:
    """Status and headers are GET's, the body is empty."""
    with client(https=False) as browser:
        head, got = browser.head("/page"), browser.get("/page")
        assert (head.status_code, head.headers) == (got.status_code, got.headers)
        assert (head.content, got.content) == (b"", b"hello")
        assert browser.head("/nowhere").status_code == 404


def test_directives_are_replaced_or_added() -> None:
    """A page with other needs names only those."""
    policy = content_security_policy(style_src="'nonce-x'", form_action="'self'")
    assert "style-src 'nonce-x'" in policy
    assert "form-action 'self'" in policy
    assert policy.count("style-src") == 1


def test_web_sockets_are_refused_before_anything_looks_at_them() -> None:
    """No page of ours opens one: the guard closes it, wherever it was to go."""
    with (
        client(https=False) as browser,
        pytest.raises(WebSocketDisconnect) as refused,
        browser.websocket_connect("/page"),
    ):
        pass
    assert refused.value.code == 1008
