"""What every release promises, whoever is in it and whatever they answer."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.disclosure.audit import audit_release
from pulse.disclosure.pattern import Pattern, answering, choose
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.disclosure.residues import check_exact
from pulse.release import cells
from pulse.release.cell import COLUMNS, Cell
from pulse.release.press import press
from pulse.terms import TOP, Counts, Tree
from tests.oracles.patterns import residue_sizes
from tests.property.naive import naive_shown
from tests.property.worlds import (
    INSTRUMENT,
    ITEMS,
    POLICY,
    World,
    about,
    figures,
    protected,
    tally,
    worlds,
)

modest = settings(max_examples=40, deadline=None)


def smallest_residue(tree: Tree, counts: Counts, shown: Callable[[str], bool]) -> int:
    """Return the fewest answers to any item in a residue with invited people."""
    place = {unit.unit_id: at for at, unit in enumerate(tree.units)}
    parents = [-1 if u.parent_id is None else place[u.parent_id] for u in tree.units]
    invited = [u.invited if u.group else 0 for u in tree.units]
    pattern = [shown(u.unit_id) for u in tree.units]
    least = 10**9
    for item in range(len(counts.items)):
        n = [sum(counts.table[u.unit_id][item][1 : TOP + 1]) if u.group else 0 for u in tree.units]
        sizes = residue_sizes(parents, invited, n, pattern)
        least = min([least, *(answers for people, answers in sizes if people)])
    return least


@modest
@given(worlds(), st.sampled_from([5, 10]))
def test_no_residue_has_fewer_than_k_people(world: World, k: int) -> None:
    """P1, P9: per item, whatever is shown leaves no residue with invited people under k."""
    assume(world.tree.root.invited >= k + 2)
    published = protected(world, policy_for(k)).published
    assert smallest_residue(world.tree, world.counts, published.__contains__) >= k


def hidden_pair() -> World:
    """Return a world in which one of three teams has too few answers."""
    units = [("a", 9), ("b", 2), ("c", 12), ("d", 30), ("e", 20)]
    return _flat(units, lambda number: (number % 5 + 1,) * len(ITEMS))


def _flat(sizes: list[tuple[str, int]], answers: Callable[[int], tuple[int, ...]]) -> World:
    """Build teams of 30 invited people below one root, with that many ballots each."""
    from pulse.disclosure.groups import form_groups
    from pulse.terms import RosterUnit

    roster = [RosterUnit("org", None, "Organisation", 0)]
    roster += [RosterUnit(unit_id, "org", f"Team {unit_id}", 30) for unit_id, _ in sizes]
    ballots = [(unit_id, answers(number)) for unit_id, n in sizes for number in range(n)]
    return World(tuple(roster), form_groups(roster, 8, None, 5), tuple(ballots))


def test_the_naive_release_leaves_a_small_residue() -> None:
    """P1's twin: the naive threshold shows parent and siblings, so the rest is two people."""
    world = hidden_pair()
    shown = naive_shown(world.tree, world.counts, 5)
    assert smallest_residue(world.tree, world.counts, shown.__contains__) == 2


@settings(max_examples=8, deadline=None)
@given(worlds(), st.sampled_from([5, 10, 15]))
def test_the_audit_finds_nothing_in_our_releases(world: World, k: int) -> None:
    """P5: counts in memory and files pass, also where k was raised after groups were formed."""
    passes(world, k)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(worlds(), st.sampled_from([5, 10, 15]))
def test_the_audit_finds_nothing_in_many_of_our_releases(world: World, k: int) -> None:
    """The same of more organisations: a small one with k = 15 may take the audit ten seconds."""
    passes(world, k)


def passes(world: World, k: int) -> None:
    """Assert that neither the check in memory nor the audit of the files finds anything."""
    release = protected(world, policy_for(k))
    assert check_exact(world.tree, world.counts, policy_for(k), release) == []
    with TemporaryDirectory() as folder:
        found: list[str] = []

        def check(candidate: Path) -> list[str]:
            found.extend(audit_release(candidate))
            return found

        press(Path(folder), release, world.tree, about(world), b"{}\n", check=check)
        assert found == []


def renamed(world: World, order: random.Random) -> World:
    """Give every unit a new id and name, keeping the ids' order, and shuffle the siblings."""
    new = {u.unit_id: f"x{u.unit_id}" for u in world.tree.units}
    children = world.tree.children()
    waiting, units = [world.tree.root], []
    while waiting:
        unit = waiting.pop()
        parent = None if unit.parent_id is None else new[unit.parent_id]
        units.append(structs.replace(unit, unit_id=new[unit.unit_id], parent_id=parent, name="?"))
        below = children[unit.unit_id]
        order.shuffle(below)
        waiting += below
    tree = structs.replace(world.tree, units=tuple(units))
    ballots = [(new[group], answers) for group, answers in world.ballots]
    order.shuffle(ballots)
    return World(world.roster, tree, tuple(ballots))


def told(cell: Cell) -> tuple[object, ...]:
    """Return what a cell says, without ids and names."""
    said = [c for c in COLUMNS if c not in {"unit_id", "parent_id", "name"}]
    return tuple(getattr(cell, column) for column in said)


@modest
@given(worlds(), st.integers())
def test_names_and_order_change_nothing(world: World, seed: int) -> None:
    """P7: renamed and reordered, every unit shows the same."""
    one = figures(protected(world))
    other = figures(protected(renamed(world, random.Random(seed))))
    assert {(f"x{unit}", measure) for unit, measure in one} == set(other)
    for (unit, measure), cell in one.items():
        assert told(cell) == told(other[f"x{unit}", measure])


def test_a_pattern_that_depends_on_order_is_seen() -> None:
    """P7's twin: hiding the sibling that comes last shows other units after a reordering."""

    def last_hides(tree: Tree, counts: Counts) -> set[str]:
        shown = naive_shown(tree, counts, 5)
        return shown - {[u.unit_id for u in tree.units if u.unit_id in shown][-1]}

    world = hidden_pair()
    turned = renamed(world, random.Random(1))
    assert {f"x{u}" for u in last_hides(world.tree, world.counts)} != last_hides(
        turned.tree, turned.counts
    )


@modest
@given(worlds())
def test_the_same_input_gives_the_same_bytes(world: World) -> None:
    """P8: two runs agree byte for byte, and so do ballots in another order."""
    other = World(world.roster, world.tree, tuple(reversed(world.ballots)))
    assert cells.encode(protected(world).cells) == cells.encode(protected(other).cells)


def test_other_figures_give_other_bytes() -> None:
    """P8's twin: one figure more or less does change the bytes."""
    release = protected(hidden_pair())
    assert cells.encode(release.cells) != cells.encode(release.cells[:-1])


@modest
@given(worlds(), st.randoms(use_true_random=False))
def test_an_answer_in_a_hidden_group_stays_inside_its_pool(
    world: World, dice: random.Random
) -> None:
    """P10: another value 1-5 in a hidden group changes its ancestors and its pool at most."""
    release = protected(world)
    inside = [at for at, (group, _) in enumerate(world.ballots) if group in release.hidden]
    assume(inside)
    at = dice.choice(inside)
    group, answers = world.ballots[at]
    turned = tuple(6 - answer if 1 <= answer <= TOP else answer for answer in answers)
    ballots = (*world.ballots[:at], (group, turned), *world.ballots[at + 1 :])
    after = protected(World(world.roster, world.tree, ballots))
    assert after.published == release.published
    above = ancestors(world.tree, group)
    allowed = above | {f"{unit}:others" for unit in above}
    before = figures(release)
    changed = {key[0] for key, cell in figures(after).items() if cell != before[key]}
    assert changed <= allowed


def test_a_rule_that_looks_at_answers_is_caught() -> None:
    """P10's twin: units hidden because of what was answered change the pattern by one answer."""

    def hide_agreement(world: World) -> set[str]:
        shown = naive_shown(world.tree, world.counts, 5)
        table = world.counts.table
        return {unit for unit in shown if max(table[unit][0][1:6]) < sum(table[unit][0][1:6])}

    world = _flat([("a", 9), ("b", 2), ("c", 30)], lambda number: (1 + number // 8,) * len(ITEMS))
    group, answers = world.ballots[8]
    ballots = (*world.ballots[:8], (group, (1, *answers[1:])), *world.ballots[9:])
    turned = structs.replace(world, ballots=ballots)
    assert hide_agreement(world) != hide_agreement(turned)
    assert protected(world).published == protected(turned).published


def ancestors(tree: Tree, unit_id: str) -> set[str]:
    """Return every unit above one."""
    parents = {unit.unit_id: unit.parent_id for unit in tree.units}
    found = set()
    above = parents[unit_id]
    while above is not None:
        found.add(above)
        above = parents[above]
    return found


@modest
@given(worlds())
def test_every_hidden_unit_looks_the_same(world: World) -> None:
    """P13: nobody answered, too few did, or hidden for another's sake: the rows are equal."""
    release = protected(world)
    units = {unit.unit_id: unit for unit in world.tree.units}
    rows = [cell for cell in release.cells if cell.status == "suppressed"]
    assert {cell.unit_id for cell in rows} == set(release.hidden)
    for cell in rows:
        unit = units[cell.unit_id]
        bare = Cell(
            cell.wave, unit.unit_id, unit.parent_id, unit.name, "unit", cell.measure, "suppressed"
        )
        assert cell == bare


def test_causes_really_differ_behind_equal_rows() -> None:
    """P13's control: in one world units are hidden for nobody, for few and for another's sake."""
    world = _flat([("a", 0), ("b", 3), ("c", 9), ("d", 30)], lambda _: (3,) * len(ITEMS))
    release = protected(world)
    n = answering(world.tree, world.counts, ITEMS)
    assert sorted(n[unit] for unit in release.hidden) == [0, 3, 9]


@modest
@given(worlds())
def test_people_are_counted_and_not_responses(world: World) -> None:
    """P17: a ballot of skips adds nobody, and no count exceeds the people who answered."""
    groups = [unit.unit_id for unit in world.tree.units if unit.group]
    silent = tuple((group, (0,) * len(ITEMS)) for group in groups for _ in range(3))
    n = answering(world.tree, world.counts, ITEMS)
    more = tally(world.tree, (*world.ballots, *silent))
    assert answering(world.tree, more, ITEMS) == n
    shared = protect(world.tree, more, POLICY, INSTRUMENT)
    assert shared.published == protected(world).published
    for group in groups:
        assert n[group] <= sum(where == group for where, _ in world.ballots)


def test_counting_responses_would_show_a_single_person() -> None:
    """P17's twin: six answers of one person are no six people."""
    world = _flat([("a", 1), ("b", 30)], lambda _: (4,) * len(ITEMS))
    responses = sum(sum(row[1 : TOP + 1]) for row in world.counts.table["a"])
    assert responses >= POLICY.k > answering(world.tree, world.counts, ITEMS)["a"]


def parts_add_up(tree: Tree, counts: Counts, pattern: Pattern) -> bool:
    """Tell whether pool and shown units below each shown unit add up to it, item by item."""
    parents: Mapping[str, str | None] = {unit.unit_id: unit.parent_id for unit in tree.units}
    below: dict[str, list[str]] = {u: [g.unit_id for g in p] for u, p in pattern.pools.items()}
    for unit_id in pattern.shown:
        above = parents[unit_id]
        while above is not None and above not in pattern.shown:
            above = parents[above]
        if above is not None:
            below.setdefault(above, []).append(unit_id)
    return all(
        [
            tuple(map(sum, zip(*rows, strict=True)))
            for rows in zip(*(counts.table[p] for p in parts), strict=True)
        ]
        == list(counts.table[unit_id])
        for unit_id, parts in below.items()
    )


@modest
@given(worlds())
def test_pools_and_shown_units_add_up(world: World) -> None:
    """P18: before rounding, what is shown below a shown unit is all of it."""
    assert parts_add_up(world.tree, world.counts, choose(world.tree, world.counts, ITEMS, 5))


def test_a_missing_pool_does_not_add_up() -> None:
    """P18's twin: without its pool a unit is more than its parts."""
    world = hidden_pair()
    pattern = choose(world.tree, world.counts, ITEMS, 5)
    assert pattern.pools
    assert not parts_add_up(world.tree, world.counts, structs.replace(pattern, pools={}))


def off_edge(number: int | None, invited: int | None) -> bool:
    """Tell whether a participation figure is finer than a band, or above two fewer than all."""
    return number is not None and (number % 5 > 0 or number > (invited or 0) - 2)


@modest
@given(worlds())
def test_no_participation_figure_is_finer_than_a_band(world: World) -> None:
    """P20: every printed count is a band's edge, also where everybody answered."""
    release = protected(world)
    n = answering(world.tree, world.counts, ITEMS)
    for cell in release.cells:
        assert not off_edge(cell.at_least, cell.invited)
        if cell.kind == "unit" and cell.at_least is not None:
            assert cell.at_least <= n[cell.unit_id]


def test_exact_counts_would_straddle_a_band() -> None:
    """P20's twin: printing n itself is caught."""
    world = hidden_pair()
    n = answering(world.tree, world.counts, ITEMS)
    assert any(off_edge(n[unit.unit_id], unit.invited) for unit in world.tree.units)
