"""What is said about a leader reaches that leader and nobody else: by role, route and unit."""

from pathlib import Path
from typing import Final, NamedTuple

import pytest
from litestar import Litestar
from msgspec import structs

from pulse.accounts import directory
from pulse.accounts.scope import Scope, scope_of
from pulse.disclosure.groups import form_groups
from pulse.instrument import load
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from pulse.terms import RosterUnit
from tests.unit.dashboards import house

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

SAID, SENTENCE, ORDINARY = "P11", load().items["P11"].text, "A1"
DESK: Final = "desk@x.org"
# "data" and "tiny" are one group under two leaders; fourteen people sit directly in "eng".
ROSTER: Final = (
    RosterUnit("org", None, "Northwind", 0),
    RosterUnit("eng", "org", "Engineering", 18),
    RosterUnit("web", "eng", "Web", 24),
    RosterUnit("data", "eng", "Data", 5),
    RosterUnit("tiny", "eng", "Tiny", 14),
    RosterUnit("ops", "org", "Operations", 0),
    RosterUnit("desk", "ops", "Desk", 18),
    RosterUnit("night", "ops", "Night", 18),
)
MERGED: Final = "data+tiny"
UNITS: Final = ("org", "eng", "eng:own", "web", MERGED, "ops", "desk", "night", "eng:others")
MINE: Final = {(house.LEADER, "eng:own"), (DESK, "desk")}
ROUTES: Final = (
    "/units/{unit}/items/{item}", "/figures/{unit}/item:{item}", "/tables/{unit}/item:{item}",
)  # fmt: skip
PEOPLE: Final = (house.LEADER, house.TEAM, DESK, house.HR, house.AUDITOR, house.ADMIN)


class Place(NamedTuple):
    """A week in which a statement about leaders was asked, and what each account sees of it."""

    home: Home
    app: Litestar
    scopes: dict[str, Scope]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Give the home, its app and the scopes."""
    return made(tmp_path_factory.mktemp("about"))


def made(folder: Path) -> Place:
    """Make a home with the week released."""
    home = house.a_home(folder, weeks=0)
    tree = form_groups(ROSTER, 8, None, 5)
    units = tuple(structs.replace(unit, series=house.WAVES[0]) for unit in tree.units)
    assert {unit.unit_id for unit in units} | {"eng:others"} == set(UNITS)
    tree = structs.replace(tree, units=units)
    house.release(home, 0, tree, (SAID,))
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)
    directory.create(
        engine, house.CLOCK, house.CHEAP.hash, email=DESK, role="leader", unit_id="desk",
        password=house.PASSWORD,
    )  # fmt: skip
    found = {email: directory.find(engine, email) for email in PEOPLE}
    engine.dispose()
    scopes = {email: scope_of(one[0], [tree], [SAID]) for email, one in found.items() if one}
    return Place(home, house.an_app(home), scopes)


def reached(place: Place, item: str) -> set[tuple[str, str]]:
    """Return who reaches a statement of which unit, on any route."""
    found = set()
    for email in PEOPLE:
        client = house.visitor(place.app, email)
        for unit in UNITS:
            pages = [client.get(path.format(unit=unit, item=item)) for path in ROUTES]
            cells = client.get(f"/api/v1/units/{unit}/cells")
            rows = cells.json()["items"] if cells.status_code == 200 else []
            text = load().items[item].text
            if (
                any(page.status_code == 200 for page in pages)
                or any((row["unit_id"], row["measure"]) == (unit, f"item:{item}") for row in rows)
                or text in client.get(f"/units/{unit}").text
            ):
                found.add((email, unit))
    return found


@pytest.mark.slow  # every page of every account
def test_only_the_leader_of_one_undivided_group_reaches_it(place: Place) -> None:
    """On pages, figures, tables and as data; no merged team, department, pool, HR or auditor."""
    assert reached(place, SAID) == MINE
    about = {
        (email, unit)
        for email, scope in place.scopes.items()
        for unit in UNITS
        if scope.sees_measure(unit, f"item:{SAID}")
    }
    assert about == MINE


@pytest.mark.slow  # as above
def test_any_other_statement_is_reached_wherever_the_unit_is(place: Place) -> None:
    """So it is the statement that keeps people out, and the test above can see it."""
    assert reached(place, ORDINARY) == {
        (email, unit)
        for email, scope in place.scopes.items()
        for unit in UNITS
        if scope.sees(unit) and unit != "eng:others"
    }


def test_no_export_and_no_overview_holds_it(place: Place) -> None:
    """HR's files have every other statement."""
    hr = house.visitor(place.app, house.HR)
    file = hr.get("/api/v1/export.csv").text
    assert f"item:{ORDINARY}" in file
    assert f"item:{SAID}" not in file
    for email in PEOPLE:
        assert SENTENCE not in house.visitor(place.app, email).get("/").text or email == DESK


@pytest.mark.parametrize(
    ("email", "unit", "why"),
    [
        (house.TEAM, MERGED, "people of several leaders are together here"),
        (house.LEADER, "eng", "people of several leaders are together here"),
        (house.LEADER, "web", "shown to that leader alone"),
        (house.HR, "desk", "shown to that leader alone"),
        (house.LEADER, "eng:own", ""),
        (DESK, "desk", ""),
    ],
)
def test_a_page_says_why_it_is_not_there(place: Place, email: str, unit: str, why: str) -> None:
    """Whoever sees the unit and not the statement reads the reason; its own leader does not."""
    page = house.visitor(place.app, email).get(f"/units/{unit}").text
    assert (why in page) if why else ("own leader:" not in page)
