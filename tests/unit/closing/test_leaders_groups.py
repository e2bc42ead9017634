"""What only leaders are asked: from the roster's file through a whole week to its release."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from msgspec import structs

from dashboards.desk import Book
from dashboards.pages.hidden import hidden
from pulse.accounts.directory import Account, Role
from pulse.attack import ours
from pulse.attack.attacks import ATTACKS
from pulse.cli.program import program
from pulse.clock import FixedClock
from pulse.disclosure.audit import audit_home
from pulse.disclosure.audited_cells import Sheet
from pulse.disclosure.audited_leaders import findings
from pulse.disclosure.audited_survey import shipped
from pulse.disclosure.policy import policy_for
from pulse.opening import open_wave
from pulse.release import cells, reading
from pulse.release.cell import Cell
from pulse.settings import Home
from pulse.statistics.history import read_history
from pulse.store.home import make_home
from pulse.token.keylist import GroupFile
from tests.week import CLOSES, OPENS, Week, ballots, cast, gather, same_keys

ASKED = "P22"
# People directly in each unit; all but one of each group answer.
SEATS = {"all": 14, "field": 13, "north": 13, "south": 12, "tools": 12, "lab": 12}
UNITS = (
    "unit_id,parent_id,name,leaders\n"
    "all,,Everybody,yes\nfield,all,Field,yes\nnorth,field,North,no\nsouth,field,South,\n"
    "tools,all,Tools,no\nlab,all,Lab,\n"
)
LED = {"all:own", "field:own"}


def called(home: Path, *words: str) -> Any:
    """Call a command and return its document."""
    result = CliRunner().invoke(program, [*words, "--json", "--home", str(home)])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Import, switch the pack on, open, answer and close; nobody may change what came of it.

    In the team "tools" everybody answers what was not theirs to answer.
    """
    home = Home(tmp_path_factory.mktemp("leaders") / "home")
    make_home(home, "")
    units, people = home.path.parent / "units.csv", home.path.parent / "people.csv"
    units.write_text(UNITS)
    people.write_text(
        "person_id,email,unit_id\n"
        + "".join(f"{u}-{i},{u}-{i}@example.org,{u}\n" for u, many in SEATS.items()
                  for i in range(many))
    )  # fmt: skip
    called(home.path, "roster", "import", str(units), str(people))
    called(home.path, "survey", "pack", "on", "leaders", "--agreed")
    week = Week(home.path)
    open_wave(
        home, week.settings, FixedClock(OPENS), week.engine, page=b"page", closes=CLOSES,
        make_keys=same_keys,
    )  # fmt: skip
    known = gather(week)
    given = {}
    for group in week.tree.groups_in_order():
        own = group.leaders or group.unit_id == "tools"
        given[group.unit_id] = [
            (*(1 + (person + item) % 5 for item in range(6)), 1 + person % 5 if own else 0)
            for person in range(group.invited - 1)
        ]
    cast(week, ballots(week, given, known), known)
    assert week.close().state == "released"
    return week


def rows(week: Week, item: str) -> dict[str, Cell]:
    """Return the rows of a statement by unit or pool."""
    table = cells.rows(cells.read(week.home.releases / week.wave / cells.NAME))
    return {cell.unit_id: cell for cell in table if cell.measure == f"item:{item}"}


@pytest.mark.slow  # the week is opened, answered and closed
def test_only_groups_of_leaders_are_asked(week: Week) -> None:
    """The key list names the statement, and the group files of leaders alone call it theirs."""
    assert week.keys.lead == (ASKED,)
    assert week.keys.items[-1] == ASKED
    assert {unit.unit_id for unit in week.tree.units if unit.leaders} == LED
    names = {unit.g: unit.unit_id for unit in week.tree.units}
    folder = week.home.published / week.wave
    files = [msgspec.json.decode(path.read_bytes(), type=GroupFile) for path in folder.glob("g-*")]
    assert {names[each.g] for each in files if each.leaders} == LED
    assert len(files) == len(SEATS)


@pytest.mark.slow
def test_a_release_shows_it_of_groups_of_leaders_alone(week: Week) -> None:
    """From ten answers on, without pool or sum; whoever answered unasked stands in no figure."""
    shown = {unit_id: cell for unit_id, cell in rows(week, ASKED).items() if cell.mean}
    assert set(shown) == LED
    assert {cell.at_least for cell in shown.values()} == {10}
    assert {cell.invited for cell in shown.values()} == {13, 14}
    assert {cell.unit_id for cell in rows(week, "A1").values() if cell.mean} > LED
    assert audit_home(week.home.releases).findings == ()


@pytest.mark.slow
def test_it_is_seen_by_whoever_leads_those_leaders(week: Week) -> None:
    """The leader of the unit that they sit in sees it; no other leader, HR or auditor does."""
    book = Book("", read_history(week.home.releases))
    people: tuple[tuple[Role, str | None], ...] = (
        *(("leader", unit) for unit in SEATS), ("hr", None), ("auditor", None),
    )  # fmt: skip
    seen = set()
    for role, own in people:
        account = Account(1, "a@x.org", role, own, must_change=False, stamp="")
        scope = book.scope(account)
        seen |= {
            (own, unit.unit_id)
            for unit in week.tree.units
            if scope.sees_measure(unit.unit_id, f"item:{ASKED}")
        }
    # Of a team nothing is there to be seen: it was not asked.
    assert {pair for pair in seen if pair[1] in LED} == {("all", "all:own"), ("field", "field:own")}
    for own, unit, told in (("all", "field:own", True), ("field", "field:own", False)):
        account = Account(1, "a@x.org", "leader", own, must_change=False, stamp="")
        notes = " ".join(hidden(book.history, book.scope(account), unit).notes)
        assert ("was for leaders alone" in notes) == told


@pytest.mark.slow
def test_the_attack_suite_has_nothing_on_it(week: Week) -> None:
    """No attack of those that works councils run finds a group in such a release."""
    published = ours.read(week.home.releases)
    assert {attack.NAME: attack.attack(published).groups for attack in ATTACKS} == {
        attack.NAME: 0 for attack in ATTACKS
    }


@pytest.mark.slow
def test_shown_of_anybody_else_it_is_found(week: Week) -> None:
    """The broken twin that asks leaders and shows everybody's answers fails the audit."""
    release = reading.load(week.home.releases, week.wave)
    table = cells.rows(cells.read(release.folder / cells.NAME))
    policy = policy_for(5)
    assert list(findings(Sheet(release.manifest, policy, release.tree, table), shipped())) == []
    loose = [
        structs.replace(table[0], unit_id=unit, measure=f"item:{ASKED}", status="published")
        for unit in ("all", "tools", "field:others", "all:own")
    ]
    told = list(findings(Sheet(release.manifest, policy, release.tree, loose), shipped()))
    assert told == [
        f"{unit} item:{ASKED}: only groups made of leaders were asked this."
        for unit in ("all", "tools", "field:others")
    ]
