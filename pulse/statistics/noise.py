"""How much of a week's figure is that week's alone, estimated over all groups together.

A group's weekly index moves by three things: who answered and how they felt that week, rounding,
and a level that drifts. The first has variance omega S_t, with S_t = sigma^2 / n of the release;
the second R_t is known; the drift q is a nuisance here. omega starts at 1/2 and is then the
maximum likelihood estimate over the groups' 20 waves before (local level model, diffuse start:
Durbin & Koopman 2012, 2.9 and 7.2), so no group is ever judged by its own few weeks.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import polars as pl

from pulse.statistics.adjustment import FROZEN
from pulse.statistics.precision import STABLE_SHARE

START: Final = 1 - STABLE_SHARE
MOST_LINES: Final = 240  # read per estimate, evenly over all; omega is then known to about 3 %
FEWEST_LINES: Final = 40  # ten groups with four scales
FEWEST_WEEKS: Final = 8
LEAST: Final = START / 2  # coarse steps leave little to see of omega: it is never called small
_FIRST_STEP: Final = 1.0  # of the search, in logarithms


class Reading(NamedTuple):
    """One week of a line: its value, its sampling variance if all of it were weekly, its rest."""

    value: float
    sampling: float
    rounding: float
    gap: int = 1  # weeks since the reading before


class Fit(NamedTuple):
    """The likeliest share omega of sampling that is weekly, and weekly variance q of the level."""

    weekly: float
    drift: float


def fit(lines: Sequence[Sequence[Reading]], *, precision: float = 1e-6) -> Fit:
    """Return the maximum likelihood estimate over `lines`, each oldest week first.

    A pattern search (Hooke & Jeeves 1961, J. ACM 8, 212-229) on the logarithms of both.
    """
    weekly = math.log(_spread(lines))
    best, at = -math.inf, (weekly, weekly - 2)
    step = _FIRST_STEP
    best = _score(lines, at)
    while step > precision:
        tried = [(at[0] + step * i, at[1] + step * j) for i, j in _AROUND]
        scored = [(_score(lines, point), point) for point in tried]
        top = max(scored)
        if top[0] > best:
            best, at = top
        else:
            step /= 2
    return Fit(math.exp(at[0]), math.exp(at[1]))


_AROUND: Final = ((1, 0), (-1, 0), (0, 1), (0, -1))


def _spread(lines: Sequence[Sequence[Reading]]) -> float:
    """Return a first guess of omega: squared steps over the sampling variance behind them."""
    squares = sampling = 0.0
    for line in lines:
        for one, other in pairwise(line):
            squares += (other.value - one.value) ** 2
            sampling += one.sampling + other.sampling
    return max(squares / sampling, 1e-6) if sampling else 1.0


def _score(lines: Sequence[Sequence[Reading]], point: tuple[float, float]) -> float:
    """Return the diffuse log likelihood (without its constant) at log omega and log q."""
    weekly, drift = math.exp(point[0]), math.exp(point[1])
    score = 0.0
    for line in lines:
        level, variance = line[0].value, weekly * line[0].sampling + line[0].rounding
        for value, sampling, rounding, gap in line[1:]:
            variance += drift * gap
            noise = weekly * sampling + rounding
            total = variance + noise
            error = value - level
            score -= math.log(total) + error * error / total
            level += error * variance / total
            variance *= noise / total
    return score / 2


def weekly_shares(weeks: pl.DataFrame) -> pl.DataFrame:
    """Return omega for every span and epoch of 20 waves: columns span, epoch, weekly, estimated.

    Args:
        weeks: the rows of `adjustment.weekly_index`, each of its unit's present series, with
            `group`; the others' weeks are not read.
    """
    rows = []
    for span, last in weeks.group_by("span").agg(pl.col("t").max()).sort("span").iter_rows():
        rows.append((span, 0, START, False))
        for epoch in range(1, last // FROZEN + 1):
            before = weeks.filter(
                (pl.col("span") == span)
                & (pl.col("t") // FROZEN == epoch - 1)
                & pl.col("group")
                & ~pl.col("coded")
            )
            found = _estimate(before)
            told = rows[-1][2:] if found is None else (found, True)
            rows.append((span, epoch, *told))
    columns = {"span": pl.Int64, "epoch": pl.Int64, "weekly": pl.Float64, "estimated": pl.Boolean}
    return pl.DataFrame(rows, schema=columns, orient="row")


def _estimate(weeks: pl.DataFrame) -> float | None:
    keys = ["unit_id", "scale"]
    long = weeks.group_by(keys).len().filter(pl.col("len") >= FEWEST_WEEKS).sort(keys)
    if long.height < FEWEST_LINES:
        return None
    chosen = long.gather_every(-(-long.height // MOST_LINES)).select(keys)
    kept = weeks.join(chosen, on=keys, how="semi").sort(*keys, "t")
    gap = pl.col("t").diff().over(keys).fill_null(1).alias("gap")
    lines = kept.with_columns(gap).partition_by(keys, maintain_order=True)
    columns = ("index", "sampling", "rounding", "gap")
    read = [[Reading(*row) for row in line.select(columns).iter_rows()] for line in lines]
    return max(LEAST, fit(read, precision=1e-3).weekly)
