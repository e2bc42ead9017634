"""No staff route counts, times or numbers a request, in what it answers or in what it says."""

import logging
from collections.abc import Iterator
from typing import Any, Final

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.app import create_app
from pulse.token.encoding import b64u
from tests.station import Station, ballot_body

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets

# All that an answer may carry. A name that is not listed here needs a reason first.
HEADERS: Final = frozenset(
    {
        "allow", "cache-control", "content-encoding", "content-length", "content-security-policy",
        "content-type", "cross-origin-embedder-policy", "cross-origin-opener-policy",
        "cross-origin-resource-policy", "location", "permissions-policy", "referrer-policy",
        "vary", "x-content-type-options", "x-frame-options",
    }
)  # fmt: skip
PATHS: Final = ("/", "/s", "/results", "/privacy", "/health", "/w/current", "/favicon.ico", "/no")


class Visitor:
    """Visits the apps of one open wave, always with the same bodies."""

    def __init__(self, station: Station) -> None:
        self.home = station.home
        self.bodies = {
            "/me": {"v": 1, "secret": b64u(station.secrets["00001"][0])},
            "/issue": station.issue_body(),
            "/ballot": ballot_body(station.ballot()),
        }


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """Return a visitor of an open wave."""
    return Visitor(Station(tmp_path_factory.mktemp("timed")))


def visit(app: Litestar, visitor: Visitor) -> Iterator[tuple[set[str], bytes]]:
    """Visit every address, post all that can be posted, twice; yield header names and bytes."""
    bodies = visitor.bodies
    with TestClient(app) as browser:
        for _ in range(2):
            replies = [browser.get(path, follow_redirects=False) for path in PATHS]
            replies += [browser.post(path, json=body) for path, body in bodies.items()]
            replies += [browser.post(path, json={**body, "v": 2}) for path, body in bodies.items()]
            yield from ((set(reply.headers), reply.content) for reply in replies)


def test_answers_carry_no_time_count_or_number(visitor: Visitor) -> None:
    """Only listed headers are sent, and the second round's answers are those of the first."""
    seen = list(visit(create_app(visitor.home), visitor))
    assert set().union(*(names for names, _ in seen)) <= HEADERS
    half = len(seen) // 2
    assert seen[:half] == seen[half:]


@pytest.mark.parametrize("name", [b"server-timing", b"x-request-id", b"traceparent", b"etag"])
def test_a_server_that_times_or_numbers_is_noticed(visitor: Visitor, name: bytes) -> None:
    """The broken twin adds one header, which is none of the listed."""
    app = create_app(visitor.home)
    handle = app.asgi_handler

    async def timed(scope: Any, receive: Any, send: Any) -> None:
        async def send_timed(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (name, b"1")]
            await send(message)

        await handle(scope, receive, send_timed)

    app.asgi_handler = timed
    assert any(names - HEADERS == {name.decode()} for names, _ in visit(app, visitor))


def test_there_are_no_metrics_and_no_description(visitor: Visitor) -> None:
    """What counts requests or lists routes is not served here."""
    with TestClient(create_app(visitor.home)) as browser:
        for path in ("/metrics", "/schema", "/openapi.json", "/schema/openapi.json", "/docs"):
            assert browser.get(path).status_code == 404


def test_no_logger_says_a_word_of_a_visit(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger at DEBUG, all visits leave no record of the app, framework or database."""
    app = create_app(visitor.home)
    with caplog.at_level(logging.DEBUG):
        for name in ("litestar", "sqlalchemy", "sqlalchemy.pool", "sqlalchemy.engine", "uvicorn"):
            caplog.set_level(logging.DEBUG, name)
        assert list(visit(app, visitor))
    told = {record.name for record in caplog.records} - {"asyncio", "httpx"}  # the test's own
    assert told == set()
