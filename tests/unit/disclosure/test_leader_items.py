"""Items about one named leader, from counts to files: k = 10, inside the first pattern."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from pulse.closing.results import compose
from pulse.disclosure.audit import audit_home, audit_release
from pulse.disclosure.audited_cells import Sheet
from pulse.disclosure.audited_survey import shipped
from pulse.disclosure.audited_widths import isolated, too_narrow
from pulse.disclosure.groups import form_groups
from pulse.disclosure.protect import protect
from pulse.disclosure.residues import check_exact
from pulse.release import cells
from pulse.release.cell import Cell
from pulse.release.manifest import Manifest, Tallies, decode
from pulse.release.press import press
from pulse.terms import RosterUnit, Tree
from tests.property.worlds import INSTRUMENT, ITEMS, POLICY, described, tally
from tests.unit.disclosure.pressed import Forgery, forge
from tests.unit.disclosure.test_audit_cells import every

WAVE = "2026-W09"
LEAD = "A2"
TURNED = structs.replace(INSTRUMENT.items[LEAD], leader=True)
LED = structs.replace(INSTRUMENT, items={**INSTRUMENT.items, LEAD: TURNED})
SURVEY = shipped()._replace(now=LED)
# Answers of twenty invited each; under k = 10 "five" hides alone and takes "ten" along.
ANSWERED = {"five": 7, "ten": 12, "most": 16, "many": 18}


def organisation() -> Tree:
    """Return four teams of twenty below two departments."""
    roster = [RosterUnit("org", None, "Org", 0), RosterUnit("dep", "org", "Dep", 0)]
    roster += [RosterUnit("other", "org", "Other", 0), RosterUnit("rest", "other", "Rest", 40)]
    roster += [RosterUnit(team, "dep", team.title(), 20) for team in ANSWERED]
    return form_groups(roster, 8, None, 5)


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Press one week in which one item is about a leader, as a close does."""
    tree = organisation()
    ballots = [
        (team, tuple((person + item) % 4 + 1 for item in range(len(ITEMS))))
        for team, many in {**ANSWERED, "rest": 30}.items()
        for person in range(many)
    ]
    counts = tally(tree, [(tree.groups[team], given) for team, given in ballots], ITEMS, WAVE)
    release = protect(tree, counts, POLICY, LED)
    assert check_exact(tree, counts, POLICY, release) == []
    cast = len(ballots)
    about = described(WAVE, Tallies(tree.root.invited, cast, cast, cast, 0))
    staff = compose(release, tree, LED, "Org", "")
    press(tmp_path, release, tree, about, staff, check=lambda f: audit_release(f, SURVEY))
    return tmp_path


def rows(releases: Path) -> list[Cell]:
    """Return the cells of the week."""
    return cells.rows(cells.read(releases / WAVE / cells.NAME))


def shown(releases: Path, item: str) -> set[str]:
    """Return the units that an item is shown of."""
    return {
        c.unit_id
        for c in rows(releases)
        if c.measure == f"item:{item}" and c.kind == "unit" and c.status == "published"
    }


def found(releases: Path) -> str:
    """Audit with the survey that has an item about a leader."""
    return "\n".join(audit_home(releases, survey=SURVEY).findings)


def test_fewer_units_show_what_is_said_of_a_leader(releases: Path) -> None:
    """Seven answers are enough for a team, ten are for its leader; nobody's rest is smaller."""
    assert found(releases) == ""
    ordinary, leaders = shown(releases, "A1"), shown(releases, LEAD)
    assert ordinary == {"org", "dep", "other", "rest", *ANSWERED}
    assert leaders < ordinary
    assert "five" not in leaders
    pools = {(c.unit_id, c.measure): c.at_least for c in rows(releases) if c.kind == "pool"}
    assert pools == {("dep:others", f"item:{LEAD}"): 15}  # 7 and 12 answers together
    bands = {c.at_least for c in rows(releases) if c.measure == f"item:{LEAD}" and c.mean}
    assert all(band is not None and band >= 10 for band in bands)


def test_nothing_about_a_leader_is_told_to_staff_or_counted_to_a_scale(releases: Path) -> None:
    """It has no scale, and `results.json` does not know it."""
    told = json.loads((releases / WAVE / "results.json").read_bytes())
    assert LEAD not in {item["item"] for item in told["items"]}
    written = json.loads((releases / WAVE / "manifest.json").read_bytes())
    assert LEAD not in {item for items in written["scales"].values() for item in items}
    assert written["lead"] == [LEAD]


def of(unit_id: str, measure: str = f"item:{LEAD}") -> Callable[[Cell], bool]:
    """Choose a unit's rows of a measure."""
    return lambda cell: (cell.unit_id, cell.measure) == (unit_id, measure)


def shown_under_five(given: list[Cell]) -> list[Cell]:
    """Show of a leader what is shown of the team: the rows of another item, under its name."""
    other = {(c.kind, c.unit_id): c for c in given if c.measure == "item:A1"}
    kept = [c for c in given if c.kind != "pool"]
    return [
        structs.replace(other[c.kind, c.unit_id], measure=c.measure)
        if c.measure == f"item:{LEAD}"
        else c
        for c in kept
    ]


def passed_for_another(written: Manifest) -> Manifest:
    """Claim that no item is about a leader."""
    scales = dict(written.scales)
    scales[TURNED.scale] = (*scales.get(TURNED.scale, ()), LEAD)
    return structs.replace(written, lead=(), scales=scales)


FORGED: list[tuple[str, Forgery, str]] = [
    ("under five", shown_under_five, "five: it has no single band from 10"),
    ("a pool of five", every(of("dep:others"), at_least=5), "dep:others: it has no single band"),
    (
        "a pool left out",
        lambda given: [c for c in given if c.kind != "pool"],
        "nothing says that its residue has 10 people",
    ),
    (
        "where others are hidden",
        every(of("dep", "item:A1"), status="suppressed"),
        "dep: it is shown for one measure and hidden for another",
    ),
]


@pytest.mark.parametrize(("change", "said"), [f[1:] for f in FORGED], ids=[f[0] for f in FORGED])
def test_a_leader_shown_with_too_few_people_is_found(
    releases: Path, change: Forgery, said: str
) -> None:
    """P6: the second class has a k, a residue test and pools of its own."""
    forge(releases, WAVE, rows=change)
    assert said in found(releases)


def sheet(releases: Path, *changes: Forgery) -> Sheet:
    """Read the week with forged cells, as the audit does."""
    forged = rows(releases)
    for change in changes:
        forged = change(forged)
    written = decode((releases / WAVE / "manifest.json").read_bytes())
    return Sheet(written, POLICY, organisation(), forged)


def test_the_second_opinion_knows_the_second_k(releases: Path) -> None:
    """The program that knows no tree asks for ten people too, and for a pool."""
    assert list(isolated(sheet(releases))) == []
    small = every(of("dep:others"), at_least=5)
    without = sheet(releases, lambda given: [c for c in given if c.kind != "pool"])
    for wrong in (sheet(releases, small), without):
        (told,) = isolated(wrong)
        assert told == "dep/:rest: fewer than 10 people can be told apart."


def test_figures_of_the_second_class_leave_hidden_teams_open_too(releases: Path) -> None:
    """A pool in which everybody gave the same answer tells it of each team inside."""
    assert too_narrow(sheet(releases)) == []
    loose = {"mean": 3.0, "step": 4.0, "mean_bound": "exact", "favourable": None}
    above = [every(of(unit), **loose, unfavourable=None, no_answer=None) for unit in ("org", "dep")]
    same = every(of("dep:others"), mean=5.0, step=0.0, mean_bound="exact")
    assert [
        (hit.unit_id, hit.item, hit.told) for hit in too_narrow(sheet(releases, *above, same))
    ] == [
        ("five", LEAD, "what everybody answered"),
        ("ten", LEAD, "what everybody answered"),
    ]


def test_an_item_about_a_leader_that_passes_for_another_is_found(releases: Path) -> None:
    """P6: files that fit each other under k = 5 throughout still contradict the survey."""
    forge(releases, WAVE, rows=shown_under_five, about=passed_for_another)
    assert f"item:{LEAD} is not about what the survey says it is about." in found(releases)
