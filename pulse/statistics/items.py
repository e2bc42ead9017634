"""The statements of a week as released, each with an interval that says how sure it is."""

import math

import msgspec
import polars as pl

from pulse.release.cell import Bound, NoAnswer, Status
from pulse.statistics.history import History
from pulse.statistics.precision import (
    DEFAULT_VARIANCE,
    Z95,
    harmonic_size,
    midpoint,
    rounding_variance,
)


class ItemFigure(msgspec.Struct, frozen=True):
    """One statement of one unit and week, answers as given (1-5); None where suppressed.

    `low` and `high` are a 95 % interval for how the unit would answer in such weeks.
    """

    item: str
    wave: str
    status: Status
    at_least: int | None = None
    mean: float | None = None
    mean_bound: Bound | None = None
    step: float | None = None
    low: float | None = None
    high: float | None = None
    favourable: float | None = None
    neutral: float | None = None
    unfavourable: float | None = None
    no_answer: NoAnswer | None = None


def items_of_week(
    history: History, unit_id: str, wave: str | None = None
) -> tuple[ItemFigure, ...]:
    """Return the unit's statements of `wave` (default: the newest) in the order they were asked."""
    wave = wave or history.latest
    if wave is None:
        return ()
    rows = history.cells.filter((pl.col("wave") == wave) & (pl.col("kind").is_in(["unit", "diag"])))
    variance = {
        measure.removeprefix("sigma2:"): value
        for measure, value in rows.filter(pl.col("measure").str.starts_with("sigma2:"))
        .select("measure", "value")
        .iter_rows()
    }
    own = rows.filter(
        (pl.col("unit_id") == unit_id) & pl.col("measure").str.starts_with("item:")
    ).to_dicts()
    asked = {f"item:{item}": rank for rank, item in enumerate(history.release(wave).manifest.items)}
    own.sort(key=lambda row: asked.get(row["measure"], len(asked)))
    return tuple(_figure(row, variance) for row in own)


def _figure(row: dict[str, object], variance: dict[str, float]) -> ItemFigure:
    item = str(row["measure"]).removeprefix("item:")
    values = {
        name: row[name]
        for name in (
            "wave", "status", "at_least", "mean", "mean_bound", "step", "favourable", "neutral",
            "unfavourable", "no_answer",
        )
    }  # fmt: skip
    figure = msgspec.convert({"item": item, **values}, ItemFigure)
    if figure.mean is None or figure.step is None or figure.at_least is None:
        return figure
    invited = msgspec.convert(row["invited"], int)
    bound = figure.mean_bound or "exact"
    sampling = variance.get(item) or DEFAULT_VARIANCE
    blur = rounding_variance(figure.step, coded=bound != "exact")
    half = Z95 * math.sqrt(sampling / harmonic_size(figure.at_least, invited) + blur)
    centre = midpoint(figure.mean, figure.step, bound)
    return msgspec.structs.replace(
        figure, low=max(1.0, centre - half), high=min(5.0, centre + half)
    )
