"""Protect: exact counts in, the cells that may be published out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from pulse.disclosure import diagnostics, pattern, policy, rounding
from pulse.disclosure.diagnostics import Diagnostics
from pulse.disclosure.pattern import Pattern
from pulse.disclosure.policy import Policy
from pulse.disclosure.residues import OTHERS, item_classes
from pulse.release.cell import Cell, Kind, NoAnswer
from pulse.release.protected import ProtectedCounts
from pulse.terms import TOP, Counts, Tree, Unit

Row = tuple[int, ...]


class ScoredItem(Protocol):
    """What an item must tell about its scoring."""

    @property
    def scale(self) -> str:
        """The scale it belongs to; empty for an item of a pack."""

    @property
    def reverse(self) -> bool:
        """Whether agreement is bad."""

    @property
    def leader(self) -> bool:
        """Whether it rates one named leader."""

    @property
    def to_leaders(self) -> bool:
        """Whether only groups made of leaders are asked it."""


class Scoring(Protocol):
    """What an instrument must tell: its items by id (`pulse.instrument.Instrument` does)."""

    @property
    def items(self) -> Mapping[str, ScoredItem]:
        """Every item by id."""


def protect(
    tree: Tree,
    counts: Counts,
    policy_: Policy,
    instrument: Scoring,
    forced_hidden: frozenset[str] = frozenset(),
    root_diagnostics: Diagnostics | None = None,
    last: Mapping[str, bool] | None = None,
) -> ProtectedCounts:
    """Return everything that may be published of one wave.

    Args:
        tree: the frozen tree of the wave.
        counts: exact counts of every unit with invited people.
        policy_: the policy in force.
        instrument: tells scale, reversal and leader items.
        forced_hidden: unit_ids withdrawn for another reason.
        root_diagnostics: as computed; published, rounded and coded, only where the root is shown
            and large enough.
        last: unit_id to whether the last wave showed it; breaks ties towards sameness.

    Raises:
        Held: no safe pattern was found.
    """
    lead = tuple(item for item in counts.items if instrument.items[item].leader)
    scales = _scales(counts.items, lead, instrument)
    cells: dict[str, list[Cell]] = {unit.unit_id: [] for unit in tree.units}
    hidden = forced_hidden
    patterns = []
    for items, k in item_classes(counts.items, lead, policy_):
        if any(instrument.items[item].to_leaders for item in items):
            hidden |= not_asked(tree)
        chosen = pattern.choose(tree, counts, items, k, hidden, last, order=policy_.prefer)
        hidden |= {unit.unit_id for unit in tree.units if unit.unit_id not in chosen.shown}
        patterns.append(chosen)
        sheet = _Sheet(tree, counts, policy_, instrument, chosen, items)
        inside = {} if items[0] in lead else scales
        for unit in tree.units:
            if unit.invited:
                cells[unit.unit_id] += sheet.unit_rows(unit, inside)
    ordered = [cell for unit in tree.units for cell in cells[unit.unit_id]]
    b = patterns[0].bands.get(tree.root.unit_id, 0)
    ordered += diagnostics.rows(tree, counts.wave, b, policy_, root_diagnostics)
    peopled = [unit.unit_id for unit in tree.units if unit.invited]
    return ProtectedCounts(
        wave=counts.wave,
        cells=tuple(ordered),
        items=counts.items,
        lead=lead,
        reversed=tuple(item for item in counts.items if instrument.items[item].reverse),
        scales=scales,
        policy=policy.stored(policy_),
        program="optimal",
        published=tuple(u for u in peopled if u in patterns[0].shown),
        hidden=tuple(u for u in peopled if u not in patterns[0].shown),
    )


def not_asked(tree: Tree) -> frozenset[str]:
    """Return the units that show nothing of what only groups made of leaders are asked.

    Not the units above such a group either: of their headcounts nearly nobody was asked.
    """
    return frozenset(unit.unit_id for unit in tree.units if not unit.leaders)


def _scales(
    asked: Sequence[str], lead: Sequence[str], instrument: Scoring
) -> dict[str, tuple[str, ...]]:
    """Map each scale with an item asked to those items; leader and pack items are in none."""
    scales: dict[str, list[str]] = {}
    for item in asked:
        if item not in lead and instrument.items[item].scale:
            scales.setdefault(instrument.items[item].scale, []).append(item)
    return {scale: tuple(scales[scale]) for scale in sorted(scales)}


class _Head(NamedTuple):
    """Whose row it is."""

    kind: Kind
    unit_id: str
    parent_id: str | None
    name: str
    invited: int


class _Sheet:
    """Writes the rows of one pattern."""

    def __init__(
        self,
        tree: Tree,
        counts: Counts,
        policy_: Policy,
        instrument: Scoring,
        chosen: Pattern,
        items: Sequence[str],
    ) -> None:
        self.wave = counts.wave
        self.names = {unit.unit_id: unit.name for unit in tree.units}
        self.table = counts.table
        self.shares_from = policy_.shares_from
        self.chosen = chosen
        self.items = [
            (item, counts.items.index(item), instrument.items[item].reverse) for item in items
        ]

    def unit_rows(self, unit: Unit, scales: Mapping[str, tuple[str, ...]]) -> Iterator[Cell]:
        """Yield the rows of a unit, and of the pool below it."""
        if unit.unit_id not in self.chosen.shown:
            for measure in self._measures(scales):
                yield Cell(
                    self.wave, unit.unit_id, unit.parent_id, unit.name, "unit", measure,
                    "suppressed",
                )  # fmt: skip
            return
        head = _Head("unit", unit.unit_id, unit.parent_id, unit.name, unit.invited)
        yield from self._shown(head, self.table[unit.unit_id], scales, changed=unit.changed)
        pool = self.chosen.pools.get(unit.unit_id)
        if pool:
            invited = sum(group.invited for group in pool)
            name = f"Other teams of {unit.name} together"
            head = _Head("pool", unit.unit_id + OTHERS, unit.unit_id, name, invited)
            changed = any(group.changed for group in pool)
            yield from self._shown(head, _added(self.table, pool), scales, changed=changed)

    def _measures(self, scales: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        for item, _, _ in self.items:
            yield f"item:{item}"
        for scale in scales:
            yield f"scale:{scale}"

    def _shown(
        self,
        head: _Head,
        rows: Sequence[Row],
        scales: Mapping[str, tuple[str, ...]],
        *,
        changed: bool,
    ) -> Iterator[Cell]:
        kind, unit_id, parent_id, name, invited = head
        b = self.chosen.bands[unit_id]
        per_point = rounding.steps_per_point(b, changed=changed)
        means: dict[str, tuple[rounding.Mean, bool]] = {}
        for item, at, reverse in self.items:
            row = rows[at]
            mean = rounding.mean(row, per_point)
            means[item] = (mean, reverse)
            split = self._split(row, b)
            yield Cell(
                self.wave, unit_id, parent_id, name, kind, f"item:{item}", "published", b,
                invited, mean.value, mean.bound, 1 / per_point, *split,
            )  # fmt: skip
        for scale, items in scales.items():
            index = rounding.scale_index(means[item] for item in items)
            yield Cell(
                self.wave, unit_id, parent_id, name, kind, f"scale:{scale}", "published", b,
                invited, index.value, index.bound, index.step,
            )  # fmt: skip

    def _split(self, row: Row, b: int) -> tuple[float, float, float, NoAnswer] | tuple[()]:
        if b < self.shares_from:
            return ()
        n = sum(row[1 : TOP + 1])
        favourable = rounding.share(row[4] + row[5], n, b)
        unfavourable = rounding.share(row[1] + row[2], n, b)
        neutral = rounding.neutral(favourable, unfavourable, b)
        return favourable, neutral, unfavourable, rounding.no_answer(row)


def _added(table: Mapping[str, tuple[Row, ...]], groups: Sequence[Unit]) -> list[Row]:
    """Add up the counts of several groups, item by item."""
    each = [table[group.unit_id] for group in groups]
    return [tuple(map(sum, zip(*rows, strict=True))) for rows in zip(*each, strict=True)]
