"""Whether a unit is still the same unit: its series, and whether a few people came or went.

A series goes on while at least two thirds of the people are the same. A unit that gained or lost
1 to k-1 people since its last shown wave is marked `changed`: the difference of its two figures
would speak of those few, so disclosure control rounds it more coarsely.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from pulse.roster.frozen import members
from pulse.terms import Tree, Unit


class Past(msgspec.Struct, frozen=True):
    """A unit in the last wave that showed it: the series it was in and the people invited."""

    series: str
    people: frozenset[str]


def follow_series(
    engine: Engine,
    wave: str,
    tree: Tree,
    shown: Iterable[tuple[str, Tree, frozenset[str]]],
    k: int,
) -> Tree:
    """Return `tree` with each unit's `series` and `changed`, from the frozen memberships.

    Args:
        engine: the state database, the memberships of `wave` being frozen.
        wave: the wave that `tree` belongs to.
        tree: as the group rules formed it.
        shown: earlier waves, each with its tree and the units that it was the last to show.
        k: the fewest people behind any figure.
    """
    past: dict[str, Past] = {}
    for then, old_tree, unit_ids in shown:
        people = _frozen_people(engine, then, old_tree)
        for unit in old_tree.units:
            if unit.unit_id in unit_ids:
                past[unit.unit_id] = Past(unit.series, frozenset(people[unit.unit_id]))
    return continue_series(tree, wave, _frozen_people(engine, wave, tree), past, k)


def people_of_units(tree: Tree, members: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Map each unit_id of `tree` to the people invited in its whole subtree.

    Args:
        tree: the tree of a wave.
        members: person_id and group unit_id of everybody invited in that wave.
    """
    people: dict[str, set[str]] = {unit.unit_id: set() for unit in tree.units}
    for person_id, unit_id in members:
        people[unit_id].add(person_id)
    for unit in reversed(tree.units):
        if unit.parent_id is not None:
            people[unit.parent_id] |= people[unit.unit_id]
    return people


def continue_series(
    tree: Tree, wave: str, people: Mapping[str, set[str]], past: Mapping[str, Past], k: int
) -> Tree:
    """Return `tree` with `series` and `changed` filled in for `wave`.

    Args:
        tree: the tree as the group rules formed it.
        wave: the wave about to open; new series take its name.
        people: the people invited in each unit's subtree now.
        past: each unit's last shown wave; units never shown are missing.
        k: the fewest people behind any figure.
    """
    units = tuple(_continue(unit, wave, people[unit.unit_id], past, k) for unit in tree.units)
    return replace(tree, units=units)


def _continue(unit: Unit, wave: str, now: set[str], past: Mapping[str, Past], k: int) -> Unit:
    before = past.get(unit.unit_id)
    if before is None:
        return replace(unit, series=wave, changed=False)
    gained, lost = len(now - before.people), len(before.people - now)
    same = len(now) - gained
    goes_on = 3 * same >= 2 * max(len(now), len(before.people))
    return replace(
        unit,
        series=before.series if goes_on else wave,
        changed=0 < gained < k or 0 < lost < k,
    )


def _frozen_people(engine: Engine, wave: str, tree: Tree) -> dict[str, set[str]]:
    return people_of_units(tree, ((m.person_id, m.unit_id) for m in members(engine, wave)))
