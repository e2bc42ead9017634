"""The judgement: coverage by band, of the outermost groups, and width against exact figures."""

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import Final

from msgspec import Struct

from pulse.statistics.census import everybody
from pulse.statistics.estimate import EVERYBODY, ends
from pulse.statistics.items import items_of_week
from pulse.statistics.pooling import Posterior, pool
from pulse.statistics.precision import rounding_variance
from tests.bench.coverage.worlds import World

BANDS: Final = ((5, 5), (10, 19), (20, 39), (40, 999))
OUTERMOST: Final = 0.05
FEWEST: Final = 150  # groups that a band needs before its coverage is judged


class Interval(Struct, frozen=True):
    """What a method says of one group: its level, and all of its people this week."""

    low: float
    high: float
    team_low: float
    team_high: float


class Told(Struct, frozen=True):
    """One group's interval beside the truth.

    `exact` is the width of the level's from exact n and means, `team_exact` that of everybody's
    from exact n; means stay rounded there, for everybody's has little else to be unsure of.
    """

    at_least: int
    far: float
    level: bool
    everybody: bool
    width: float
    team_width: float
    exact: float
    team_exact: float


class Row(Struct, frozen=True):
    """The figures of one band or, with `band` "outermost 5 %", of the groups farthest out."""

    band: str
    groups: int
    level: float
    everybody: float
    width: float
    team_width: float
    ratio: float
    team_ratio: float


Method = Callable[[World], list[Interval]]


def ours(world: World) -> list[Interval]:
    """Return the intervals that pages show."""
    found = []
    for truth in world.truths:
        (figure,) = items_of_week(world.history, truth.unit_id)
        if figure.low is None or figure.high is None or figure.level is None:
            raise AssertionError(truth)
        found.append(Interval(figure.level.low, figure.level.high, figure.low, figure.high))
    return found


def exact_widths(world: World) -> list[float]:
    """Return the widths that the same method has where every n and mean is known exactly."""
    known = [
        Posterior(truth.mean, max(world.sigma2, 0.05) / len(truth.said)) for truth in world.truths
    ]
    together = pool([each.mean for each in known], [each.variance for each in known])
    found = []
    for each in known:
        low, high = ends(together.level(*each) if together else each, together)
        found.append(min(5.0, high) - max(1.0, low))
    return found


def exact_team_widths(world: World) -> list[float]:
    """Return the widths of everybody's figure where every n is known, and means as released."""
    sigma2 = max(world.sigma2, 0.05)
    rows = {row["unit_id"]: row for row in world.history.cells.to_dicts()}
    together = pool(
        [truth.mean for truth in world.truths],
        [sigma2 / len(truth.said) for truth in world.truths],
    )
    found = []
    for truth in world.truths:
        row = rows[truth.unit_id]
        blur = rounding_variance(row["step"], coded=row["mean_bound"] != "exact")
        known = everybody(
            together, truth.mean, sampling=sigma2, rounding=blur, sizes=[len(truth.said)],
            invited=truth.invited,
        )  # fmt: skip
        low, high = ends(known, together, EVERYBODY)
        found.append(min(5.0, high) - max(1.0, low))
    return found


def told(worlds: Iterable[World], method: Method) -> list[Told]:
    """Return every group of `worlds` with what `method` says of it."""
    found = []
    for world in worlds:
        exact = zip(exact_widths(world), exact_team_widths(world), strict=True)
        for truth, interval, widths in zip(world.truths, method(world), exact, strict=True):
            found.append(
                Told(
                    truth.at_least, truth.far, interval.low <= truth.level <= interval.high,
                    interval.team_low <= truth.everybody <= interval.team_high,
                    interval.high - interval.low, interval.team_high - interval.team_low,
                    *widths,
                )
            )  # fmt: skip
    return found


def table(groups: Sequence[Told]) -> list[Row]:
    """Return one row per band, one of the outermost groups by their true level, one of all."""
    rows = []
    for low, high in BANDS:
        own = [each for each in groups if low <= each.at_least <= high]
        if own:
            rows.append(_row(f"{low}-{high}" if high != low else f"{low}", own))
    farthest = sorted(groups, key=lambda each: each.far)[-int(len(groups) * OUTERMOST) :]
    return [*rows, _row("outermost 5 %", farthest), _row("all", groups)]


def _row(band: str, groups: Sequence[Told]) -> Row:
    return Row(
        band, len(groups), fmean(each.level for each in groups),
        fmean(each.everybody for each in groups), fmean(each.width for each in groups),
        fmean(each.team_width for each in groups),
        fmean(each.width for each in groups) / fmean(each.exact for each in groups),
        fmean(each.team_width for each in groups) / fmean(each.team_exact for each in groups),
    )  # fmt: skip


def short_of(rows: Sequence[Row], *, slack: float = 0.0) -> list[str]:
    """Return where the rows miss the bar, by more than `slack` standard errors of a coverage."""
    wrong = []
    for row in rows:
        if row.groups < FEWEST and not row.band.startswith("outermost"):
            continue
        low, high = 0.935, 0.965
        if row.band == "5":
            low = 0.925
        if row.band.startswith("outermost"):
            low, high = 0.90, 1.0
        chance = slack * math.sqrt(0.95 * 0.05 / row.groups)
        for name, share in (("level", row.level), ("everybody", row.everybody)):
            if not low - chance <= share <= high + chance:
                wrong.append(f"{row.band}: {name} {share:.3f}")
        for name, ratio in (("level", row.ratio), ("everybody", row.team_ratio)):
            if ratio > 1.25:
                wrong.append(f"{row.band}: {name}'s width {ratio:.2f} of exact")
    return wrong
