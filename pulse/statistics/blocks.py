"""Four-wave blocks of every unit and scale, and the change from one block to the next.

A block is the mean of its shown weeks. Its variance: the stable part of what people differ in
stays from week to week, the weekly part averages out, and so does rounding. A change is read with
less: the stable part of those who answered both times cancels; that of whoever was silent once
(the share 1 - n/H of the unit) does not. That is reliable change (Jacobson & Truax 1991,
J. Consult. Clin. Psychol. 59, 12-19) for the mean of n people who are not linked:
(x2 - x1) / sqrt(v1 + v2), v = s^2 (1 - r) / n + rounding.

Over a block more people are heard than in a week: who is silent is so half by habit, half by
chance. With p = n/H and h the correlation of one person's answering in two weeks, a share
p + h (1 - p) of a week's people is there in another week too. What lasts of their mean, 1 - omega,
is then (1 - omega_1)(p + h (1 - p)) for a person's own weekly share omega_1 (1/2 until omega is
estimated), and the block is as good as one of n_h people, each with variance
s^2 (1 - omega_1 + omega_1 / weeks):

    n_h / n = (1 - omega_1 + omega_1 / weeks) / (1 - omega + omega / weeks)

n for those who are always the same (h = 1), and no more than H. So the part of the silent in what
everybody would have said is told neither too surely nor as if it were a different team's.
"""

from typing import Final, NamedTuple

import polars as pl

from pulse.statistics.adjustment import FROZEN, band_lengths
from pulse.statistics.history import History
from pulse.statistics.noise import weekly_shares

BLOCK: Final = 4
HABIT: Final = 0.5  # correlation of one person's answering in two weeks; no release can tell it
_BINS: Final = 100  # variances are read up to the next hundredth of their logarithm


class BlockRow(NamedTuple):
    """One block of one unit and scale, 1-5; variances in points^2.

    `variance` is of the process, `change` of a comparison with another block of the unit,
    `person` of one person's mean over the block around the unit's level, `blur` of rounding.
    `heard` is how many people the block is as good as, over how many answer in a week.
    """

    mean: float
    variance: float
    change: float
    person: float
    blur: float
    at_least: int
    invited: int
    heard: float = 1.0


def weeks_of_series(history: History, index: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `weekly_index` in each unit's present series, with omega as `weekly`.

    Columns: wave, unit_id, scale, index, coded, sampling, rounding, at_least, invited, weekly,
    estimated (whether that is more than where it starts), series (the wave that it began with),
    group; sorted by unit, scale and wave.
    """
    own = ((unit, history.series_waves(unit.unit_id)) for unit in history.units.values())
    series = pl.DataFrame(
        [(unit.unit_id, waves[0], unit.group) for unit, waves in own if waves],
        schema={
            "unit_id": history.kind("unit_id"),
            "series": history.kind("wave"),
            "group": pl.Boolean,
        },
        orient="row",
        strict=False,  # a unit without any row joins with none
    )
    weeks = index.join(series, on="unit_id").filter(pl.col("wave") >= pl.col("series"))
    shares = weekly_shares(weeks)
    epochs = weeks.lazy().with_columns((pl.col("t") // FROZEN).alias("epoch"))
    known = epochs.join(shares.lazy(), on=["span", "epoch"]).drop("t", "items", "span", "epoch")
    return known.sort("unit_id", "scale", "wave").collect()


def block_waves(waves: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the complete four-wave blocks of `waves`, oldest first."""
    return tuple(waves[i : i + BLOCK] for i in range(0, len(waves) - BLOCK + 1, BLOCK))


def block_table(history: History, weeks: pl.DataFrame) -> pl.DataFrame:
    """Return one row per unit, scale and block with a figure.

    A block counts where all of it lies in the unit's present series, at least two of its waves
    are shown and the scale was asked in one of them. Columns: unit_id, scale, block, group, and
    those of `BlockRow`.

    Args:
        history: the releases.
        weeks: as `weeks_of_series` returns them.
    """
    places = pl.DataFrame(
        [(wave, n, of[0]) for n, of in enumerate(block_waves(history.waves)) for wave in of],
        schema={
            "wave": history.kind("wave"),
            "block": pl.Int64,
            "first": history.kind("wave"),
        },
        orient="row",
        strict=False,
    )
    shown = history.shown_weeks.join(places, on="wave").group_by("unit_id", "block").len("shown")
    often = shown.filter(pl.col("shown") >= BLOCK // 2)
    inside = weeks.lazy().join(places.lazy(), on="wave")
    enough = inside.filter(pl.col("first") >= pl.col("series")).join(
        often.lazy(), on=["unit_id", "block"], how="semi"
    )
    blocks = (
        enough.sort("unit_id", "scale", "wave")
        .collect()
        .group_by("unit_id", "scale", "block", "group", maintain_order=True)
        .agg(
            pl.col("index").mean().alias("mean"),
            pl.col("sampling").mean(),
            pl.col("rounding").mean(),
            pl.col("weekly").mean().clip(0, 1),
            pl.col("estimated").all(),
            pl.len().alias("weeks"),
            pl.col("at_least").min(),
            pl.col("invited").max(),
        )
    )
    sized = blocks.join(band_lengths(blocks), on=["at_least", "invited"])
    return sized.select("unit_id", "scale", "block", "group", *_figures()).sort(
        "unit_id", "scale", "block"
    )


def _figures() -> list[pl.Expr]:
    weeks = pl.col("weeks")
    blur = pl.col("rounding") / weeks
    silent = (1 - pl.col("size") / pl.col("invited")).clip(0, 1)
    again = 1 - silent * (1 - HABIT)
    lasting = (1 - pl.col("weekly")) * pl.when("estimated").then(1.0).otherwise(again)
    passing = (1 - lasting) / weeks
    stays = pl.col("sampling") * (lasting + passing)
    own = (lasting / again).clip(0, 1)
    person = own + (1 - own) / weeks
    return [
        pl.col("mean"),
        _binned(stays + blur).alias("variance"),
        _binned(pl.col("sampling") * (lasting * silent + passing) + blur).alias("change"),
        (pl.col("sampling") * pl.col("size") * person).alias("person"),
        blur.alias("blur"),
        pl.col("at_least"),
        pl.col("invited"),
        (person / (lasting + passing)).alias("heard"),
    ]


def _binned(variance: pl.Expr) -> pl.Expr:
    """Round a variance up by at most a hundredth, so that many groups share a few values."""
    return ((variance.log() * _BINS).ceil() / _BINS).exp()
