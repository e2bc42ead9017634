"""Every role on every route and object: the table is made from the app's own routes."""

from collections.abc import Iterator
from itertools import product
from typing import Final

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from pulse.accounts import directory
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

PEOPLE: Final = (
    None, house.LEADER, house.TEAM, house.HR, house.AUDITOR, house.ADMIN, house.NEW,
)  # fmt: skip
RESULTS: Final = {house.LEADER, house.TEAM, house.HR}
# What each person sees; "gone" exists nowhere.
SEES: Final = {
    house.LEADER: {"eng", "web", "data", "tiny"},
    house.TEAM: {"data"},
    house.HR: {"org", "eng", "web", "data", "tiny", "ops", "desk", "night"},
}
OBJECTS: Final = ("org", "eng", "data", "ops", "gone")
SEE_UNIT: Final = {
    "/units/{unit_id:str}", "/units/{unit_id:str}/items/{item:str}",
    "/figures/{unit_id:str}/{figure:str}", "/tables/{unit_id:str}/{figure:str}",
}  # fmt: skip
SEE_DATA: Final = {"/api/v1/units/{unit_id:str}/series", "/api/v1/units/{unit_id:str}/cells"}


def expected(path: str, who: str | None, unit: str) -> int:  # noqa: PLR0911 - a table of cases
    """Return the status a GET of `path` must have; KeyError for a route nobody thought about."""
    program = path.startswith(("/api/", "/figures/", "/tables/"))
    if path.startswith("/openapi.json"):
        return 404 if "{path:str}" in path else 200
    if path in {"/health", "/login"}:
        return 303 if path == "/login" and who is not None else 200
    if path in {"/metrics", "/static/{version:str}/{name:path}"}:
        return 404
    if who is None:
        return 401 if program else 303
    if path == "/account":
        return 200
    if who == house.NEW:
        return 403 if program else 303
    if path == "/":
        return 200
    if path in SEE_UNIT | SEE_DATA:
        if who not in RESULTS:
            return 403
        return 200 if unit in SEES[who] else 404
    allowed = {
        "/evidence": RESULTS | {house.AUDITOR},
        "/compare": RESULTS,
        "/practices": RESULTS,
        "/api/v1/releases": RESULTS | {house.AUDITOR},
        "/api/v1/units": RESULTS,
        "/api/v1/export.csv": {house.HR},
        "/api/v1/columns.csv": {house.HR},
    }
    return 200 if who in allowed[path] else 403


def paths(app: Litestar) -> list[str]:
    """Return every path of the app that answers GET."""
    return sorted(
        route.path
        for route in app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods
    )


@pytest.fixture(scope="module")
def visitors(released: Home, app: Litestar) -> Iterator[dict[str | None, TestClient[Litestar]]]:
    """Give one client a person; the newest has not changed the one-time password."""
    engine = sqlite_engine(released.accounts / "accounts.db", journal="wal", create=False)
    told = directory.create(engine, house.CLOCK, house.CHEAP.hash, email=house.NEW, role="hr")
    clients: dict[str | None, TestClient[Litestar]] = {}
    for who in PEOPLE:
        clients[who] = house.visitor(app, who if who != house.NEW else None)
    assert house.sign_in(clients[house.NEW], house.NEW, told.one_time_password or "") == 303
    yield clients
    directory.remove(engine, house.NEW)
    engine.dispose()


def _filled(path: str, unit: str) -> str:
    named = (
        path.replace("{unit_id:str}", unit)
        .replace("{figure:str}", "safety")
        .replace("{item:str}", "A1")
    )
    return (
        named.replace("{version:str}", "0")
        .replace("{name:path}", "x.js")
        .replace("{path:str}", "x")
    )


def test_every_role_gets_exactly_what_is_its_own(
    app: Litestar, visitors: dict[str | None, TestClient[Litestar]]
) -> None:
    """For each route, person and object the status is the one that the roles say."""
    wrong = []
    for path, who, unit in product(paths(app), PEOPLE, OBJECTS):
        if "unit_id" not in path and unit != OBJECTS[0]:
            continue
        status = visitors[who].get(_filled(path, unit)).status_code
        if status != expected(path, who, unit):
            wrong.append((path, who, unit, status))
    assert wrong == []


def test_what_is_not_yours_looks_as_if_it_were_not_there(
    visitors: dict[str | None, TestClient[Litestar]],
) -> None:
    """A unit outside one's subtree and one that does not exist give the same bytes."""
    for path in sorted(SEE_UNIT | SEE_DATA):
        others = ("ops", "gone", "org", "desk:others", "..%2f", "a" * 200, "%00", "ö")
        answers = [visitors[house.LEADER].get(_filled(path, unit)) for unit in others]
        assert {one.status_code for one in answers} == {404}
        assert len({one.content for one in answers}) == 1
        assert len({tuple(sorted(one.headers.items())) for one in answers}) == 1


def test_an_export_of_a_unit_that_does_not_exist_is_the_same_404(
    visitors: dict[str | None, TestClient[Litestar]],
) -> None:
    """HR asking for a unit nobody has gets the 404 of every other route."""
    there = visitors[house.HR].get("/api/v1/export.csv", params={"unit": "gone"})
    other = visitors[house.HR].get("/api/v1/units/gone/cells")
    assert (there.status_code, there.content) == (404, other.content)


def test_methods_that_are_not_offered_are_refused(
    app: Litestar, visitors: dict[str | None, TestClient[Litestar]]
) -> None:
    """PUT, DELETE and PATCH give 4xx everywhere, with and without a session."""
    for path, who in product(paths(app), (None, house.HR)):
        for method in ("PUT", "DELETE", "PATCH"):
            status = visitors[who].request(method, _filled(path, "eng")).status_code
            assert 400 <= status < 500
