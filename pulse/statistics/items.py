"""The statements of a week as released, each with an interval that says how sure it is."""

import msgspec
import polars as pl

from pulse.release.cell import Bound, NoAnswer, Status
from pulse.statistics import shares
from pulse.statistics.census import everybody
from pulse.statistics.estimate import EVERYBODY, LEVEL, Reach, ends
from pulse.statistics.history import History
from pulse.statistics.pooling import Pool, Posterior, pool
from pulse.statistics.precision import (
    DEFAULT_VARIANCE,
    band_sizes,
    harmonic_size,
    midpoint,
    rounding_variance,
)


class Likely(msgspec.Struct, frozen=True):
    """An estimate on 1-5 with its 95 % interval, answers as given."""

    value: float
    low: float
    high: float


class ItemFigure(msgspec.Struct, frozen=True):
    """One statement of one unit and week, answers as given (1-5); None where suppressed.

    `mean` is as released. `value` estimates what all invited people would have said this week,
    with `low` and `high` as its 95 % interval: the figure that pages show. `level` says how such a
    unit answers in such weeks, whoever is in it. `pooled` tells that both were read together with
    the organisation's other groups: `value` is then drawn towards them by as much as the silent
    are unknown, `level` by more. `agree` is the interval of the favourable share and
    `everybody_agrees` its bounds whatever the silent think, percent.
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
    value: float | None = None
    level: Likely | None = None
    pooled: bool = False
    agree: shares.Range | None = None
    everybody_agrees: shares.Range | None = None


class _Shown(msgspec.Struct, frozen=True):
    """One released mean with what is known of its error, points on 1-5."""

    x: float
    person: float
    blur: float
    at_least: int
    invited: int

    @property
    def variance(self) -> float:
        return self.person / harmonic_size(self.at_least, self.invited) + self.blur


def items_of_week(
    history: History, unit_id: str, wave: str | None = None, item: str | None = None
) -> tuple[ItemFigure, ...]:
    """Return the unit's statements of `wave` (default: the newest) in the order they were asked.

    Of one `item` alone if it is given: the other groups are then read for this one only.
    """
    wave = wave or history.latest
    if wave is None:
        return ()
    wanted = pl.col("measure").cat.starts_with("item:")
    if item is not None:
        wanted = pl.col("measure") == f"item:{item}"
    mine = (pl.col("unit_id") == unit_id) & (pl.col("kind") == "unit")
    own = history.cells_of(wave).filter(mine & wanted).to_dicts()
    asked = {f"item:{item}": rank for rank, item in enumerate(history.release(wave).manifest.items)}
    own.sort(key=lambda row: asked.get(row["measure"], len(asked)))
    return tuple(_figure(history, wave, row) for row in own)


def _figure(history: History, wave: str, row: dict[str, object]) -> ItemFigure:
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
    person = _variances(history, wave).get(item, DEFAULT_VARIANCE)
    own = _shown(person, figure.mean, figure.mean_bound, figure.step, figure.at_least, invited)
    is_group = str(row["unit_id"]) in _groups(history, wave)
    together = _pool(history, wave, item) if is_group else None
    figure = _with_share(figure, figure.at_least, invited)
    return _with_estimate(figure, own, together)


def _with_estimate(figure: ItemFigure, own: _Shown, together: Pool | None) -> ItemFigure:
    known = Posterior(own.x, own.variance)
    if together is not None:
        known = together.level(*known)
    sizes = band_sizes(own.at_least, own.invited)
    everybodys = everybody(
        together, own.x, sampling=own.person, rounding=own.blur, sizes=sizes, invited=own.invited
    )
    team = _likely(everybodys, together, EVERYBODY)
    return msgspec.structs.replace(
        figure, value=team.value, low=team.low, high=team.high, level=_likely(known, together),
        pooled=together is not None,
    )  # fmt: skip


def _with_share(figure: ItemFigure, at_least: int, invited: int) -> ItemFigure:
    share = figure.favourable
    if share is None or at_least < shares.SHOWN_FROM:
        return figure
    return msgspec.structs.replace(
        figure,
        agree=shares.interval(share, at_least),
        everybody_agrees=shares.with_the_silent(share, at_least, invited),
    )


def _likely(known: Posterior, together: Pool | None, reach: Reach = LEVEL) -> Likely:
    low, high = ends(known, together, reach)
    return Likely(*(min(5.0, max(1.0, end)) for end in (known.mean, low, high)))


def _shown(
    person: float, mean: float, bound: str | None, step: float, at_least: int, invited: int
) -> _Shown:
    bound = bound or "exact"
    blur = rounding_variance(step, coded=bound != "exact")
    return _Shown(midpoint(mean, step, bound), person, blur, at_least, invited)


def _groups(history: History, wave: str) -> frozenset[str]:
    units = history.release(wave).tree.units
    return history.once(
        f"groups {wave}", lambda: frozenset(unit.unit_id for unit in units if unit.group)
    )


def _variances(history: History, wave: str) -> dict[str, float]:
    """Return the wave's released variances inside groups by item, points^2."""

    def read() -> dict[str, float]:
        rows = history.cells_of(wave).filter(
            pl.col("measure").cat.starts_with("sigma2:") & (pl.col("value") > 0)
        )
        pairs = rows.select(pl.col("measure").cast(pl.String).str.strip_prefix("sigma2:"), "value")
        return dict(pairs.iter_rows())

    return history.once(f"variances {wave}", read)


def _pool(history: History, wave: str, item: str) -> Pool | None:
    """Return the wave's groups read together; None under 60 people or 20 shown groups.

    Nor what is said about leaders: nobody learns from a figure of theirs about another's.
    """
    if not history.pools(wave) or item in history.release(wave).manifest.lead:
        return None
    return history.once(f"pool {wave} {item}", lambda: _pooled(history, wave, item))


def _pooled(history: History, wave: str, item: str) -> Pool | None:
    person = _variances(history, wave).get(item, DEFAULT_VARIANCE)
    rows = history.cells_of(wave).filter(
        (pl.col("measure") == f"item:{item}")
        & (pl.col("kind") == "unit")
        & pl.col("mean").is_not_null()
        & pl.col("step").is_not_null()
        & pl.col("unit_id").is_in(list(_groups(history, wave)))
    )
    # Figures are rounded and banded: thousands of groups show a few hundred different ones.
    columns = ("mean", "mean_bound", "step", "at_least", "invited")
    values: list[float] = []
    variances: list[float] = []
    for *numbers, count in rows.group_by(columns, maintain_order=True).len().iter_rows():
        own = _shown(person, *numbers)
        values += [own.x] * count
        variances += [own.variance] * count
    return pool(values, variances)
