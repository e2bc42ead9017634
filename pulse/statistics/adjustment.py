"""Item difficulty removed, so that the rotation of items draws no saw-tooth.

index_t = mu_scale + mean_i(x_it - mu_i), with mu_i the organisation's level of item i: the
mean of the root rows released so far until wave 20, then frozen every 20 waves. (Equating by
item means under planned missingness: Zhang & Sackett 2023, Industrial and Organizational
Psychology; the flat-line property is tested.) Where a reorganisation began a new series of the
organisation itself, or another survey was asked, levels begin anew with it: no figure of before
enters one of after.
"""

from itertools import groupby
from typing import Final

import polars as pl

from pulse.statistics.history import History
from pulse.statistics.precision import (
    DEFAULT_VARIANCE,
    ITEM_CORRELATION,
    harmonic_size,
)

FIRST_LINE: Final = 4
FROZEN: Final = 20


def item_rows(history: History, cells: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return one row per published (wave, unit, item), reversed so that higher is better.

    Columns: wave, t (position), unit_id, item, scale, x (1-5), coded, sampling and rounding
    (variances of x, points^2), at_least, invited.

    Args:
        history: the releases.
        cells: some of its rows, if not all of them are wanted.
    """
    measures = _measures(history)
    published = (
        (history.cells if cells is None else cells)
        .lazy()
        .filter(
            (pl.col("kind") == "unit")
            & (pl.col("status") == "published")
            & pl.col("measure").is_in(measures["measure"].implode())
            & pl.col("mean").is_not_null()
        )
    )
    chosen = published.select(
        "wave", "unit_id", "measure", "at_least", "invited", "mean", "mean_bound", "step"
    ).collect()
    coded = pl.col("mean_bound") != "exact"
    inside = history.once("sigma2", lambda: variances(history))
    known = (
        chosen.lazy()
        .join(measures.lazy(), on="measure", maintain_order="left")
        .join(_positions(history, history.waves).lazy(), on="wave", maintain_order="left")
        .join(inside.lazy(), on=["wave", "item"], how="left", maintain_order="left")
        .join(band_lengths(chosen).lazy(), on=["at_least", "invited"], maintain_order="left")
    )
    given = midpoints()
    return known.select(
        "wave", "t", "unit_id", "item", "scale",
        pl.when("reverse").then(6 - given).otherwise(given).alias("x"),
        coded.alias("coded"),
        (pl.col("sigma2").fill_null(DEFAULT_VARIANCE) / pl.col("size")).alias("sampling"),
        rounding_variances().alias("rounding"),
        "at_least", "invited",
    ).collect()  # fmt: skip


def midpoints() -> pl.Expr:
    """Return `precision.midpoint` of columns mean, mean_bound and step."""
    mean, bound, step = pl.col("mean"), pl.col("mean_bound"), pl.col("step")
    low = pl.when(bound == "at_most").then(1 + 0.75 * step)
    return low.when(bound == "at_least").then(5 - 0.75 * step).otherwise(mean)


def rounding_variances() -> pl.Expr:
    """Return `precision.rounding_variance` of columns mean_bound and step."""
    width = pl.when(pl.col("mean_bound") != "exact").then(1.5 * pl.col("step"))
    return width.otherwise(pl.col("step")).pow(2) / 12


def variances(history: History) -> pl.DataFrame:
    """Return the released variances of answers inside groups: wave, item, sigma2 (points^2).

    Statements that the survey does not know are left out.
    """
    rows = history.cells.lazy().filter(
        (pl.col("kind") == "diag")
        & pl.col("measure").cat.starts_with("sigma2:")
        & (pl.col("value") > 0)
    )
    name = pl.col("measure").cast(pl.String).str.strip_prefix("sigma2:")
    item = name.cast(_item_kind(history), strict=False).alias("item")
    return rows.select("wave", item, pl.col("value").alias("sigma2")).drop_nulls().collect()


def _item_kind(history: History) -> pl.Enum:
    return pl.Enum(sorted(history.instrument.items))


def _measures(history: History) -> pl.DataFrame:
    """Return the released measures that belong to a scale: measure, item, scale, reverse."""
    released = set(history.names("measure"))
    items = history.instrument.items.values()
    return pl.DataFrame(
        [
            (f"item:{i.id}", i.id, i.scale, i.reverse)
            for i in items
            if i.scale and f"item:{i.id}" in released  # packs are reported by themselves
        ],
        schema={
            "measure": history.kind("measure"),
            "item": _item_kind(history),
            "scale": pl.Enum(sorted(history.instrument.scales)),
            "reverse": pl.Boolean,
        },
        orient="row",
    )


def _positions(history: History, waves: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        {"wave": waves, "t": range(len(waves))},
        schema={"wave": history.kind("wave"), "t": pl.Int64},
        strict=False,
    )


def band_lengths(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the harmonic size of every band and headcount in `rows`."""
    pairs = rows.select("at_least", "invited").unique()
    sizes = [harmonic_size(b, invited) for b, invited in pairs.iter_rows()]
    return pairs.with_columns(pl.Series("size", sizes, dtype=pl.Float64))


def levels(rows: pl.DataFrame, roots: dict[str, str], waves: int) -> dict[int, dict[str, float]]:
    """Return the organisation's item levels mu_i (1-5) for every epoch of 20 waves.

    Args:
        rows: as `item_rows` returns them.
        roots: the root's unit_id per wave.
        waves: how many waves are released.
    """
    pairs = pl.DataFrame(
        list(roots.items()),
        schema={name: rows.schema[name] for name in ("wave", "unit_id")},
        orient="row",
        strict=False,  # a week or unit without any row joins with none
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
    """Return the waves parted where a new series of the organisation, or another survey, begins."""
    parts = groupby(
        history.waves,
        lambda wave: (history.tree(wave).root.series, history.release(wave).manifest.instrument),
    )
    return tuple(tuple(waves) for _, waves in parts)


def weekly_index(history: History) -> pl.DataFrame:
    """Return the adjusted scale index of every published (wave, unit, scale), 1-5.

    Columns: wave, t (position in its span), unit_id, scale, index, items, coded, sampling,
    rounding, at_least, invited, span (which of `spans`). Empty in spans of fewer than four
    waves: an item's level cannot be told from a change yet.
    """
    roots = {wave: history.tree(wave).root.unit_id for wave in history.waves}
    few = history.cells.height <= history.at_once  # no need to read the organisation's apart
    its_own = pl.col("unit_id").is_in(list(set(roots.values())))
    root_rows = item_rows(history, history.cells if few else history.cells.filter(its_own))
    none = root_rows.clear()
    parts = [_index(none, _levels(history, none, roots, ())).with_columns(pl.lit(0).alias("span"))]
    for number, waves in enumerate(spans(history)):
        if len(waves) >= FIRST_LINE:
            known = _levels(history, _of(history, root_rows, waves), roots, waves)
            batches = (item_rows(history, cells) for cells in history.batches(waves))
            parts += [
                _index(_of(history, rows, waves), known).with_columns(pl.lit(number).alias("span"))
                for rows in ((root_rows,) if few else batches)
            ]
    return pl.concat(parts)


def _of(history: History, rows: pl.DataFrame, waves: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows of `waves`, t counted from the first of them."""
    if waves == history.waves:
        return rows
    return rows.drop("t").join(_positions(history, waves), on="wave", maintain_order="left")


def _levels(
    history: History, rows: pl.DataFrame, roots: dict[str, str], waves: tuple[str, ...]
) -> pl.DataFrame:
    """Return what each item's x is compared with: epoch, item, mu, base (its scale's level)."""
    table = levels(rows, {wave: roots[wave] for wave in waves}, len(waves)) if waves else {}
    scale_of = {item.id: item.scale for item in history.instrument.items.values()}
    flat = [
        (epoch, item, mu, _scale_level(means, scale_of, scale_of[item]))
        for epoch, means in table.items()
        for item, mu in means.items()
    ]
    return pl.DataFrame(
        flat,
        schema={"epoch": pl.Int64, "item": _item_kind(history), "mu": pl.Float64,
                "base": pl.Float64},
        orient="row",
    )  # fmt: skip


def _index(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    # Orders are kept throughout, so that the same releases give the same digits.
    joined = rows.with_columns((pl.col("t") // FROZEN).alias("epoch")).join(
        known, on=["epoch", "item"], maintain_order="left"
    )
    grouped = joined.group_by("wave", "t", "unit_id", "scale", maintain_order=True).agg(
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
