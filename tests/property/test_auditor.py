"""The auditor: quiet on every release of ours, loud on every leak, and waves never meet in it.

P19, that a failing auditor means no release, is tests/fault/test_auditor_fails.py; bounds against
brute force are tests/unit/disclosure/test_bounds.py, isolation test_isolation.py beside it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.disclosure import bounds
from pulse.disclosure.audit import audit_candidate, audit_home
from pulse.disclosure.bounds import Wave, wave_of
from pulse.disclosure.groups import form_groups
from pulse.disclosure.isolation import smallest_isolated
from pulse.disclosure.openness import sum_range
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.disclosure.repair import protect_safely
from pulse.disclosure.residues import pools_due
from pulse.disclosure.solver import Program
from pulse.errors import Held
from pulse.release import manifest
from pulse.release.cell import Cell
from pulse.release.press import press
from pulse.release.protected import ProtectedCounts
from pulse.terms import RosterUnit, Tree, Unit
from tests.property.worlds import (
    INSTRUMENT,
    ITEMS,
    POLICY,
    World,
    about,
    diagnosed,
    in_memory,
    tally,
    worlds,
)  # fmt: skip

few = settings(max_examples=15, deadline=None)


def safe(world: World) -> ProtectedCounts:
    """Protect a world as a close does."""
    counts = world.counts
    told = diagnosed(world, POLICY, counts)
    return protect_safely(
        world.tree,
        lambda withdrawn: protect(world.tree, counts, POLICY, INSTRUMENT, withdrawn, told),
        in_memory(world.tree, len(world.ballots)),
    )


def judged(world: World, release: ProtectedCounts) -> list[str]:
    """Press a release into a fresh home and return what the audit of the candidate finds."""
    found: list[str] = []
    with TemporaryDirectory() as folder:

        def check(candidate: Path) -> list[str]:
            found.extend(audit_candidate(Path(folder), candidate).findings)
            return found

        try:
            press(Path(folder), release, world.tree, about(world), b"{}\n", check=check)
        except Held:
            assert found
        else:
            assert audit_home(Path(folder)).ok
    return found


@few
@given(worlds())
def test_nothing_is_found_in_any_release_of_ours(world: World) -> None:
    """P5: whoever is in it and whatever they answer, the audit passes what the loop lets out."""
    assert judged(world, safe(world)) == []


Leak = Callable[[ProtectedCounts, Tree], ProtectedCounts | None]


def with_cells(release: ProtectedCounts, change: Callable[[Cell], Cell | None]) -> ProtectedCounts:
    """Change or drop cells of a release."""
    changed = (change(cell) for cell in release.cells)
    return structs.replace(release, cells=tuple(cell for cell in changed if cell is not None))


def one_more(release: ProtectedCounts, tree: Tree) -> ProtectedCounts | None:
    """Show one hidden group with figures that its headcount allows."""
    groups = {u.unit_id: u for u in tree.units if u.group}
    chosen = next((groups[h] for h in release.hidden if h in groups), None)
    shown = {c.measure: c for c in release.cells if c.at_least == 5 and c.kind == "unit"}
    if chosen is None or not shown:
        return None
    return with_cells(
        release,
        lambda c: (
            structs.replace(
                shown[c.measure], unit_id=c.unit_id, parent_id=c.parent_id, name=c.name,
                invited=chosen.invited,
            )
            if c.unit_id == chosen.unit_id
            else c
        ),
    )  # fmt: skip


def a_pool_less(release: ProtectedCounts, tree: Tree) -> ProtectedCounts | None:
    """Drop a pool."""
    pools = pools_due(tree, set(release.published))
    return with_cells(release, lambda c: None if c.kind == "pool" else c) if pools else None


def a_higher_band(release: ProtectedCounts, tree: Tree) -> ProtectedCounts | None:
    """Raise the band of the smallest shown unit to all invited."""
    if not release.published:
        return None
    low = min(release.published, key=lambda name: tree.unit(name).invited)
    most = tree.unit(low).invited
    return with_cells(
        release, lambda c: structs.replace(c, at_least=most) if c.unit_id == low else c
    )


def a_finer_step(release: ProtectedCounts, tree: Tree) -> ProtectedCounts | None:
    """Print a mean more finely than its band allows."""
    del tree
    if not release.published:
        return None
    one = release.published[-1]
    return with_cells(
        release,
        lambda c: (
            structs.replace(c, step=0.05)
            if c.unit_id == one and c.measure == f"item:{ITEMS[0]}"
            else c
        ),
    )


@few
@given(worlds(), st.sampled_from([one_more, a_pool_less, a_higher_band, a_finer_step]))
def test_every_planted_leak_is_found(world: World, leak: Leak) -> None:
    """P6: one more cell, a pool less, a higher band, a finer step: each is found."""
    wrong = leak(safe(world), world.tree)
    assume(wrong is not None)
    assert wrong is not None
    assert judged(world, wrong)


def cut(wave: str, groups: Mapping[str, tuple[str, ...]], answers: Mapping[str, list[int]]) -> Wave:
    """Publish the same people's answers, counted in these groups of teams of ten."""
    units = [Unit("org", None, "Org", 10 * len(answers), group=False)]
    units += [
        Unit(name, "org", name, 10 * len(teams), group=True, g=f"{at:05}")
        for at, (name, teams) in enumerate(groups.items(), start=1)
    ]
    tree = Tree("0", tuple(units), {team: g for g, teams in groups.items() for team in teams})
    ballots = [(tree.groups[team], (a,)) for team, given_ in answers.items() for a in given_]
    release = protect(tree, tally(tree, ballots, ITEMS[:1], wave), POLICY, INSTRUMENT)
    assert not release.hidden
    return wave_of(tree, len(ballots), release.cells, ITEMS[:1])


ANSWERS = {"a": [4, 5, 4, 4, 5, 4], "b": [1, 2], "c": [3, 4, 4, 3], "d": [2, 3, 3, 2, 3, 3]}
OTHER = {team: [6 - a for a in given_] for team, given_ in ANSWERS.items()}
FIRST = {"ab": ("a", "b"), "cd": ("c", "d")}
SECOND = {"a": ("a",), "bc": ("b", "c"), "d": ("d",)}


def open_by(waves: list[Wave], team: str) -> float:
    """Return how wide the sum of one team's answers in W09 is left open."""
    asked = bounds.linked(waves, ITEMS[0])
    low, high = sum_range(Program(asked.low, asked.high, asked.rows), asked, f"2026-W09/{team}")
    return high - low


@pytest.mark.parametrize("team", sorted(ANSWERS))
def test_a_further_wave_narrows_nothing_earlier(team: str) -> None:
    """P14: another week's figures over the same people leave each earlier interval as it was."""
    first, later = cut("2026-W09", FIRST, ANSWERS), cut("2026-W10", SECOND, OTHER)
    assert open_by([first, later], team) == pytest.approx(open_by([first], team))


def test_a_second_cut_of_an_old_wave_narrows_and_isolates() -> None:
    """P14's twin: the same week under a second tree does narrow, and tells two people apart."""
    first, again = cut("2026-W09", FIRST, ANSWERS), cut("2026-W09", SECOND, ANSWERS)
    assert open_by([first, again], "b") < open_by([first], "b") - 4
    people = {team: len(given_) for team, given_ in ANSWERS.items()}
    one = [frozenset(teams) for teams in (tuple("abcd"), *FIRST.values())]
    two = [frozenset(teams) for teams in (tuple("abcd"), *SECOND.values())]
    assert smallest_isolated(one, people, 5) is None
    assert smallest_isolated(two, people, 5) is None
    assert smallest_isolated([*one, *two], people, 5) == frozenset("b")


def pressed_world(wave: str) -> tuple[World, ProtectedCounts]:
    """Return three teams of one week, protected."""
    roster = [RosterUnit("org", None, "Org", 0)]
    roster += [RosterUnit(team, "org", team, 20) for team in "abc"]
    tree = form_groups(roster, 8, None, 5)
    ballots = tuple((team, (3,) * len(ITEMS)) for team in "abc" for _ in range(14))
    world = World(tuple(roster), tree, ballots)
    return world, protect(tree, tally(tree, ballots, ITEMS, wave), POLICY, INSTRUMENT)


def test_a_release_in_the_place_of_another_week_is_found(tmp_path: Path) -> None:
    """P14's second twin: a week cannot be released twice, nor under another week's name."""
    world, release = pressed_world("2026-W09")
    press(tmp_path, release, world.tree, about(world), b"{}\n", check=lambda _: ())
    for name, said in ((".candidate-2026-W09", "released before"), (".candidate-2026-W10", "")):
        folder = (tmp_path / "2026-W09").rename(tmp_path / name)
        found = audit_candidate(tmp_path, folder).findings
        folder.rename(tmp_path / "2026-W09")
        assert any(said in text for text in found)
        assert any("another wave" in text for text in found) == (name == ".candidate-2026-W10")
    assert audit_home(tmp_path).ok


def test_a_few_leavers_without_a_coarser_step_are_found(tmp_path: Path) -> None:
    """(c): two of a team left since it was last shown; unless it is marked, the audit objects."""
    world, release = pressed_world("2026-W09")
    press(tmp_path, release, world.tree, about(world), b"{}\n", check=lambda _: ())
    for marked in (True, False):
        units = [
            structs.replace(u, invited=u.invited - 2, changed=marked) if u.unit_id != "b" else u
            for u in world.tree.units
        ]
        units = [structs.replace(u, invited=56) if u.parent_id is None else u for u in units]
        tree = structs.replace(world.tree, units=tuple(units))
        later = World(world.roster, tree, world.ballots)
        again = protect(tree, tally(tree, world.ballots, ITEMS, "2026-W10"), POLICY, INSTRUMENT)
        found: list[str] = []

        def check(candidate: Path, found: list[str] = found) -> list[str]:
            found.extend(audit_candidate(tmp_path, candidate).findings)
            return ["stop here."]

        with pytest.raises(Held):
            press(tmp_path, again, tree, about(later, "2026-W10"), b"{}\n", check=check)
        came = [text for text in found if "came or went" in text]
        assert [text[0] for text in came] == ([] if marked else ["a", "c", "o"])


def test_a_policy_may_be_tighter_or_looser_than_the_week_before(tmp_path: Path) -> None:
    """Loosening down to the floors is allowed for later weeks, and stands in each manifest."""
    seen = []
    for wave, k in (("2026-W09", 5), ("2026-W10", 10), ("2026-W11", 5)):
        world, _ = pressed_world(wave)
        counts = tally(world.tree, world.ballots, ITEMS, wave)
        release = protect(world.tree, counts, policy_for(k), INSTRUMENT)

        def check(candidate: Path) -> tuple[str, ...]:
            return audit_candidate(tmp_path, candidate).findings

        press(tmp_path, release, world.tree, about(world, wave), b"{}\n", check=check)
        seen.append(manifest.decode((tmp_path / wave / manifest.NAME).read_bytes()).policy["k"])
    assert seen == [5, 10, 5]
    assert audit_home(tmp_path).ok
