"""Organisations and answers drawn by Hypothesis."""

import random
from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec
from hypothesis import strategies as st

from pulse.closing.diagnostics import diagnose
from pulse.disclosure.bounds import Hit, hits, wave_of
from pulse.disclosure.diagnostics import Diagnostics
from pulse.disclosure.groups import form_groups
from pulse.disclosure.policy import Policy, policy_for, restore
from pulse.disclosure.protect import protect
from pulse.disclosure.repair import Judge
from pulse.disclosure.residues import item_classes
from pulse.instrument import load
from pulse.release.cell import Cell
from pulse.release.manifest import About, Tallies
from pulse.release.protected import ProtectedCounts
from pulse.terms import Counts, RosterUnit, Tree

WAVE = "2026-W09"
INSTRUMENT = load("weekly")
ITEMS = INSTRUMENT.form(0)
POLICY = policy_for(5)


class World(msgspec.Struct, frozen=True):
    """One wave of one organisation: the roster, its tree and what everybody answered.

    `ballots` are (group unit_id, answers), one for each person who took part.
    """

    roster: tuple[RosterUnit, ...]
    tree: Tree
    ballots: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def counts(self) -> Counts:
        """The exact counts of the wave."""
        return tally(self.tree, self.ballots)


def tally(
    tree: Tree,
    ballots: Sequence[tuple[str, Sequence[int]]],
    items: Sequence[str] = ITEMS,
    wave: str = WAVE,
) -> Counts:
    """Count ballots up the tree, one by one."""
    parents = {unit.unit_id: unit.parent_id for unit in tree.units}
    table = {u.unit_id: [[0] * 7 for _ in items] for u in tree.units if u.invited}
    for group, answers in ballots:
        unit: str | None = group
        while unit is not None:
            for place, answer in enumerate(answers):
                table[unit][place][answer] += 1
            unit = parents[unit]
    frozen = {unit: tuple(tuple(row) for row in rows) for unit, rows in table.items()}
    return Counts(wave, tuple(items), frozen)


def roster_of(seed: int, teams: int, biggest: int, depth: int = 2) -> tuple[RosterUnit, ...]:
    """Draw a roster: a root, some departments, teams of 0 to `biggest` people below them."""
    dice = random.Random(seed)
    units = [RosterUnit("org", None, "Organisation", dice.choice([0, 0, 3, 9]))]
    inner = ["org"]
    for number in range(max(1, teams // 4)):
        parent = dice.choice(inner[: depth * 2])
        units.append(RosterUnit(f"d{number}", parent, f"Department {number}", dice.choice([0, 2])))
        inner.append(f"d{number}")
    for number in range(teams):
        people = dice.randint(0, biggest)
        units.append(RosterUnit(f"t{number}", dice.choice(inner), f"Team {number}", people))
    return tuple(units)


def answered(
    tree: Tree, seed: int, rate: float, skips: float
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Draw a ballot for each invited person who takes part."""
    dice = random.Random(seed)
    ballots = []
    for unit in tree.units:
        for _ in range(unit.invited if unit.group else 0):
            if dice.random() < rate:
                given = (
                    dice.choice([0, 6]) if dice.random() < skips else dice.randint(1, 5)
                    for _ in ITEMS
                )
                ballots.append((unit.unit_id, tuple(given)))
    return tuple(ballots)


@st.composite
def worlds(draw: st.DrawFn, *, least: int = 0) -> World:
    """Draw a world: up to 40 teams, any response rate from nobody to everybody."""
    seed = draw(st.integers(0, 2**32))
    teams = draw(st.integers(3, 40))
    biggest = draw(st.sampled_from([9, 14, 30]))
    units = roster_of(seed, teams, biggest)
    missing = max(0, max(8, least) - sum(unit.people for unit in units))
    units = (*units, RosterUnit("z", "org", "Team Z", missing)) if missing else units
    tree = form_groups(units, 8, None, 5)
    rate = draw(st.sampled_from([0.0, 0.2, 0.5, 0.6, 0.8, 1.0]))
    return World(units, tree, answered(tree, seed, rate, draw(st.sampled_from([0.0, 0.05, 0.3]))))


def diagnosed(world: World, policy: Policy = POLICY, counts: Counts | None = None) -> Diagnostics:
    """Take the diagnostics of a world as a close does."""
    numbers = {unit.unit_id: int(unit.g) for unit in world.tree.groups_in_order()}
    groups = [numbers[group] for group, _ in world.ballots]
    answers = bytes(answer for _, given in world.ballots for answer in given)
    return diagnose(groups, answers, counts or world.counts, world.tree, policy, INSTRUMENT)


def protected(world: World, policy: Policy = POLICY) -> ProtectedCounts:
    """Protect a world's wave."""
    counts = world.counts
    found = diagnosed(world, policy, counts)
    return protect(world.tree, counts, policy, INSTRUMENT, root_diagnostics=found)


def about(world: World, wave: str = WAVE) -> About:
    """Describe a world's wave as closing would."""
    cast = len(world.ballots)
    tallies = Tallies(world.tree.root.invited, cast, cast, cast, 0)
    return described(wave, tallies)


def described(wave: str, tallies: Tallies) -> About:
    """Describe a wave of the weekly survey; its key list and tokens are its own."""
    own = sha256(wave.encode()).hexdigest()
    return About("0.1.0", INSTRUMENT.id, INSTRUMENT.version, 0, own[:32], own, tallies)


def figures(protected: ProtectedCounts) -> Mapping[tuple[str, str], Cell]:
    """Index the cells of a protected wave by unit and measure."""
    return {(cell.unit_id, cell.measure): cell for cell in protected.cells}


def in_memory(tree: Tree, counted: int) -> Judge:
    """Return a judge that looks at protected counts before they are written.

    Args:
        tree: the frozen tree of the wave.
        counted: ballots counted in the whole wave.
    """

    def judge(protected: ProtectedCounts) -> list[Hit]:
        policy = restore(protected.policy)
        return [
            hit
            for items, _ in item_classes(protected.items, protected.lead, policy)
            for hit in hits(wave_of(tree, counted, protected.cells, items))
        ]

    return judge
