"""Item difficulty removed, so that the rotation of items draws no saw-tooth.

index_t = mu_scale + mean_i(x_it - mu_i), with mu_i the organisation's level of item i: the
mean of the root rows released so far until wave 20, then frozen every 20 waves. (Equating by
item means under planned missingness: Zhang & Sackett 2023, Industrial and Organizational
Psychology; the flat-line property is tested.) Where a reorganisation began a new series of the
organisation itself, levels begin anew with it: no figure of before enters one of after.
"""

from typing import Final

import polars as pl

from pulse.statistics.history import History
from pulse.statistics.precision import (
    DEFAULT_VARIANCE,
    ITEM_CORRELATION,
    harmonic_size,
    midpoint,
    rounding_variance,
)

FIRST_LINE: Final = 4
FROZEN: Final = 20


def item_rows(history: History) -> pl.DataFrame:
    """Return one row per published (wave, unit, item), reversed so that higher is better.

    Columns: wave, t (position), unit_id, item, scale, x (1-5), coded, sampling and rounding
    (variances of x, points^2), at_least, invited.
    """
    items = history.instrument.items
    position = {wave: t for t, wave in enumerate(history.waves)}
    sigma2 = _root_variances(history)
    published = history.cells.filter(
        (pl.col("kind") == "unit")
        & (pl.col("status") == "published")
        & pl.col("measure").str.starts_with("item:")
        & pl.col("mean").is_not_null()
    )
    rows = []
    columns = ("wave", "unit_id", "measure", "at_least", "invited", "mean", "mean_bound", "step")
    for wave, unit_id, measure, b, invited, mean, bound, step in published.select(
        columns
    ).iter_rows():
        item = items.get(measure.removeprefix("item:"))
        if item is None or not item.scale:  # of a pack: it is reported by itself
            continue
        x = midpoint(mean, step, bound)
        variance = sigma2.get((wave, item.id), DEFAULT_VARIANCE)
        coded = bound != "exact"
        rows.append(
            (wave, position[wave], unit_id, item.id, item.scale, 6 - x if item.reverse else x,
             coded, variance / harmonic_size(b, invited), rounding_variance(step, coded=coded),
             b, invited)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


_SCHEMA: Final = {
    "wave": pl.String, "t": pl.Int64, "unit_id": pl.String, "item": pl.String,
    "scale": pl.String, "x": pl.Float64, "coded": pl.Boolean, "sampling": pl.Float64,
    "rounding": pl.Float64, "at_least": pl.Int64, "invited": pl.Int64,
}  # fmt: skip


def _root_variances(history: History) -> dict[tuple[str, str], float]:
    rows = history.cells.filter(
        (pl.col("kind") == "diag") & pl.col("measure").str.starts_with("sigma2:")
    ).select("wave", "measure", "value")
    return {
        (wave, measure.removeprefix("sigma2:")): value
        for wave, measure, value in rows.iter_rows()
        if value is not None and value > 0
    }


def levels(rows: pl.DataFrame, roots: dict[str, str], waves: int) -> dict[int, dict[str, float]]:
    """Return the organisation's item levels mu_i (1-5) for every epoch of 20 waves.

    Args:
        rows: as `item_rows` returns them.
        roots: the root's unit_id per wave.
        waves: how many waves are released.
    """
    pairs = pl.DataFrame(
        list(roots.items()), schema={"wave": pl.String, "unit_id": pl.String}, orient="row"
    )
    root = rows.join(pairs, on=["wave", "unit_id"], how="semi")
    table: dict[int, dict[str, float]] = {}
    for epoch in range((max(waves, 1) - 1) // FROZEN + 1):
        start = max(0, epoch - 1) * FROZEN
        window = root.filter(pl.col("t").is_between(start, start + FROZEN - 1))
        means = (
            window.sort("item", "t").group_by("item", maintain_order=True).agg(pl.col("x").mean())
        )
        table[epoch] = dict(means.iter_rows())
    return table


def spans(history: History) -> tuple[tuple[str, ...], ...]:
    """Return the waves parted where a new series of the organisation itself begins."""
    parted: dict[str, list[str]] = {}
    for wave in history.waves:
        parted.setdefault(history.tree(wave).root.series, []).append(wave)
    return tuple(map(tuple, parted.values()))


def weekly_index(history: History) -> pl.DataFrame:
    """Return the adjusted scale index of every published (wave, unit, scale), 1-5.

    Columns: wave, t (position in its span), unit_id, scale, index, items, coded, sampling,
    rounding, at_least, invited. Empty in spans of fewer than four waves: an item's level cannot
    be told from a change yet.
    """
    rows = item_rows(history)
    parts = [_index(history, rows.clear(), ())]
    for waves in spans(history):
        if len(waves) >= FIRST_LINE:
            places = pl.col("wave").replace_strict(waves, range(len(waves)), return_dtype=pl.Int64)
            own = rows.filter(pl.col("wave").is_in(waves))
            parts.append(_index(history, own.with_columns(places.alias("t")), waves))
    return pl.concat(parts)


def _index(history: History, rows: pl.DataFrame, waves: tuple[str, ...]) -> pl.DataFrame:
    roots = {wave: history.tree(wave).root.unit_id for wave in waves}
    table = levels(rows, roots, len(waves)) if rows.height else {}
    scale_of = {item.id: item.scale for item in history.instrument.items.values()}
    flat = [
        (epoch, item, mu, _scale_level(means, scale_of, scale_of[item]))
        for epoch, means in table.items()
        for item, mu in means.items()
    ]
    known = pl.DataFrame(
        flat,
        schema={"epoch": pl.Int64, "item": pl.String, "mu": pl.Float64, "base": pl.Float64},
        orient="row",
    )
    joined = rows.with_columns((pl.col("t") // FROZEN).alias("epoch")).join(
        known, on=["epoch", "item"]
    )
    # In a fixed order, so that the same releases give the same digits.
    ordered = joined.sort("unit_id", "scale", "t", "item")
    grouped = ordered.group_by("wave", "t", "unit_id", "scale", maintain_order=True).agg(
        (pl.col("base").mean() + (pl.col("x") - pl.col("mu")).mean()).alias("index"),
        pl.len().cast(pl.Int64).alias("items"),
        pl.col("coded").any(),
        pl.col("sampling").mean(),
        (pl.col("rounding").sum() / pl.len() ** 2).alias("rounding"),
        pl.col("at_least").min(),
        pl.col("invited").max(),
    )
    # The same people answer a scale's items: their errors do not average out like strangers'.
    shared = (1 + (pl.col("items") - 1) * ITEM_CORRELATION) / pl.col("items")
    return grouped.with_columns(pl.col("sampling") * shared)


def _scale_level(means: dict[str, float], scale_of: dict[str, str], scale: str) -> float:
    own = [mu for item, mu in means.items() if scale_of[item] == scale]
    return sum(own) / len(own)
