"""Residues looked at from outside: what the published figures determine about hidden groups.

Nothing here knows how a pattern was chosen; `check_exact` and the audit use it to test one.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from pulse.disclosure.policy import BAND, WITHHELD, Policy
from pulse.release.protected import ProtectedCounts
from pulse.terms import TOP, Counts, Tree, Unit

OTHERS: Final = ":others"
EVERYBODY: Final = ":everybody"
NARROWEST: Final = 2


class Range(NamedTuple):
    """Fewest and most answers that the published figures allow."""

    low: int
    high: int


def residues(tree: Tree, shown: Collection[str]) -> dict[str, list[Unit]]:
    """Map each shown unit to the groups of its residue, found by walking up from each group."""
    parents = {unit.unit_id: unit.parent_id for unit in tree.units}
    found: dict[str, list[Unit]] = {unit_id: [] for unit_id in shown}
    for unit in tree.units:
        if unit.group:
            owner: str | None = unit.unit_id
            while owner is not None and owner not in found:
                owner = parents[owner]
            if owner is not None:
                found[owner].append(unit)
    return found


def pools_due(tree: Tree, shown: Collection[str]) -> dict[str, list[Unit]]:
    """Map each shown unit that owes a pool to the hidden groups in it."""
    inside = _nearest_shown(tree, shown)
    return {
        unit_id: groups
        for unit_id, groups in residues(tree, shown).items()
        if groups and inside[unit_id]
    }


def _nearest_shown(tree: Tree, shown: Collection[str]) -> dict[str, list[str]]:
    """Map each shown unit to its maximal shown descendants."""
    parents = {unit.unit_id: unit.parent_id for unit in tree.units}
    inside: dict[str, list[str]] = {unit_id: [] for unit_id in shown}
    for unit in tree.units:
        if unit.unit_id in inside:
            above = unit.parent_id
            while above is not None and above not in inside:
                above = parents[above]
            if above is not None:
                inside[above].append(unit.unit_id)
    return inside


def check_exact(
    tree: Tree, counts: Counts, policy: Policy, protected: ProtectedCounts
) -> list[str]:
    """Test protected counts against the exact ones in memory; return what is wrong.

    Per item: no residue with invited people has fewer than k answers. Per row: the band never
    says more than the exact count, nor more than invited - 2. Findings carry no figure.
    """
    findings = []
    for items, k in item_classes(protected.items, protected.lead, policy):
        measures = {f"item:{item}" for item in items}
        rows = [cell for cell in protected.cells if cell.measure in measures]
        published = [cell for cell in rows if cell.status == "published"]
        for item in items:
            shown = {c.unit_id for c in published if c.measure == f"item:{item}"}
            units = {unit_id for unit_id in shown if not unit_id.endswith(OTHERS)}
            answers = _answers(counts, item)
            left = residues(tree, units)
            findings += _small_residues(left, answers, k, item)
            sizes = {u.unit_id: (answers[u.unit_id], u.invited) for u in tree.units if u.invited}
            for unit_id, groups in left.items():
                sizes[unit_id + OTHERS] = _sums(groups, answers)
            findings += [
                f"{cell.unit_id} {cell.measure}: its band says more than its answers."
                for cell in published
                if cell.measure == f"item:{item}"
                and not k <= (cell.at_least or 0) <= _most(*sizes[cell.unit_id])
            ]
    return findings


def item_classes(
    items: Iterable[str], lead: Collection[str], policy: Policy
) -> list[tuple[tuple[str, ...], int]]:
    """Split the items asked into those under k and those about a leader, each with its k."""
    asked = tuple(items)
    ordinary = tuple(item for item in asked if item not in lead)
    leaders = tuple(item for item in asked if item in lead)
    both = ((ordinary, policy.k), (leaders, policy.leader_k))
    return [(chosen, k) for chosen, k in both if chosen]


def _answers(counts: Counts, item: str) -> dict[str, int]:
    at = counts.items.index(item)
    return {unit_id: sum(row[at][1 : TOP + 1]) for unit_id, row in counts.table.items()}


def _sums(groups: Iterable[Unit], answers: Mapping[str, int]) -> tuple[int, int]:
    inside = list(groups)
    return sum(answers[unit.unit_id] for unit in inside), sum(unit.invited for unit in inside)


def _most(n: int, invited: int) -> int:
    return min(n, invited - WITHHELD)


def _small_residues(
    left: Mapping[str, list[Unit]], answers: Mapping[str, int], k: int, item: str
) -> list[str]:
    sizes = {unit_id: _sums(groups, answers) for unit_id, groups in left.items()}
    return [
        f"{unit_id} item:{item}: fewer than {k} people can be told apart in it."
        for unit_id, (n, invited) in sizes.items()
        if invited and n < k
    ]


def band_range(b: int, invited: int) -> Range:
    """Return which counts a printed "at least b of H" allows."""
    top = (invited - WITHHELD) // BAND * BAND
    return Range(b, invited if b >= top else b + BAND - 1)


def hidden_ranges(
    tree: Tree, shown: Collection[str], bands: Mapping[str, int], counted: int
) -> dict[str, Range] | None:
    """Return what the bands and public headcounts allow for each hidden group's answers.

    On a tree of sums one pass up and one down give exact bounds. `bands` has every shown
    unit and, as `id:others`, every pool; `counted` is the public count of the whole wave.
    None if no counts at all fit the bands.
    """
    sizes = {unit.unit_id: unit.invited for unit in tree.units}
    inside, left = _nearest_shown(tree, shown), residues(tree, shown)
    parts: dict[str, list[str]] = {}
    ranges = {u: band_range(bands[u], sizes[u]) for u in shown}
    pools = pools_due(tree, shown)
    for unit_id, below in inside.items():
        parts[unit_id] = list(below)
        if unit_id in pools:
            pool = unit_id + OTHERS
            parts[unit_id].append(pool)
            ranges[pool] = band_range(bands[pool], sum(g.invited for g in pools[unit_id]))
    # Above all stands everybody: what is shown at the top, and what nothing shown covers.
    covered = {group.unit_id for groups in left.values() for group in groups}
    uncovered = [u for u in tree.units if u.group and u.unit_id not in covered]
    lower = {part for each in parts.values() for part in each}
    parts[EVERYBODY] = [unit_id for unit_id in inside if unit_id not in lower]
    # Where nothing is shown, the public count of the wave is all that there is to know.
    ranges[EVERYBODY] = Range(0, counted if inside else tree.root.invited)
    if uncovered:
        parts[EVERYBODY].append(OTHERS)
        ranges[OTHERS] = Range(0, sum(group.invited for group in uncovered))
    order = [EVERYBODY, *(unit.unit_id for unit in tree.units if unit.unit_id in inside)]
    for unit_id in reversed(order):
        if parts[unit_id]:
            ranges[unit_id] = _cut(ranges[unit_id], _total(ranges, parts[unit_id]))
    for unit_id in order:
        whole, total = ranges[unit_id], _total(ranges, parts[unit_id])
        for part in parts[unit_id]:
            one = ranges[part]
            rest = Range(total.low - one.low, total.high - one.high)
            ranges[part] = _cut(one, Range(whole.low - rest.high, whole.high - rest.low))
    if any(one.low > one.high for one in ranges.values()):
        return None
    owners = left | {"": uncovered}
    return _groups(tree, owners, pools.keys() | {""}, ranges)


def _groups(
    tree: Tree,
    left: Mapping[str, list[Unit]],
    pools: Collection[str],
    ranges: Mapping[str, Range],
) -> dict[str, Range]:
    found: dict[str, Range] = {}
    for unit_id, groups in left.items():
        if groups:
            whole = ranges[unit_id + OTHERS if unit_id in pools else unit_id]
            invited = sum(group.invited for group in groups)
            for group in groups:
                rest = invited - group.invited
                low, high = max(0, whole.low - rest), min(group.invited, whole.high)
                found[group.unit_id] = Range(low, high)
    hidden = (u.unit_id for u in tree.units if u.group and u.unit_id not in left)
    return {unit_id: found[unit_id] for unit_id in hidden}


def _cut(one: Range, other: Range) -> Range:
    return Range(max(one.low, other.low), min(one.high, other.high))


def _total(ranges: Mapping[str, Range], parts: Iterable[str]) -> Range:
    inside = [ranges[part] for part in parts]
    return Range(sum(one.low for one in inside), sum(one.high for one in inside))


def too_narrow(ranges: Mapping[str, Range]) -> list[str]:
    """List the hidden groups for which fewer than three counts of answers are possible."""
    return [unit_id for unit_id, one in ranges.items() if one.high - one.low < NARROWEST]
