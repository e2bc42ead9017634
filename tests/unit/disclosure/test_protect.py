"""Cells of one wave, worked by hand."""

from collections.abc import Mapping

import msgspec
import pytest
from msgspec import structs

from pulse.disclosure import pattern
from pulse.disclosure.diagnostics import Diagnostics
from pulse.disclosure.groups import form_groups
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.disclosure.residues import check_exact
from pulse.errors import Held
from pulse.release.cell import Cell
from pulse.release.protected import ProtectedCounts
from pulse.terms import Counts, RosterUnit, Tree
from tests.property.worlds import INSTRUMENT, ITEMS, POLICY, figures, tally


def organisation(**teams: int) -> Tree:
    """Form the groups of teams directly below one root."""
    roster = [RosterUnit("org", None, "Org", 0)]
    roster += [RosterUnit(name, "org", name.upper(), people) for name, people in teams.items()]
    return form_groups(roster, 8, None, 5)


def counted(tree: Tree, **ballots: list[int]) -> Counts:
    """Count ballots in which every item gets the same answer."""
    cast = [(team, (answer,) * len(ITEMS)) for team, given in ballots.items() for answer in given]
    return tally(tree, cast)


def shown(release: ProtectedCounts, unit_id: str, measure: str) -> Cell:
    """Return one cell."""
    return figures(release)[unit_id, measure]


def test_a_small_group_is_hidden_with_its_smallest_cover() -> None:
    """Two answers are hidden, one sibling goes with them, and both appear in a pool."""
    tree = organisation(a=20, b=20, c=20)
    release = protect(tree, counted(tree, a=[2] * 9, b=[4] * 2, c=[3] * 19), POLICY, INSTRUMENT)
    assert release.published == ("org", "c")
    assert release.hidden == ("a", "b")
    pool = shown(release, "org:others", "item:A1")
    assert (pool.kind, pool.parent_id, pool.name) == ("pool", "org", "Other teams of Org together")
    assert (pool.at_least, pool.invited, pool.mean, pool.step) == (10, 40, 2.5, 0.5)
    assert pool.favourable is None
    assert shown(release, "b", "item:A1") == Cell(
        "2026-W09", "b", "org", "B", "unit", "item:A1", "suppressed"
    )
    assert shown(release, "b", "scale:energy").status == "suppressed"


def test_a_row_holds_band_mean_step_and_from_twenty_shares() -> None:
    """From band 20 a row has shares and a no-answer class; scale rows have neither."""
    tree = organisation(a=40, b=30)
    ballots = {"a": [1] * 3 + [3] * 9 + [4] * 12 + [6] * 4, "b": [2] * 8}
    release = protect(tree, counted(tree, **ballots), POLICY, INSTRUMENT)
    cell = shown(release, "a", "item:A1")
    assert (cell.at_least, cell.invited, cell.mean, cell.mean_bound) == (20, 40, 3.25, "exact")
    assert (cell.favourable, cell.neutral, cell.unfavourable) == (50, 40, 10)
    assert cell.no_answer == "10-25 %"
    scale = shown(release, "a", "scale:work")
    assert (scale.mean, scale.mean_bound, scale.step) == (43.75, "exact", 6.25)
    assert scale.favourable is None is scale.no_answer
    assert shown(release, "b", "item:A1").favourable is None


def test_a_scale_joins_its_items_after_reversal() -> None:
    """Energy is A2 and the reversed E1: opposite answers give the middle."""
    tree = organisation(a=20)
    release = protect(tree, counted(tree, a=[4] * 12), POLICY, INSTRUMENT)
    assert shown(release, "a", "item:E1").mean == 4
    assert shown(release, "a", "scale:energy").mean == 50
    assert shown(release, "a", "scale:energy").step == 6.25
    unanimous = protect(tree, counted(tree, a=[5] * 12), POLICY, INSTRUMENT)
    mixed = shown(unanimous, "a", "scale:energy")
    assert (mixed.status, mixed.mean, mixed.mean_bound) == ("published", None, None)
    assert shown(unanimous, "a", "item:A1").mean_bound == "at_least"
    assert shown(unanimous, "a", "scale:safety").mean == 87.5


def test_a_changed_unit_in_the_lowest_band_has_the_coarsest_step() -> None:
    """Where fewer than k people came or went since, a band of 5 gets steps of 1.0."""
    tree = organisation(a=9, b=20, c=20)
    marked = {"a", "b"}
    units = tuple(structs.replace(u, changed=u.unit_id in marked) for u in tree.units)
    tree = structs.replace(tree, units=units)
    ballots = {"a": [2] * 4 + [3] * 4, "b": [4] * 15, "c": [2] * 15}
    release = protect(tree, counted(tree, **ballots), POLICY, INSTRUMENT)
    assert shown(release, "a", "item:A1").step == 1
    assert shown(release, "b", "item:A1").step == 0.5
    assert shown(release, "org", "item:A1").step == 0.25


def test_a_pool_with_a_changed_group_has_the_coarsest_step_too() -> None:
    """A pool in the lowest band counts as changed where one of its groups is."""
    tree = organisation(a=9, b=9, c=40)
    units = tuple(structs.replace(u, changed=u.unit_id == "a") for u in tree.units)
    counts = counted(tree, a=[3] * 4, b=[3] * 4, c=[3] * 15)
    release = protect(structs.replace(tree, units=units), counts, POLICY, INSTRUMENT)
    assert shown(release, "org:others", "item:A1").step == 1
    assert shown(protect(tree, counts, POLICY, INSTRUMENT), "org:others", "item:A1").step == 0.5


def test_an_organisation_under_sixty_hides_its_inner_units() -> None:
    """Between 20 and 59 people only the root and groups are shown."""
    roster = [RosterUnit("org", None, "Org", 0), RosterUnit("d", "org", "D", 0)]
    for people, inner_is_shown in ((12, False), (22, True)):
        teams = [RosterUnit("x", "d", "X", people), RosterUnit("y", "d", "Y", people)]
        other = RosterUnit("z", "org", "Z", people)
        tree = form_groups([*roster, *teams, other], 8, None, 5)
        counts = counted(tree, x=[2] * 9, y=[3] * 9, z=[4] * 9)
        release = protect(tree, counts, POLICY, INSTRUMENT)
        assert ("d" in release.published) is inner_is_shown
        assert {"org", "x", "y", "z"} <= set(release.published)


def test_below_a_hidden_root_there_is_no_pool() -> None:
    """If the whole organisation has too few answers, everything is suppressed."""
    tree = organisation(a=20, b=20)
    release = protect(tree, counted(tree, a=[3] * 2, b=[3] * 2), POLICY, INSTRUMENT)
    assert release.published == ()
    assert {cell.status for cell in release.cells} == {"suppressed"}
    assert {cell.unit_id for cell in release.cells} == {"org", "a", "b"}


def test_a_wave_without_ballots_is_suppressed_everywhere() -> None:
    """Nobody answering gives a release in which every unit is suppressed."""
    tree = organisation(a=20, b=20)
    release = protect(tree, counted(tree), POLICY, INSTRUMENT)
    assert not release.published


def test_empty_units_have_no_cells() -> None:
    """A unit without invited people has no row at all."""
    tree = organisation(a=20, b=0)
    release = protect(tree, counted(tree, a=[3] * 12), POLICY, INSTRUMENT)
    assert "b" not in {cell.unit_id for cell in release.cells}


def test_what_was_shown_last_week_is_shown_again_where_either_may() -> None:
    """Between two equal ways to hide one unit, last week's stays."""
    tree = organisation(a=20, b=20, c=20)
    counts = counted(tree, a=[3] * 12, b=[3] * 12, c=[3] * 2)
    assert protect(tree, counts, POLICY, INSTRUMENT).hidden == ("b", "c")
    last = {"org": True, "a": False, "b": True, "c": False}
    assert protect(tree, counts, POLICY, INSTRUMENT, last=last).hidden == ("a", "c")


def test_a_withdrawn_unit_stays_hidden() -> None:
    """A unit withdrawn for another reason is hidden, and its pool still has two groups' people."""
    tree = organisation(a=20, b=20, c=20)
    counts = counted(tree, a=[3] * 12, b=[3] * 12, c=[3] * 12)
    release = protect(tree, counts, POLICY, INSTRUMENT, frozenset({"c"}))
    assert "c" in release.hidden
    assert "org" in release.published


def test_diagnostics_are_the_roots_alone_and_only_when_it_is_large() -> None:
    """Variances are shown at a root of band 100 with ten groups, in steps of 0.05, never as 0."""
    tree = organisation(**{f"t{number}": 12 for number in range(10)})
    ballots = {f"t{number}": [2, 4] * 6 for number in range(10)}
    values = Diagnostics({"sigma2:A1": 1.2, "sigma2:A2": 0.0})
    release = protect(tree, counted(tree, **ballots), POLICY, INSTRUMENT, frozenset(), values)
    rows = [cell for cell in release.cells if cell.kind == "diag"]
    assert [(c.unit_id, c.measure, c.value) for c in rows] == [
        ("org", "sigma2:A1", 1.2),
        ("org", "sigma2:A2", 0.05),
    ]
    assert (rows[0].at_least, rows[0].invited, rows[0].mean) == (115, 120, None)
    fewer = counted(tree, **{team: given[:9] for team, given in ballots.items()})
    quiet = protect(tree, fewer, POLICY, INSTRUMENT, frozenset(), values)
    assert not [cell for cell in quiet.cells if cell.kind == "diag"]
    nine = organisation(**{f"t{number}": 20 for number in range(9)})
    many = counted(nine, **{f"t{number}": [3] * 18 for number in range(9)})
    release = protect(nine, many, POLICY, INSTRUMENT, frozenset(), values)
    assert not [cell for cell in release.cells if cell.kind == "diag"]


class LeaderItem(msgspec.Struct, frozen=True):
    """An item that rates one leader."""

    scale: str = "safety"
    reverse: bool = False
    leader: bool = True
    to_leaders: bool = False


class WithLeaderItem(msgspec.Struct, frozen=True):
    """An instrument whose second anchor rates the leader."""

    items: Mapping[str, object]


def test_items_about_a_leader_have_a_pattern_of_their_own() -> None:
    """They need ten people, lie inside the ordinary pattern, and are in no scale."""
    instrument = WithLeaderItem({**INSTRUMENT.items, "A2": LeaderItem()})
    tree = organisation(a=20, b=20, c=20)
    counts = counted(tree, a=[3] * 8, b=[3] * 12, c=[3] * 12)
    release = protect(tree, counts, POLICY, instrument)  # type: ignore[arg-type] # a stand-in
    assert release.lead == ("A2",)
    assert "A2" not in {item for items in release.scales.values() for item in items}
    assert shown(release, "a", "item:A1").status == "published"
    assert shown(release, "a", "item:A2").status == "suppressed"
    assert shown(release, "org:others", "item:A2").at_least == 20
    assert ("org:others", "item:A1") not in figures(release)


def test_what_only_leaders_are_asked_is_shown_of_their_groups_alone() -> None:
    """Not of a team, though it answered, and not of the whole; asked of everybody it would be."""
    tree = organisation(a=20, b=20, c=20)
    led = structs.replace(
        tree, units=tuple(structs.replace(u, leaders=u.unit_id == "a") for u in tree.units)
    )
    counts = counted(led, a=[3] * 12, b=[3] * 12, c=[3] * 18)
    told = {
        to_leaders: {
            unit_id
            for (unit_id, measure), cell in figures(
                protect(
                    led, counts, POLICY,
                    WithLeaderItem(  # type: ignore[arg-type] # a stand-in
                        {**INSTRUMENT.items, "A2": LeaderItem(to_leaders=to_leaders)}
                    ),
                )
            ).items()
            if (measure, cell.status) == ("item:A2", "published")
        }
        for to_leaders in (True, False)
    }  # fmt: skip
    assert told == {True: {"a"}, False: {"org", "a", "b", "c"}}


def test_bands_that_fix_a_hidden_group_are_avoided() -> None:
    """Five times nine answers make 45: a group withdrawn alone would be told, so one goes along."""
    tree = organisation(a=20, b=20, c=20, d=20, e=21)
    counts = counted(tree, **dict.fromkeys("abcde", [3] * 9))
    chosen = pattern.choose(tree, counts, ITEMS, 5, frozenset({"e"}))
    assert chosen.shown == {"org", "b", "c", "d"}
    assert {group.unit_id for group in chosen.pools["org"]} == {"a", "e"}
    with pytest.raises(Held, match="Nothing was published"):
        pattern.choose(tree, counts, ITEMS, 5, frozenset({"e"}), rounds=1)


def test_a_group_below_a_lone_department_gives_way_upwards() -> None:
    """Where the pinned group has no shown sibling, what is shown above it is hidden."""
    roster = [RosterUnit("org", None, "Org", 0), RosterUnit("dep", "org", "Dep", 0)]
    roster += [RosterUnit("e", "dep", "E", 21)]
    roster += [RosterUnit(team, "org", team, 20) for team in "abcd"]
    tree = form_groups(roster, 8, None, 5)
    counts = counted(tree, **dict.fromkeys("abcde", [3] * 9))
    chosen = pattern.choose(tree, counts, ITEMS, 5, frozenset({"e"}))
    assert "dep" not in chosen.shown


@pytest.mark.parametrize(("a", "b"), [(6, 9), (9, 6), (5, 5)])
def test_which_sibling_goes_along_depends_on_bands_alone(a: int, b: int) -> None:
    """Of two teams in one band the first is shown, whichever has more answers in it."""
    tree = organisation(a=20, b=20, c=20)
    counts = counted(tree, a=[3] * a, b=[3] * b, c=[3] * 2)
    assert pattern.choose(tree, counts, ITEMS, 5).shown == {"org", "a"}


def test_a_raised_k_hides_groups_whose_band_can_never_reach_it() -> None:
    """Eleven of eleven print as "at least 5", so under k = 10 they are hidden, and not a doubt."""
    tree = organisation(a=11, b=30, c=30)
    counts = counted(tree, a=[3] * 11, b=[3] * 20, c=[3] * 20)
    policy = policy_for(10)
    release = protect(tree, counts, policy, INSTRUMENT)
    assert "a" in release.hidden
    assert "org" in release.published
    assert check_exact(tree, counts, policy, release) == []


def test_a_tree_that_contradicts_its_counts_is_held() -> None:
    """More answers than people fit no band: nothing is published."""
    tree = organisation(a=20, b=20, c=20)
    units = tuple(structs.replace(u, invited=9) if u.group else u for u in tree.units)
    counts = counted(tree, **dict.fromkeys("abc", [3] * 19))
    with pytest.raises(Held):
        pattern.choose(structs.replace(tree, units=units), counts, ITEMS, 5)


def test_policies_have_floors() -> None:
    """Ten people stand behind anything about one leader, more under a higher k."""
    assert (POLICY.k, POLICY.leader_k, POLICY.free_text_k) == (5, 10, 10)
    assert policy_for(15).leader_k == 15
