"""The organisation as a whole: how its scales hold, and what goes together with energy.

Read from released diagnostics, which exist from 100 people and ten groups on (200 for what goes
together). A single week's figures are unsteady, so means over the last twenty weeks are told.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
import polars as pl

from pulse.statistics.agreement import rwg_j
from pulse.statistics.history import History

WEEKS: Final = 20  # a full rotation: each statement is asked five times, each scale alone once
LEAST_BETWEEN: Final = 0.05  # printed ends of ICC(1): so much or less, so much or more
MOST_BETWEEN: Final = 0.5
EXPLAINED: Final = 0.05  # of an outcome's differences; chance alone makes about .02
ENOUGH: Final = 0.7  # Nunnally 1978: for comparing groups, not for judging anybody


class ScaleQuality(msgspec.Struct, frozen=True):
    """How a scale holds in the whole organisation; None where it was not released.

    `alpha`, `omega`: the newest of the last twenty weeks, of the statements asked in `wave`.
    `between`: ICC(1), the share of people's differences that lies between teams, mean over weeks.
    `tells_apart`: ICC(2), how reliably means tell teams apart. `agreement`: r_wg(j) of the scale's
    statements inside teams; read it against what random answers reach, never against .70.
    """

    scale: str
    wave: str | None = None
    alpha: float | None = None
    omega: float | None = None
    between: float | None = None
    tells_apart: float | None = None
    agreement: float | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The quality in plain sentences, none where nothing was released."""
        told = []
        if self.omega is not None:
            told.append(
                "Its statements belong together; their mean can be read as one figure."
                if self.omega >= ENOUGH
                else "Its statements hold together loosely; read them one by one."
            )
        if self.between is not None:
            told.append(
                f"{_parts(self.between)} of the differences between people's answers lie between "
                "teams, the rest inside them."
            )
        return tuple(told)


class Together(msgspec.Struct, frozen=True):
    """A statement and how much of an outcome's differences goes together with it.

    `share`: Johnson's relative weight, 0-1, mean over the `weeks` in which both were asked.
    """

    outcome: str
    item: str
    share: float
    weeks: int

    @property
    def words(self) -> str:
        """The share in plain words; together is never because of."""
        if self.share < 0.01:  # noqa: PLR2004 - what rounding alone could make
            return "does not go together with it"
        return f"goes together with {round(100 * self.share)} in 100 parts of its differences"


def _parts(between: float) -> str:
    if between <= LEAST_BETWEEN:
        return "5 or fewer in 100 parts"
    if between >= MOST_BETWEEN:
        return "50 or more in 100 parts"
    return f"About {round(100 * between)} in 100 parts"


def scale_quality(history: History) -> tuple[ScaleQuality, ...]:
    """Return the quality of each scale, in the survey's order; empty figures where none is."""
    rows = _recent(history)
    return tuple(_quality(history, rows, scale) for scale in history.instrument.scales)


def goes_together(history: History) -> tuple[Together, ...]:
    """Return what goes together with energy, the largest share first; empty under 200 people.

    Empty too where all of it together explains so little that chance alone might.
    """
    found: dict[tuple[str, str], list[float]] = {}
    explained: dict[str, list[float]] = {}
    for _, measure, value in _recent(history):
        name, *about = measure.split(":")
        if name == "driver":
            found.setdefault((about[0], about[1]), []).append(value)
        elif name == "r2":
            explained.setdefault(about[0], []).append(value)
    told = (
        Together(outcome, item, _mean(values), len(values))
        for (outcome, item), values in found.items()
        if _mean(explained.get(outcome, [1.0])) >= EXPLAINED
    )
    return tuple(sorted(told, key=lambda each: (-each.share, each.item)))


def _recent(history: History) -> list[tuple[str, str, float]]:
    """Return (wave, measure, value) of the last twenty waves' diagnostics, oldest first."""
    rows = history.cells.filter(
        (pl.col("kind") == "diag") & pl.col("wave").is_in(history.waves[-WEEKS:])
    )
    return list(rows.sort("wave").select("wave", "measure", "value").iter_rows())


def _quality(history: History, rows: Iterable[tuple[str, str, float]], scale: str) -> ScaleQuality:
    found: dict[str, list[float]] = {}
    wave = None
    variance: dict[str, float] = {}
    for week, measure, value in rows:
        name, _, about = measure.partition(":")
        if about == scale:
            found.setdefault(name, []).append(value)
            wave = week if name == "alpha" else wave
        elif name == "sigma2" and about in history.instrument.items:
            item = history.instrument.items[about]
            variance |= {about: value} if item.scale == scale else {}
    return ScaleQuality(
        scale=scale,
        wave=wave,
        alpha=found["alpha"][-1] if "alpha" in found else None,
        omega=found["omega"][-1] if "omega" in found else None,
        between=_mean(found["icc1"]) if "icc1" in found else None,
        tells_apart=_mean(found["icc2"]) if "icc2" in found else None,
        agreement=rwg_j(list(variance.values())) if variance else None,
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
