"""Every role on every route and object: what the pages do is what `pulse.accounts.scope` says."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from msgspec import structs

from pulse.accounts import directory, factor
from pulse.accounts.directory import Account
from pulse.accounts.scope import scope_of
from pulse.accounts.vault import Vault
from pulse.disclosure.groups import form_groups
from pulse.instrument import load
from pulse.release import cells, reading
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from pulse.terms import Tree
from tests.unit.accounts.phone import code_of
from tests.unit.dashboards import house
from tests.unit.dashboards.rights import NEEDS, RESULTS, Need, Visitor, expected

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

# Of the leader of Engineering: own unit, child, child that has gone, another's team, parent,
# a unit of nowhere and two pools.
UNITS: Final = ("eng", "data", "web", "ops", "desk", "org", "gone", "eng:others", "ops:others")
GONE: Final = "web"  # stood in the first week's tree and not in the second's
ABOUT_LEADER: Final = load().form(4)[0]
HALF, BARE = "half@x.org", "bare@x.org"


class House(NamedTuple):
    """A home of two weeks with another tree in the second, and everybody who comes."""

    home: Home
    app: Litestar
    visitors: tuple[Visitor, ...]
    enter: Callable[..., TestClient[Litestar]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give the home, its app, and a way to come in as each visitor."""
    home = house.a_home(tmp_path_factory.mktemp("rights"), weeks=1)
    roster = tuple(unit for unit in house.ROSTER if unit.unit_id != GONE)
    house.release(home, 1, form_groups(roster, 8, None, 5))
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)

    def make(email: str, password: str | None = house.PASSWORD) -> str:
        told = directory.create(
            engine, house.CLOCK, house.CHEAP.hash, email=email, role="hr", password=password
        )
        return told.one_time_password or ""

    one_time = make(house.NEW, None)
    make(HALF)
    make(BARE)
    _with_factor(engine, home, _account(engine, HALF))
    app = house.an_app(home)
    strict = _strict(home)
    for each in (app, strict):
        _with_leader_item(each)
    trees = [reading.load(home.releases, wave).tree for wave in reversed(house.WAVES[:2])]

    def visitor(email: str, **how: Any) -> Visitor:
        account = _account(engine, email)
        return Visitor(email, account, scope_of(account, trees, [ABOUT_LEADER]), **how)

    people = (house.LEADER, house.TEAM, house.HR, house.AUDITOR, house.ADMIN)
    visitors = (
        Visitor("nobody"), *(visitor(email) for email in people),
        visitor(house.NEW, settled=False), visitor(BARE, settled=False), visitor(HALF, half=True),
    )  # fmt: skip

    def enter(who: Visitor, other: Litestar | None = None) -> TestClient[Litestar]:
        client = house.visitor(other or (strict if who.name == BARE else app))
        if who.account is not None:
            password = one_time if who.name == house.NEW else house.PASSWORD
            assert house.sign_in(client, who.name, password) == 303
        return client

    yield House(home, app, visitors, enter)
    engine.dispose()


def _with_leader_item(app: Litestar) -> None:
    """Let one statement of the weekly form be about the leader, as an own survey may have it."""
    history = app.state.desk.shelf.book().history
    item = structs.replace(history.instrument.items[ABOUT_LEADER], leader=True)
    items = {**history.instrument.items, ABOUT_LEADER: item}
    history.instrument = structs.replace(history.instrument, items=items)


def _strict(home: Home) -> Litestar:
    """Return an app on the same accounts and releases in which HR must have a second factor."""
    other = Home(home.path.with_name("strict"))
    other.path.mkdir()
    other.settings_file.write_text('second_factor = "hr"\n')
    other.releases.symlink_to(home.releases)
    other.accounts.symlink_to(home.accounts)
    return house.an_app(other)


def _account(engine: Any, email: str) -> Account:
    found = directory.find(engine, email)
    assert found is not None
    return found[0]


def _with_factor(engine: Any, home: Home, account: Account) -> None:
    vault = Vault(home.accounts)
    factor.start(engine, vault, account.account_id)
    shown = factor.enrolment(engine, vault, account)
    assert shown is not None
    code = code_of(shown.text, house.CLOCK)
    assert not isinstance(factor.confirm(engine, house.CLOCK, vault, account, code), str)


def routes(app: Litestar) -> list[tuple[str, str]]:
    """Return method and path of everything the app answers."""
    return sorted(
        (method, route.path)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS", "HEAD"}
    )


def _filled(path: str, unit: str) -> str:
    named = (
        path.replace("{unit_id:str}", unit)
        .replace("{figure:str}", "safety")
        .replace("{item:str}", "A2")
        .replace("{version:str}", "0")
        .replace("{name:path}", "x.js")
    )
    return (
        named.replace("{path:str}", "x")
        .replace("{use_id:int}", "1")
        .replace("{secret:str}", "made-up")
    )


def unlisted(app: Litestar) -> list[tuple[str, str]]:
    """List the routes that nobody has entered into the table."""
    return [each for each in routes(app) if each not in NEEDS]


def wrong(
    place: House, needs: Mapping[tuple[str, str], Need], app: Litestar | None = None
) -> list[tuple[str, str, str, str, int]]:
    """List every request whose status is not the one that the table and the scope say."""
    newest = {unit.unit_id for unit in _tree(place, 1).units}
    found = []
    for who in place.visitors:
        client = place.enter(who, app)
        for (method, path), need in sorted(
            needs.items(), key=_place
        ):  # GET first: a POST may end sessions
            known = newest | {f"{unit}:others" for unit in newest if need.unit == "any week"}
            for unit in UNITS if "unit_id" in path else UNITS[:1]:
                if method == "POST":  # each may end the session
                    status = _post(place.enter(who, app), _filled(path, unit))
                else:
                    status = client.get(_filled(path, unit)).status_code
                right = expected(need, who, method, path, unit, known)
                # A unit whose teams are all shown has no pool.
                if status != right and not (unit.endswith(":others") and status == 404):
                    found.append((method, path, who.name, unit, status))
    return found


def _place(entry: tuple[tuple[str, str], Need]) -> tuple[str, str]:
    return entry[0]


def _tree(place: House, week: int) -> Tree:
    return reading.load(place.home.releases, house.WAVES[week]).tree


def _post(client: TestClient[Litestar], path: str) -> int:
    page = client.get("/login", follow_redirects=True).text
    return client.post(path, data={"_csrf_token": house.form_token(page)}).status_code


@pytest.mark.slow
def test_every_role_gets_exactly_what_is_its_own(place: House) -> None:
    """For each route, person and unit the status is what the table and the scope say."""
    assert wrong(place, NEEDS) == []


def test_every_entry_is_a_route(place: House) -> None:
    """The table holds the app's routes, each of them and nothing else."""
    assert sorted(NEEDS) == routes(place.app)


@get("/planted", sync_to_thread=False)
def planted() -> str:
    """Answer whoever comes: somebody forgot the guard."""
    return "figures"


def test_a_route_without_its_guard_is_found(place: House) -> None:
    """The twins: a planted route is found when it has no entry, and when it lacks its guard."""
    app = house.an_app(place.home)
    app.register(planted)
    entry = ("GET", "/planted")
    assert unlisted(app) == [entry]
    refused = {who.name for who in place.visitors if expected(RESULTS, who, *entry, "", ()) != 200}
    assert {each[2] for each in wrong(place, {entry: RESULTS}, app)} == refused
    assert len(refused) == 6


def test_cells_are_those_of_the_scope(place: House) -> None:
    """In each week each unit's rows are the released ones that the scope sees, leader items too.

    A unit that was reorganised away is seen in its own weeks by whom it last stood under.
    """
    seen: set[tuple[str, str]] = set()
    for who in (each for each in place.visitors if each.settled and each.scope and not each.half):
        assert who.scope is not None
        client = place.enter(who)
        for wave in house.WAVES[:2]:
            release = reading.load(place.home.releases, wave)
            rows = cells.rows(cells.read(release.folder / cells.NAME))
            units = {unit.unit_id for unit in release.tree.units}
            for unit in sorted(units | {GONE}):
                answer = client.get(f"/api/v1/units/{unit}/cells", params={"wave": wave})
                inside = {
                    (row.unit_id, row.measure)
                    for row in rows
                    if row.unit_id.removesuffix(":others") == unit
                    and row.kind != "diag"
                    and who.scope.sees_measure(row.unit_id, row.measure)
                }
                got = answer.json().get("items", []) if answer.status_code == 200 else []
                got = [row for row in got if row["kind"] != "diag"]
                assert {(row["unit_id"], row["measure"]) for row in got} == inside
                seen |= {(who.name, measure) for _, measure in inside}
                if unit == GONE and wave == house.WAVES[0]:
                    assert bool(inside) == (who.name in {house.LEADER, house.HR})
    about = {name for name, measure in seen if measure == f"item:{ABOUT_LEADER}"}
    assert about == {house.TEAM}  # nobody sits directly in the other leader's department


def test_what_is_not_yours_looks_as_if_it_were_not_there(place: House) -> None:
    """A unit outside one's subtree and one that does not exist give the same bytes."""
    client = place.enter(next(who for who in place.visitors if who.name == house.LEADER))
    for method, path in routes(place.app):
        if "unit_id" not in path or method != "GET":
            continue
        others = ("ops", "gone", "org", "desk:others", "..%2f", "a" * 200, "%00", "ö")
        answers = [client.get(_filled(path, unit)) for unit in others]
        assert {one.status_code for one in answers} == {404}
        assert len({one.content for one in answers}) == 1
        assert len({tuple(sorted(one.headers.items())) for one in answers}) == 1


def test_an_export_of_a_unit_that_does_not_exist_is_the_same_404(place: House) -> None:
    """HR asking for a unit nobody has gets the 404 of every other route."""
    client = place.enter(next(who for who in place.visitors if who.name == house.HR))
    there = client.get("/api/v1/export.csv", params={"unit": "gone"})
    other = client.get("/api/v1/units/gone/cells")
    assert (there.status_code, there.content) == (404, other.content)


def test_methods_that_are_not_offered_are_refused(place: House) -> None:
    """PUT, DELETE and PATCH give 4xx everywhere, with and without a session."""
    for who in (place.visitors[0], place.visitors[3]):
        client = place.enter(who)
        for path in sorted({path for _, path in routes(place.app)}):
            for method in ("PUT", "DELETE", "PATCH"):
                status = client.request(method, _filled(path, "eng")).status_code
                assert 400 <= status < 500
