"""The organisations that every rule decides: the reference trees and generated ones.

Generated ones have the shape of the reference trees (four levels, about ten sections a department
and seven teams a section, teams of 1 to 30 people), but leaders too: each sits directly in the
unit above their own, so that inner units have a small group of their own. 65 % answer.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pulse.disclosure.groups import form_groups
from pulse.disclosure.program import Problem
from pulse.terms import RosterUnit
from tests.oracles.reference_trees import TREES, reference

LARGEST_TEAM: Final = 30
RESPONSE: Final = 0.65
SECTIONS, TEAMS = 10, 20 / 3  # of a department, of a section
MERGED_AT: Final = 8  # fewest invited people of a group


class Roster(NamedTuple):
    """Units with the people directly in them, and how many of these answered."""

    units: tuple[RosterUnit, ...]
    n: dict[str, int]


class Organisation(NamedTuple):
    """A tree with its people and answers, one entry per unit, parents before children."""

    name: str
    parents: Sequence[int]
    invited: Sequence[int]
    n: Sequence[int]

    def problem(self, k: int) -> Problem:
        """Return what is to be decided, all units worth the same."""
        return Problem(self.parents, self.invited, self.n, [1] * len(self.parents), k)


def references() -> Iterator[Organisation]:
    """Yield the reference trees."""
    for number, path in enumerate(TREES):
        _, problem = reference(path)
        yield Organisation(f"reference tree {number}", problem.parents, problem.invited, problem.n)


def generated(units: int) -> Roster:
    """Draw an organisation of that many roster units, always the same one."""
    dice = random.Random(f"disclosure/{units}")
    departments = round((units - 1) / (1 + SECTIONS + SECTIONS * TEAMS))
    sections = round((units - 1 - departments) / (1 + TEAMS))
    parents = [-1] + [0] * departments
    parents += _below(dice, range(1, departments + 1), sections)
    inner = len(parents)
    parents += _below(dice, range(departments + 1, inner), units - inner)
    led = Counter(parents)
    people = [led[unit] or dice.randint(1, LARGEST_TEAM) for unit in range(units)]
    n = [sum(dice.random() < RESPONSE for _ in range(number)) for number in people]
    rows = (
        RosterUnit(f"u{unit}", None if parent < 0 else f"u{parent}", f"Unit {unit}", people[unit])
        for unit, parent in enumerate(parents)
    )
    return Roster(tuple(rows), {f"u{unit}": answers for unit, answers in enumerate(n)})


def _below(dice: random.Random, above: Sequence[int], count: int) -> list[int]:
    """Draw the parents of `count` units so that none of `above` is left without a child."""
    return [*above, *dice.choices(above, k=count - len(above))]


def unmerged(roster: Roster) -> Organisation:
    """Return it with every team, and the people directly in a unit, as groups of their own."""
    return _formed(roster, f"{len(roster.units):,} units", 1, MERGED_AT)


def merged(roster: Roster, k: int) -> Organisation:
    """Return it with the groups that a wave at this k would form."""
    return _formed(roster, f"{len(roster.units):,} merged", max(MERGED_AT, k + 2), k)


def _formed(roster: Roster, name: str, minimum: int, k: int) -> Organisation:
    tree = form_groups(roster.units, minimum, None, k)
    place = {unit.unit_id: at for at, unit in enumerate(tree.units)}
    n = [0] * len(place)
    for unit, group in tree.groups.items():
        n[place[group]] += roster.n[unit]
    parents = [-1 if unit.parent_id is None else place[unit.parent_id] for unit in tree.units]
    return Organisation(name, parents, [u.invited if u.group else 0 for u in tree.units], n)
