"""One pattern of shown and hidden units for all items of a wave that share a threshold."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from pulse.disclosure import residues
from pulse.disclosure.policy import INNER_FROM, WITHHELD
from pulse.disclosure.program import Problem, best_pattern, preferences
from pulse.disclosure.rounding import band
from pulse.errors import Held
from pulse.terms import TOP, Counts, Order, Tree, Unit

ROUNDS: Final = 20


class Pattern(msgspec.Struct, frozen=True):
    """What is shown: units, and per shown unit the hidden groups that form its pool.

    `bands` holds b of every shown unit and, under `id:others`, of every pool.
    """

    shown: frozenset[str]
    pools: Mapping[str, tuple[Unit, ...]]
    bands: Mapping[str, int]


def choose(
    tree: Tree,
    counts: Counts,
    items: Sequence[str],
    k: int,
    forced: frozenset[str] = frozenset(),
    last: Mapping[str, bool] | None = None,
    *,
    rounds: int = ROUNDS,
    order: Order = "departments",
) -> Pattern:
    """Return the best safe pattern for `items` under `k`.

    Where bands and headcounts together would still fix a hidden group's count of answers, its
    smallest shown sibling (then what is shown above it) is hidden too and the program runs again.

    Raises:
        Held: `rounds` were not enough, or the tree contradicts the counts.
    """
    n = answering(tree, counts, items)
    hidden = forced | _inner_of_a_small_organisation(tree)
    for _ in range(rounds):
        pattern = _solve(tree, n, k, hidden, last, order)
        ballots = sum(counts.table[tree.root.unit_id][0])
        ranges = residues.hidden_ranges(tree, pattern.shown, pattern.bands, ballots)
        if ranges is None:
            break
        narrow = residues.too_narrow(ranges)
        if not narrow:
            return pattern
        hidden |= {give_way(tree, pattern.shown, narrow[0])}
    raise Held(
        "No safe pattern of shown units was found. Nothing was published; "
        "a higher k in the settings shows less and may be enough."
    )


def answering(tree: Tree, counts: Counts, items: Sequence[str]) -> dict[str, int]:
    """Return n of every unit: per group the fewest answers 1-5 to any item, summed up the tree.

    The minimum makes one pattern sound for every item: no item has fewer answers anywhere.
    """
    places = [counts.items.index(item) for item in items]
    n = {unit.unit_id: 0 for unit in tree.units}
    for unit in reversed(tree.units):
        if unit.group:
            row = counts.table[unit.unit_id]
            n[unit.unit_id] = min(sum(row[place][1 : TOP + 1]) for place in places)
        if unit.parent_id is not None:
            n[unit.parent_id] += n[unit.unit_id]
    return n


def _inner_of_a_small_organisation(tree: Tree) -> frozenset[str]:
    if tree.root.invited >= INNER_FROM:
        return frozenset()
    return frozenset(u.unit_id for u in tree.units if not u.group and u.parent_id is not None)


def _solve(
    tree: Tree,
    n: Mapping[str, int],
    k: int,
    hidden: frozenset[str],
    last: Mapping[str, bool] | None,
    order: Order,
) -> Pattern:
    units = tree.units
    place = {unit.unit_id: at for at, unit in enumerate(units)}
    bands = {unit.unit_id: band(n[unit.unit_id], unit.invited) for unit in units}
    groups = {unit.unit_id: bands[unit.unit_id] for unit in units if unit.group}
    shown = best_pattern(
        Problem(
            parents=[-1 if u.parent_id is None else place[u.parent_id] for u in units],
            invited=[u.invited if u.group else 0 for u in units],
            # No band says more than two fewer than invited: so no more may be counted on either,
            # which matters where k was raised after the groups had been formed.
            n=[max(0, min(n[u.unit_id], u.invited - WITHHELD)) if u.group else 0 for u in units],
            weights=preferences(units, groups, last, order),
            k=k,
            forced=frozenset(place[unit_id] for unit_id in hidden if unit_id in place),
        )
    )
    chosen = frozenset(unit.unit_id for unit, show in zip(units, shown, strict=True) if show)
    pools = _pools(tree, chosen)
    printed = {unit_id: bands[unit_id] for unit_id in chosen}
    for unit_id, inside in pools.items():
        answers = sum(n[group.unit_id] for group in inside)
        printed[unit_id + residues.OTHERS] = band(answers, sum(group.invited for group in inside))
    return Pattern(chosen, pools, printed)


def _pools(tree: Tree, shown: frozenset[str]) -> dict[str, tuple[Unit, ...]]:
    """Gather the hidden groups below each shown unit, top-down; none where that is all of it."""
    owner: dict[str, str | None] = {}
    inside: dict[str, list[Unit]] = {unit_id: [] for unit_id in shown}
    for unit in tree.units:
        above = None if unit.parent_id is None else owner[unit.parent_id]
        owner[unit.unit_id] = unit.unit_id if unit.unit_id in shown else above
        if unit.group and unit.unit_id not in shown and above is not None:
            inside[above].append(unit)
    whole = {unit.unit_id: unit.invited for unit in tree.units}
    return {
        unit_id: tuple(groups)
        for unit_id, groups in inside.items()
        if groups and sum(group.invited for group in groups) < whole[unit_id]
    }


def give_way(tree: Tree, shown: Collection[str], group_id: str) -> str:
    """Return the shown unit to hide so that a hidden group is not pinned down.

    Its smallest shown sibling; without one, what is shown above it.
    """
    group = tree.unit(group_id)
    siblings = [u for u in tree.units if u.parent_id == group.parent_id and u.unit_id in shown]
    if siblings:
        return min(siblings, key=lambda unit: (unit.invited, unit.unit_id)).unit_id
    above = group.parent_id
    while above is not None and above not in shown:
        above = tree.unit(above).parent_id
    return above or tree.root.unit_id
