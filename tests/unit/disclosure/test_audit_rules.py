"""The audit knows the rules that depend on size, on leaders and on what figures imply together."""

from collections.abc import Mapping

import msgspec
from msgspec import structs

from pulse.disclosure import audited_cells, audited_tree, audited_widths
from pulse.disclosure.audited_cells import Sheet
from pulse.disclosure.groups import form_groups
from pulse.disclosure.protect import ScoredItem, protect
from pulse.release.cell import Cell
from pulse.release.manifest import describe
from pulse.release.protected import ProtectedCounts
from pulse.store import treefile
from pulse.terms import RosterUnit, Tree, Unit
from tests.property.worlds import INSTRUMENT, ITEMS, POLICY, World, about, tally


class Scored(msgspec.Struct, frozen=True):
    """An item's scoring."""

    scale: str
    reverse: bool
    leader: bool
    to_leaders: bool = False


class Instrument(msgspec.Struct, frozen=True):
    """An instrument in which A2 rates the leader."""

    items: Mapping[str, ScoredItem]


def world(answers: Mapping[str, list[int]], invited: int = 20) -> World:
    """Return teams below a department, each ballot giving one answer to every item."""
    roster = [RosterUnit("org", None, "Org", 0), RosterUnit("dep", "org", "Dep", 0)]
    roster += [RosterUnit(team, "dep", team, invited) for team in answers]
    tree = form_groups(roster, 8, None, 5)
    ballots = [
        (team, (answer,) * len(ITEMS)) for team, given in answers.items() for answer in given
    ]
    return World(tuple(roster), tree, tuple(ballots))


def sheet(where: World, release: ProtectedCounts) -> Sheet:
    """Lay out a release as the audit reads it."""
    described = describe(release, about(where), where.tree.tree_version, {})
    return Sheet(described, POLICY, where.tree, list(release.cells))


def protected(where: World) -> ProtectedCounts:
    """Protect a world's wave with the weekly survey."""
    return protect(where.tree, tally(where.tree, where.ballots), POLICY, INSTRUMENT)


def test_unanimous_answers_pass_the_audit() -> None:
    """Scales without a value, where opposite bounds meet, are as they must be."""
    where = world({"a": [5] * 20, "b": [5] * 12, "c": [1] * 15})
    release = protected(where)
    bare = [c for c in release.cells if c.measure == "scale:energy" and c.mean is None]
    assert {cell.status for cell in bare} == {"published"}
    assert list(audited_cells.findings(sheet(where, release))) == []


def test_items_about_a_leader_pass_and_stay_inside() -> None:
    """Leader items shown where others are hidden are found."""
    items: dict[str, ScoredItem] = dict(INSTRUMENT.items)
    items["A2"] = Scored("energy", reverse=False, leader=True)
    where = world({"a": [3] * 12, "b": [4] * 12, "c": [2] * 7, "d": [2] * 15})
    counts = tally(where.tree, where.ballots)
    release = protect(where.tree, counts, POLICY, Instrument(items))
    assert list(audited_cells.findings(sheet(where, release))) == []
    hidden = [
        Cell(c.wave, c.unit_id, c.parent_id, c.name, "unit", c.measure, "suppressed")
        if c.unit_id == "d" and c.measure != "item:A2"
        else c
        for c in release.cells
    ]
    wrong = sheet(where, structs.replace(release, cells=tuple(hidden)))
    assert "items about a leader are shown where others are hidden." in audited_cells.findings(
        wrong
    )


def test_an_inner_unit_of_a_small_organisation_is_found() -> None:
    """Under 60 people only root and groups may be shown; the same cells pass in a larger one."""
    where = world({"a": [3] * 12, "b": [4] * 12}, invited=30)
    cells = [
        structs.replace(c, invited=c.invited and {60: 50, 30: 25}[c.invited])
        for c in protected(where).cells
    ]
    small = world({"a": [3] * 12, "b": [4] * 12}, invited=25)
    release = structs.replace(protected(small), cells=tuple(cells))
    assert list(audited_cells.findings(sheet(small, release))) == [
        "dep: an inner unit of a small organisation is shown."
    ]


def test_figures_that_fix_a_hidden_group_are_found() -> None:
    """A single hidden group beside four nines under a band of 45 is told apart."""
    where = world(dict.fromkeys("abcde", [3] * 9))
    release = protected(where)
    assert not release.hidden
    forged = []
    for c in release.cells:
        if c.unit_id == "e":
            forged.append(Cell(c.wave, "e", "dep", "e", "unit", c.measure, "suppressed"))
            name = "Other teams of Dep together"
            pool = structs.replace(c, unit_id="dep:others", name=name, kind="pool")
            forged.append(pool)
        else:
            forged.append(c)
    wrong = sheet(where, structs.replace(release, cells=tuple(forged)))
    assert list(audited_cells.findings(wrong)) == []
    assert [(hit.unit_id, hit.told) for hit in audited_widths.too_narrow(wrong)][:1] == [
        ("e", "how many of it answered")
    ]


def lone(*units: Unit) -> Tree:
    """Return a tree of these units, with its own version."""
    groups = {unit.unit_id: unit.unit_id for unit in units if unit.group}
    return Tree(treefile.version(units, groups), units, groups)


def test_organisations_that_are_too_small_are_found() -> None:
    """Seven people, or groups among nineteen, are no tree for a release."""
    few = lone(Unit("org", None, "Org", 7, group=True, g="00001"))
    assert list(audited_tree.findings(few)) == ["the organisation is too small for a release."]
    split = lone(
        Unit("org", None, "Org", 19, group=False),
        Unit("a", "org", "A", 10, group=True, g="00001"),
        Unit("b", "org", "B", 9, group=True, g="00002"),
    )
    assert list(audited_tree.findings(split)) == [
        "an organisation of this size has no groups below its root."
    ]
    whole = lone(Unit("org", None, "Org", 19, group=True, g="00001"))
    assert list(audited_tree.findings(whole)) == []
