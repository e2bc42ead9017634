"""Hostile requests of every kind over real connections: nothing fails, nothing is stored."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar, Request, post

from pulse.app import create_app
from pulse.http.problems import HANDLERS
from tests.fault.hostile import attack, stored
from tests.fault.hostility import KINDS, known
from tests.station import Station

REQUESTS = 2_000  # the long form sends a hundred thousand

pytestmark = pytest.mark.slow


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


def test_no_request_gives_5xx_and_none_is_taken(station: Station) -> None:
    """Every kind is refused with 4xx, or answered with a page; all statuses are met."""
    outcome = attack(create_app(station.home), known(station), range(REQUESTS))
    assert outcome.failed == []
    assert {200, 400, 403, 404, 405, 410, 413, 415, 422} <= set(outcome.statuses)
    assert outcome.statuses[0] < REQUESTS // len(KINDS)  # closed without a word: no HTTP at all
    assert stored(station) == (0, 0)


def test_a_server_that_trusts_its_reader_is_found(station: Station) -> None:
    """The broken twin reads bodies with a plain decoder and fails on some of them."""

    async def trusting(request: Request[Any, Any, Any]) -> dict[str, str]:
        body = msgspec.json.decode(await request.body())
        return {"wave": body["wave"].lower()}

    routes = [post(path, exception_handlers=HANDLERS)(trusting) for path in ("/me", "/ballot")]
    app = Litestar(routes, openapi_config=None, logging_config=None)
    assert attack(app, known(station), range(300)).failed
