"""Exact counts per unit and item, and the variance inside groups."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

import polars as pl

from pulse.terms import PREFERS_NOT, SKIPPED, TOP, Counts, Tree

ANSWERS: Final = range(SKIPPED, PREFERS_NOT + 1)
SIGMA2_PEOPLE: Final = 100
SIGMA2_GROUPS: Final = 10
SIGMA2_STEP: Final = Fraction(1, 20)

Row = tuple[tuple[int, ...], ...]


def count(
    ballots: Iterable[tuple[str, Sequence[int]]], tree: Tree, items: Sequence[str], wave: str
) -> Counts:
    """Count every answer per group and item and add the groups up along the tree.

    Args:
        ballots: pairs of a group number g and its answers, one 0..6 per item, in item order.
        tree: the wave's frozen tree; every g must be one of its groups.
        items: the wave's item ids in asking order.
        wave: the wave's id.

    Raises:
        ValueError: a ballot of an unknown group, of another length, or an answer above 6.
    """
    groups, answers = array("I"), bytearray()
    for g, given in ballots:
        groups.append(int(g))
        answers += bytes(given)
    return count_columns(groups, answers, tree, items, wave)


def count_columns(
    groups: Sequence[int], answers: bytes | bytearray, tree: Tree, items: Sequence[str], wave: str
) -> Counts:
    """Count as `count` does, from one group number and `len(items)` bytes per ballot.

    Raises:
        ValueError: a ballot of an unknown group, of another length, or an answer above 6.
    """
    if len(answers) != len(groups) * len(items):
        raise ValueError("every ballot has one answer per item")
    if answers and max(answers) > PREFERS_NOT:
        raise ValueError("an answer lies between 0 and 6")
    known = {int(unit.g): unit.unit_id for unit in tree.groups_in_order()}
    counted = _count_groups(groups, answers, len(items))
    if not counted.keys() <= known.keys():
        raise ValueError("every ballot names a group of the tree")
    return Counts(
        wave=wave,
        items=tuple(items),
        table=_roll_up(tree, {known[g]: row for g, row in counted.items()}, len(items)),
    )


def as_frame(groups: Sequence[int], answers: bytes | bytearray, n: int) -> pl.DataFrame:
    """Return a row per ballot: its group number `g` and its answers `a0`, `a1`, …, 0-6."""
    flat = pl.Series(array("B", bytes(answers)), dtype=pl.UInt8)
    return pl.DataFrame(
        {"g": pl.Series(array("I", groups), dtype=pl.UInt32)}
        | {f"a{i}": flat.gather_every(n, i) for i in range(n)}
    )


def _count_groups(groups: Sequence[int], answers: bytes | bytearray, n: int) -> dict[int, Row]:
    frame = as_frame(groups, answers, n)
    sums = [(pl.col(f"a{i}") == value).sum() for i in range(n) for value in ANSWERS]
    named = [each.alias(str(at)) for at, each in enumerate(sums)]
    width = len(ANSWERS)
    return {
        row[0]: tuple(tuple(row[1 + i * width : 1 + (i + 1) * width]) for i in range(n))
        for row in frame.group_by("g").agg(named).iter_rows()
    }


def _roll_up(tree: Tree, leaves: Mapping[str, Row], n: int) -> dict[str, Row]:
    empty = tuple((0,) * len(ANSWERS) for _ in range(n))
    totals = {unit.unit_id: leaves.get(unit.unit_id, empty) for unit in tree.units if unit.invited}
    # Parents stand before their children, so the reverse order is bottom-up.
    for unit in reversed(tree.units):
        if unit.parent_id is not None and unit.invited:
            totals[unit.parent_id] = _added(totals[unit.parent_id], totals[unit.unit_id])
    return totals


def _added(one: Row, other: Row) -> Row:
    return tuple(
        tuple(map(int.__add__, mine, theirs)) for mine, theirs in zip(one, other, strict=True)
    )


def sigma2(counts: Counts, tree: Tree, lead: Sequence[str] = ()) -> dict[str, float]:
    """Estimate per item the variance of answers inside groups, rounded to 0.05, root only.

    Pooled within-group variance, sum over g of SS_g over N - G (one-way analysis of
    variance), with the answers as given. Empty when fewer than 100 people answered some
    item or the tree has fewer than 10 groups: it is then too close to single teams. Items of
    `lead`, about one leader, are left out.
    """
    asked = [i for i, item in enumerate(counts.items) if item not in lead]
    groups = [counts.table[unit.unit_id] for unit in tree.groups_in_order() if unit.invited]
    root = counts.table[tree.root.unit_id]
    least = min((sum(root[i][1 : TOP + 1]) for i in asked), default=0)
    if len(groups) < SIGMA2_GROUPS or min(least, tree.root.invited - 2) < SIGMA2_PEOPLE:
        return {}
    return {
        counts.items[i]: float(
            round(_within([group[i] for group in groups]) / SIGMA2_STEP) * SIGMA2_STEP
        )
        for i in asked
    }


def _within(rows: Sequence[tuple[int, ...]]) -> Fraction:
    squares, freedom = Fraction(0), 0
    for row in rows:
        n = sum(row[1 : TOP + 1])
        if n:
            total = sum(value * row[value] for value in range(1, TOP + 1))
            squares += sum(value * value * row[value] for value in range(1, TOP + 1))
            squares -= Fraction(total * total, n)
            freedom += n - 1
    return squares / freedom if freedom else Fraction(0)
