"""Whether a unit is still the same unit: its series, and whether a few people came or went.

A series goes on while at least two thirds of the people are the same. A unit that gained or lost
1 to k-1 people since its last shown wave, or whose headcount differs by as many, is marked
`changed`: the difference of its two figures would speak of those few, so disclosure control
rounds it more coarsely. The same holds for a group since it was last part of a pool, and for
nearly the same people under another name. The headcounts stand in every `tree.json`: that part
of the rule anybody can check.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from pulse.roster.frozen import members
from pulse.terms import Tree


class Past(msgspec.Struct, frozen=True):
    """A unit in the last wave that showed it: the series it was in and the people invited."""

    series: str
    people: frozenset[str]


def follow_series(
    engine: Engine,
    wave: str,
    tree: Tree,
    shown: Iterable[tuple[str, Tree, frozenset[str], frozenset[str]]],
    k: int,
) -> Tree:
    """Return `tree` with each unit's `series` and `changed`, from the frozen memberships.

    Args:
        engine: the state database, the memberships of `wave` being frozen.
        wave: the wave that `tree` belongs to.
        tree: as the group rules formed it.
        shown: earlier waves, each with its tree, the units that it was the last to show and the
            groups that it was the last to show inside some pool.
        k: the fewest people behind any figure.
    """
    past: dict[str, Past] = {}
    pooled: dict[str, list[frozenset[str]]] = {}
    for then, old_tree, unit_ids, inside in shown:
        people = _frozen_people(engine, then, old_tree)
        for unit in old_tree.units:
            known = frozenset(people[unit.unit_id])
            if unit.unit_id in unit_ids:
                past[unit.unit_id] = Past(unit.series, known)
            if unit.unit_id in inside:
                pooled.setdefault(unit.unit_id, []).append(known)
    return continue_series(tree, wave, _frozen_people(engine, wave, tree), past, k, pooled)


def mark_changed(
    engine: Engine,
    wave: str,
    tree: Tree,
    shown: Iterable[tuple[str, Tree, frozenset[str], frozenset[str]]],
    k: int,
) -> Tree:
    """Return a frozen tree with those units marked too that count as changed under a raised `k`.

    Arguments as for `follow_series`; series stay as they were frozen.
    """
    again = follow_series(engine, wave, tree, shown, k).units
    pairs = zip(tree.units, again, strict=True)
    units = tuple(replace(unit, changed=unit.changed or now.changed) for unit, now in pairs)
    return replace(tree, units=units)


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
    tree: Tree,
    wave: str,
    people: Mapping[str, set[str]],
    past: Mapping[str, Past],
    k: int,
    pooled: Mapping[str, Sequence[frozenset[str]]] | None = None,
) -> Tree:
    """Return `tree` with `series` and `changed` filled in for `wave`.

    Args:
        tree: the tree as the group rules formed it.
        wave: the wave about to open; new series take its name.
        people: the people invited in each unit's subtree now.
        past: the last shown wave of every unit that was ever shown.
        k: the fewest people behind any figure.
        pooled: the people invited in a group when it was last inside each of its pools.
    """
    pooled = pooled or {}
    earlier = _Earlier([before.people for before in past.values()], pooled.values())
    units = []
    for unit in tree.units:
        now, before = people[unit.unit_id], past.get(unit.unit_id)
        own = [*([before.people] if before else []), *pooled.get(unit.unit_id, ())]
        changed = any(_few(now, then, k) for then in own) or earlier.nearly(now, k)
        goes_on = before is not None and _same(now, before.people)
        series = before.series if before is not None and goes_on else wave
        units.append(replace(unit, series=series, changed=changed))
    return replace(tree, units=tuple(units))


class _Earlier:
    """All sets of people that stood behind a figure, found by any person in them."""

    def __init__(
        self, shown: Iterable[frozenset[str]], pooled: Iterable[Sequence[frozenset[str]]]
    ) -> None:
        self._sets_of: dict[str, list[frozenset[str]]] = {}
        for people in {*shown, *(one for many in pooled for one in many)}:
            for person in people:
                self._sets_of.setdefault(person, []).append(people)

    def nearly(self, now: set[str], k: int) -> bool:
        """Tell whether `now` is one of them but for a few people, whatever its name was."""
        return any(
            now != then and len(now - then) < k and len(then - now) < k
            for then in self._candidates(now, k)
        )

    def _candidates(self, now: set[str], k: int) -> Iterator[frozenset[str]]:
        # Of any k people at least one was there before, if fewer than k are new.
        for _, person in zip(range(k), now, strict=False):
            yield from self._sets_of.get(person, ())


def _few(now: set[str], then: frozenset[str], k: int) -> bool:
    differences = (len(now - then), len(then - now), abs(len(now) - len(then)))
    return any(0 < difference < k for difference in differences)


def _same(now: set[str], then: frozenset[str]) -> bool:
    return 3 * len(now & then) >= 2 * max(len(now), len(then))


def _frozen_people(engine: Engine, wave: str, tree: Tree) -> dict[str, set[str]]:
    return people_of_units(tree, ((m.person_id, m.unit_id) for m in members(engine, wave)))
