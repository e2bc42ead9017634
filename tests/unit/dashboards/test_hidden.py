"""P13 on pages, data and exports: a hidden unit looks the same whatever hid it."""

import re
from pathlib import Path
from typing import Final

import pytest
from litestar import Litestar
from msgspec import structs

from pulse.accounts import directory
from pulse.disclosure.groups import form_groups
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.disclosure.rounding import band
from pulse.instrument import load
from pulse.release import hidden, press
from pulse.release.manifest import About, Tallies
from pulse.release.protected import ProtectedCounts
from pulse.store.engine import sqlite_engine
from pulse.terms import RosterUnit, Tree
from tests.property.worlds import tally
from tests.unit.dashboards import house

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

ROSTER: Final = (
    RosterUnit("org", None, "Northwind", 0),
    RosterUnit("eng", "org", "Engineering", 0),
    RosterUnit("qq1", "eng", "Qq1", 12),
    RosterUnit("qq2", "eng", "Qq2", 12),
    RosterUnit("web", "eng", "Web", 24),
    RosterUnit("ops", "org", "Operations", 24),
)
# Answers of the two teams: nobody and everybody's partner, a few, hidden for the other's sake.
CAUSES: Final = ((0, 9), (3, 6), (9, 0))
PLACES: Final = (
    "/", "/units/eng", "/units/qq1", "/units/qq2", "/evidence", "/figures/qq1/energy",
    "/api/v1/units", "/api/v1/units/qq1/cells", "/api/v1/units/qq2/cells",
    "/api/v1/units/eng/cells", "/api/v1/units/qq1/series", "/api/v1/export.csv",
    "/api/v1/export.csv?unit=qq1", "/units/qq1/items/A1", "/figures/qq1/months",
    "/figures/qq1/item:A1", "/tables/qq1/energy", "/tables/qq1/item:A1", "/?sort=energy",
    "/compare?unit=qq1&unit=qq2", "/compare?unit=eng&unit=qq2",
)  # fmt: skip


def a_tree() -> Tree:
    """Return the tree; every line begins in the only week."""
    tree = form_groups(ROSTER, 8, None, 5)
    units = tuple(structs.replace(unit, series=house.WAVES[0]) for unit in tree.units)
    return structs.replace(tree, units=units)


def telling(protected: ProtectedCounts, n: dict[str, int]) -> ProtectedCounts:
    """Return the broken twin: a suppressed row says in which band its answers lie."""
    cells = tuple(
        structs.replace(cell, at_least=band(n[cell.unit_id], 12)) if cell.unit_id in n else cell
        for cell in protected.cells
    )
    return structs.replace(protected, cells=cells)


def an_app(folder: Path, first: int, second: int, *, twin: bool = False) -> Litestar:
    """Return the app of a home with one week in which the two teams gave so many answers."""
    home = house.a_home(folder, weeks=0)
    tree, instrument = a_tree(), load()
    n = {"qq1": first, "qq2": second}
    answered = {**n, "web": 20, "ops": 20}
    items = instrument.form(4)
    ballots = [(unit, (3,) * len(items)) for unit, many in answered.items() for _ in range(many)]
    counts = tally(tree, ballots, items, house.WAVES[0])
    protected = protect(tree, counts, policy_for(5), instrument)
    assert set(protected.hidden) == {"qq1", "qq2"}
    about = About("0", "weekly", "1.0.0", 4, "0" * 32, "", Tallies(72, 49, 49, 49, 0))
    pressed = telling(protected, n) if twin else protected
    press.press(home.releases, pressed, tree, about, b"{}\n", check=lambda _: [])
    return house.an_app(home)


def looked_at(app: Litestar) -> dict[str, bytes]:
    """Return what HR and the leader get everywhere, without tokens that are drawn anew."""
    found = {}
    for who in (house.HR, house.LEADER):
        client = house.visitor(app, who)
        for place in PLACES:
            content = client.get(place).content
            content = re.sub(rb'name="_csrf_token" value="[0-9a-f]+"', b"", content)
            found[f"{who} {place}"] = re.sub(rb'nonce="[^"]+"', b"", content)
    return found


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> list[Litestar]:
    """Return one app a cause."""
    return [an_app(tmp_path_factory.mktemp("cause"), *cause) for cause in CAUSES]


@pytest.mark.slow
def test_every_cause_gives_the_same_bytes(apps: list[Litestar]) -> None:
    """Nobody answered, too few did, or hidden for another's sake: no page or file tells which."""
    first, *others = map(looked_at, apps)
    assert any(b"Qq1" in content for content in first.values())
    for other in others:
        assert [place for place in first if other[place] != first[place]] == []


@pytest.mark.slow
def test_a_row_that_tells_is_caught(tmp_path: Path) -> None:
    """The twin, whose suppressed rows keep a band, differs by cause in data and exports."""
    one = looked_at(an_app(tmp_path / "one", *CAUSES[0], twin=True))
    other = looked_at(an_app(tmp_path / "other", *CAUSES[2], twin=True))
    told = {place.partition(" ")[2] for place in one if other[place] != one[place]}
    assert told >= {"/api/v1/units/qq1/cells", "/api/v1/export.csv"}


def renamed(content: str, unit: str) -> str:
    """Return what is said of one of the two teams without its own name."""
    return content.replace(unit, "U").replace(unit.title(), "U")


@pytest.mark.slow
def test_two_hidden_units_differ_in_their_names_alone(apps: list[Litestar]) -> None:
    """Beside each other, the team with nobody and the one hidden for its sake look the same."""
    client = house.visitor(apps[0], house.HR)
    places = (
        "/units/{}", "/units/{}/items/A2", "/tables/{}/item:A2", "/figures/{}/months",
        "/api/v1/units/{}/cells", "/api/v1/units/{}/series",
    )  # fmt: skip
    for place in places:
        one, other = (
            renamed(re.sub(r'(value|nonce)="[^"]+"', "", client.get(place.format(unit)).text), unit)
            for unit in ("qq1", "qq2")
        )
        assert one == other
    page = client.get("/units/eng").text
    one, other = (
        renamed(page.partition(f'data-unit="{unit}"')[2].partition("</tr>")[0], unit)
        for unit in ("qq1", "qq2")
    )
    assert one == other
    assert hidden.SENTENCE in one


@pytest.mark.slow
def test_the_reason_and_what_to_do_are_the_same_words_everywhere(apps: list[Litestar]) -> None:
    """Pages, tooltips, data dictionary and the description of the API say one sentence."""
    client = house.visitor(apps[0], house.HR)
    page = client.get("/units/qq1").text
    for words in (hidden.REASON, hidden.SENTENCE, hidden.ADVICE, hidden.EVERYWHERE):
        assert words in page
    assert hidden.REASON in client.get("/api/v1/columns.csv").text
    paths = client.get("/openapi.json").json()["paths"]
    said = paths["/api/v1/units/{unit_id}/cells"]["get"]["description"]
    assert hidden.REASON in said
    assert hidden.ADVICE in said


@pytest.mark.slow
def test_a_leader_is_not_sent_where_they_may_not_look(tmp_path: Path) -> None:
    """Of a hidden team its leader is led to the departments; HR, who may, to the unit above."""
    app = an_app(tmp_path, *CAUSES[0])
    engine = sqlite_engine(tmp_path / "home/accounts/accounts.db", journal="wal", create=False)
    directory.create(
        engine, house.CLOCK, house.CHEAP.hash, email=house.NEW, role="leader", unit_id="qq1",
        password=house.PASSWORD,
    )  # fmt: skip
    engine.dispose()
    leader, hr = house.visitor(app, house.NEW), house.visitor(app, house.HR)
    assert leader.get("/units/eng").status_code == 404
    for place in ("/", "/units/qq1"):
        page = leader.get(place).text
        said = page[: page.index("How to read these figures")]
        assert hidden.OUTSIDE in said
        assert '/results">To the results page</a>' in said
        assert hidden.ADVICE not in said
    assert hidden.OUTSIDE not in hr.get("/units/qq1").text


def test_the_sentence_stands_in_one_place() -> None:
    """No other file has the reason in words of its own, so that none can drift."""
    top = Path(hidden.__file__).parents[2]
    files = [p for room in ("pulse", "dashboards") for p in (top / room).rglob("*")]
    holding = [
        path.relative_to(top).as_posix()
        for path in files
        if path.suffix in {".py", ".html", ".js"}
        and "nearby to show" in path.read_text(encoding="utf-8")
    ]
    assert holding == ["pulse/release/hidden.py"]
