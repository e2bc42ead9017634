"""P2: no release is consistent only with everybody in a unit having answered the same."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.disclosure import rounding
from pulse.disclosure.groups import form_groups
from pulse.disclosure.residues import OTHERS
from pulse.release.cell import Cell
from pulse.terms import TOP, Counts, RosterUnit
from tests.property.worlds import ITEMS, World, protected, worlds

MOST = 8  # groups of which somebody answers otherwise
Release = Callable[[World], tuple[Cell, ...]]


def ours(world: World) -> tuple[Cell, ...]:
    """Release a world as Pulse does: items, scales, shares, and diagnostics where due."""
    return protected(world).cells


def with_exact_means(world: World) -> tuple[Cell, ...]:
    """Release a world with means that are neither rounded nor coded."""
    return tuple(_exact(cell, world.counts) for cell in ours(world))


def _exact(cell: Cell, counts: Counts) -> Cell:
    if cell.kind != "unit" or cell.mean is None or not cell.measure.startswith("item:"):
        return cell
    row = counts.table[cell.unit_id][counts.items.index(cell.measure.removeprefix("item:"))]
    n = sum(row[1 : TOP + 1])
    return structs.replace(cell, mean=sum(a * row[a] for a in range(1, TOP + 1)) / n)


def unanimous(world: World, values: tuple[int, ...]) -> World:
    """Let everybody who answered an item answer it the same."""
    ballots = tuple(
        (group, tuple(v if 1 <= a <= TOP else a for a, v in zip(answers, values, strict=True)))
        for group, answers in world.ballots
    )
    return structs.replace(world, ballots=ballots)


def others(world: World, groups: set[str], item: int) -> Iterator[World]:
    """Yield worlds in which one person of these groups answered one item a step differently.

    One of n people moves a mean by 1/n, which is under half a step wherever one is printed, and no
    share or variance that is coded at its end. Only icc1 can tell, of a small group among few: so
    then one person each of the largest other groups as well, now up and now down, which makes
    groups as alike as people are.
    """
    size = Counter(group for group, answers in world.ballots if 1 <= answers[item] <= TOP)
    first = {group: at for at, (group, answers) in reversed(list(enumerate(world.ballots)))
             if 1 <= answers[item] <= TOP}  # fmt: skip
    behind, rest = (
        sorted((g for g in size if (g in groups) == inside), key=lambda g: (-size[g], g))
        for inside in (True, False)
    )
    for many in range(1, MOST + 1) if behind else ():
        for step in (1, -1):
            ballots = list(world.ballots)
            for turn, group in enumerate([behind[0], *rest, *behind[1:]][:many]):
                _step(ballots, first[group], item, step if turn % 2 == 0 else -step)
            yield structs.replace(world, ballots=tuple(ballots))


def _step(ballots: list[tuple[str, tuple[int, ...]]], at: int, item: int, step: int) -> None:
    """Move one answer a step, back where it would leave the scale; what is skipped stays so."""
    group, answers = ballots[at]
    if 1 <= answers[item] <= TOP:
        near = answers[item] + step
        value = near if 1 <= near <= TOP else answers[item] - step
        ballots[at] = (group, (*answers[:item], value, *answers[item + 1 :]))


def groups_behind(world: World, unit_id: str, shown: set[str]) -> set[str]:
    """Return the groups behind a row: all below a unit, or the hidden ones of a pool."""
    parents = {unit.unit_id: unit.parent_id for unit in world.tree.units}
    top, found = unit_id.removesuffix(OTHERS), set()
    for unit in world.tree.units:
        above: str | None = unit.unit_id
        while above is not None and above != top:
            if above in shown and unit_id != top:
                above = None
                break
            above = parents[above]
        if above is not None and unit.group:
            found.add(unit.unit_id)
    return found


def leaves_open(release: Release, world: World, unit_id: str, item: int) -> bool:
    """Tell whether another world, in which the unit is not of one mind, gives the same release."""
    printed = release(world)
    shown = {cell.unit_id for cell in printed if cell.status == "published"}
    behind = groups_behind(world, unit_id, shown)
    return any(release(other) == printed for other in others(world, behind, item))


@st.composite
def of_one_mind(draw: st.DrawFn) -> tuple[World, str, int]:
    """Draw a world in which everybody agrees, with a shown unit or pool and an item."""
    values = draw(st.tuples(*[st.sampled_from([1, 1, 2, 3, 4, 5, 5])] * len(ITEMS)))
    world = unanimous(draw(worlds(least=20)), values)
    rows = {cell.unit_id for cell in ours(world) if cell.status == "published"}
    assume(rows)
    unit_id = draw(st.sampled_from(sorted(rows)))
    return world, unit_id, draw(st.integers(0, len(ITEMS) - 1))


@settings(max_examples=40, deadline=None)
@given(of_one_mind())
def test_a_release_of_one_mind_leaves_open_whether_it_was(drawn: tuple[World, str, int]) -> None:
    """Even where all agree, no item row, scale row, share or diagnostic says so."""
    assert leaves_open(ours, *drawn)


def all_fives() -> World:
    """Return forty groups' worth of agreement: 120 people in twelve teams, everybody says 5."""
    roster = [RosterUnit("org", None, "Organisation", 0)]
    roster += [RosterUnit(f"t{number:02}", "org", "Team", 12) for number in range(12)]
    tree = form_groups(roster, 8, None, 5)
    ballots = tuple((f"t{n % 12:02}", (5,) * len(ITEMS)) for n in range(120))
    return World(tuple(roster), tree, ballots)


@pytest.mark.slow
def test_exact_means_would_say_it() -> None:
    """The twin: an exact mean of 5 leaves nothing open, where ours does."""
    assert leaves_open(ours, all_fives(), "org", 0)
    assert leaves_open(ours, all_fives(), "t03", 0)
    assert not leaves_open(with_exact_means, all_fives(), "t03", 0)


def test_an_uncoded_variance_would_say_it() -> None:
    """Diagnostics are among what is tested, and one of exactly nothing would be caught."""
    rows = [cell for cell in ours(all_fives()) if cell.kind == "diag"]
    assert {c.value for c in rows if c.measure.startswith("sigma2:")} == {0.05}
    assert {c.value for c in rows if c.measure.startswith("corr:")} == {0.0}
    assert {c.value for c in rows if c.measure.startswith("icc1:")} == {0.05}

    def uncoded(world: World) -> tuple[Cell, ...]:
        return tuple(
            structs.replace(cell, value=float(_variance(world.counts, cell.measure)))
            if cell.measure.startswith("sigma2:")
            else cell
            for cell in ours(world)
        )

    assert not leaves_open(uncoded, all_fives(), "org", 0)


def _variance(counts: Counts, measure: str) -> float:
    row = counts.table["org"][counts.items.index(measure.partition(":")[2])]
    n = sum(row[1 : TOP + 1])
    mean = sum(a * row[a] for a in range(1, TOP + 1)) / n
    return sum(row[a] * (a - mean) ** 2 for a in range(1, TOP + 1)) / n


def at_the_end(n: int, per_point: int, total: int) -> rounding.Mean:
    """Print a mean as Pulse does."""
    return rounding.coded(rounding.nearest(total * per_point, n), per_point)


def without_coding(n: int, per_point: int, total: int) -> rounding.Mean:
    """Print a mean that is rounded and not coded."""
    return rounding.Mean(rounding.nearest(total * per_point, n), per_point, "exact")


def widest(printed: Callable[[int, int, int], rounding.Mean], n: int, per_point: int) -> float:
    """Return the largest true mean that reads like everybody having said 1."""
    same = printed(n, per_point, n)
    return max(t / n for t in range(n, TOP * n + 1) if printed(n, per_point, t) == same)


@pytest.mark.parametrize(("n", "per_point"), [(5, 1), (5, 2), (12, 2), (20, 4), (39, 4), (60, 10)])
def test_or_less_reaches_one_and_a_half_steps(n: int, per_point: int) -> None:
    """What reads "1 + s or less" stands for true means from 1 up to 1 + 1.5 s."""
    step = 1 / per_point
    assert 1 + step <= widest(at_the_end, n, per_point) <= 1 + 1.5 * step
    assert widest(without_coding, n, per_point) < 1 + step
