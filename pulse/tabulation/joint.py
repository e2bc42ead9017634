"""How items go together: n, sums and products per group, taken once and never written anywhere.

Correlations, reliability and shares of variance cannot be had from counts, nor later from a
release. So a close takes them from the opened answers while it holds them, as whole numbers: the
order of ballots leaves no trace in them.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from math import lcm
from typing import Final, NamedTuple

import polars as pl

from pulse.tabulation.counting import as_frame
from pulse.terms import TOP

_COLUMNS: Final = 6


class Pair(NamedTuple):
    """Of the people in one group who answered two items: how many, sums, squares, product."""

    n: int
    x: int
    y: int
    xx: int
    yy: int
    xy: int


class Sums(NamedTuple):
    """Of the people in one group who have a scale's score: how many, sum, squares."""

    n: int
    total: int
    squares: int


class Joint(NamedTuple):
    """Sums of one wave, a group an entry, groups ascending by number; groups of nobody left out.

    `pairs` is by item ids in asking order, answers as given, an item with itself too. `scores`
    is by scale: means of a person's answers after reversal, where at least half of the scale's
    items asked were answered, each times `unit[scale]` so that it is whole.
    """

    pairs: Mapping[tuple[str, str], tuple[Pair, ...]]
    scores: Mapping[str, tuple[Sums, ...]]
    unit: Mapping[str, int]

    @property
    def people(self) -> int:
        """The fewest people behind any pair or score of the wave."""
        pairs = [sum(each.n for each in table) for table in self.pairs.values()]
        scores = [sum(each.n for each in table) for table in self.scores.values()]
        return min((*pairs, *scores), default=0)


def join(
    groups: Sequence[int],
    answers: bytes | bytearray,
    items: Sequence[str],
    scales: Mapping[str, Mapping[str, bool]],
) -> Joint:
    """Take the sums of a wave.

    Args:
        groups: the group number of each ballot.
        answers: `len(items)` bytes a ballot, 0-6.
        items: the wave's item ids in asking order.
        scales: the items of each scale, and whether they are reversed; items of no scale (those
            about one leader) are left out.
    """
    asked = [item for item in items if any(item in own for own in scales.values())]
    place = {item: items.index(item) for item in asked}
    frame = as_frame(groups, answers, len(items))
    unit = {scale: lcm(*range(1, len(own) + 1)) for scale, own in scales.items()}
    known = frame.select("g", *(each for item, at in place.items() for each in _known(item, at)))
    scored = known.with_columns(
        _score(own, unit[scale]).alias(f"scale {scale}") for scale, own in scales.items()
    )
    pairs = list(combinations_with_replacement(asked, 2))
    sums = [expression for pair in pairs for expression in _products(*pair)]
    sums += [expression for scale in scales for expression in _moments(f"scale {scale}")]
    named = [each.alias(str(at)) for at, each in enumerate(sums)]
    rows = [row[1:] for row in scored.group_by("g").agg(named).sort("g").iter_rows()]
    start, end = len(pairs) * _COLUMNS, 3
    return Joint(
        {
            pair: tuple(Pair(*row[at * _COLUMNS : (at + 1) * _COLUMNS]) for row in rows)
            for at, pair in enumerate(pairs)
        },
        {
            scale: tuple(Sums(*row[start + at * end : start + (at + 1) * end]) for row in rows)
            for at, scale in enumerate(scales)
        },
        unit,
    )


def _known(item: str, at: int) -> tuple[pl.Expr, pl.Expr]:
    """Return an answer 1-5, 0 where there is none, and whether there is one, both in one byte."""
    given = pl.col(f"a{at}")
    there = given.is_between(1, TOP).cast(pl.UInt8)
    return (given * there).alias(item), there.alias(f"{item}?")


def _products(one: str, other: str) -> list[pl.Expr]:
    """Sum what a pair needs; no product exceeds 25, so that bytes hold it."""
    x, y, there, too = pl.col(one), pl.col(other), pl.col(f"{one}?"), pl.col(f"{other}?")
    products = (there * too, x * too, y * there, x * x * too, y * y * there, x * y)
    return [product.cast(pl.Int64).sum() for product in products]


def _moments(name: str) -> list[pl.Expr]:
    score = pl.col(name)
    return [score.count(), score.sum(), (score * score).sum()]


def _score(own: Mapping[str, bool], unit: int) -> pl.Expr:
    """Return `unit` times the mean of a person's answers to a scale, null under half of them."""
    given = pl.sum_horizontal(pl.col(f"{item}?").cast(pl.Int64) for item in own)
    total = pl.sum_horizontal(
        _turned(item, reverse=reverse).cast(pl.Int64) for item, reverse in own.items()
    )
    return pl.when(2 * given >= len(own)).then(total * unit // given)


def _turned(item: str, *, reverse: bool) -> pl.Expr:
    return (TOP + 1) * pl.col(f"{item}?") - pl.col(item) if reverse else pl.col(item)
