"""A unit beside its organisation, in units that mean the same for every scale.

The effect is the difference over sigma, the standard deviation of one person's answer inside the
organisation's groups (Cohen 1988, 2.2: .2 small, .5 medium, .8 large), frozen with the item levels
so that a moving yardstick makes no news.

With every unit and scale of a week looked at, some differ by chance alone: higher and lower are
said of those that Benjamini-Hochberg keeps at q = .10, and of them only where the interval shown
excludes no difference.
"""

import math
from collections.abc import Mapping
from typing import Final, Literal

import msgspec
import polars as pl

from pulse.statistics.adjustment import FROZEN, spans, variances
from pulse.statistics.blocks import BlockRow
from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.estimate import ends
from pulse.statistics.history import History
from pulse.statistics.pooling import Posterior
from pulse.statistics.precision import DEFAULT_VARIANCE

SMALL: Final = 0.2
FALSE_DISCOVERY: Final = 0.10
_SIZES: Final = (
    (SMALL, "by less than a small step"),
    (0.5, "by a small step"),
    (0.8, "by a medium step"),
    (math.inf, "by a large step"),
)

Key = tuple[str, str]
ComparisonKey = Literal["higher", "lower", "same", "unclear"]


class Comparison(msgspec.Struct, frozen=True):
    """A unit's last block against the organisation's: points on 0-100, effect in sigmas.

    `low` and `high` are the 95 % interval of `effect`.
    """

    key: ComparisonKey
    points: float
    effect: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The comparison as a leader reads it."""
        if self.key == "same":
            return "about the same as the organisation"
        if self.key == "unclear":
            return "cannot tell from the organisation"
        size = next(words for top, words in _SIZES if abs(self.effect) < top)
        return f"likely {self.key} than the organisation, {size}"


def within_variance(history: History, scale: str) -> float:
    """Return sigma^2 inside the organisation's groups for one answer of a scale, points^2.

    The mean of the released values of its items over the waves that item levels are taken from;
    1.1 where none is released.
    """
    items = [item.id for item in history.instrument.items.values() if item.scale == scale]
    waves = spans(history)[-1] if history.waves else ()
    start = max(0, (len(waves) - 1) // FROZEN - 1) * FROZEN
    window = list(waves[start : start + FROZEN])
    known = history.once("sigma2", lambda: variances(history))
    own = known.filter(pl.col("wave").is_in(window) & pl.col("item").is_in(items))["sigma2"]
    return sum(own) / len(own) if len(own) else DEFAULT_VARIANCE


def apart(pairs: Mapping[Key, tuple[BlockRow, BlockRow]]) -> frozenset[Key]:
    """Return the units and scales of which it may be said that they differ from the organisation.

    Each block stands as it is released, not drawn towards the others. The unit's people are part
    of the organisation; their variances are added as if they were not, which errs on the side of
    "cannot tell".

    Args:
        pairs: by unit and scale, the unit's block and the organisation's.
    """
    p_values = {}
    for key, (own, whole) in pairs.items():
        z = (own.mean - whole.mean) / math.sqrt(own.variance + whole.variance)
        p_values[key] = math.erfc(abs(z) / math.sqrt(2))
    return benjamini_hochberg(p_values, FALSE_DISCOVERY)


def compared(known: Posterior, whole: BlockRow, sigma2: float, *, likely: bool) -> Comparison:
    """Return a unit's figure beside the organisation's.

    Variances are added as in `apart`: another month's people would differ too.

    Args:
        known: the unit's figure on 1-5 and the variance of its block.
        whole: the organisation's block.
        sigma2: as `within_variance` returns it.
        likely: whether `apart` kept it among all.
    """
    unit = Posterior(known.mean, known.variance + whole.variance)
    sigma = math.sqrt(sigma2)
    low, high = ((end - whole.mean) / sigma for end in ends(unit, None))
    effect = (known.mean - whole.mean) / sigma
    key: ComparisonKey = "unclear"
    if likely and (low > 0 or high < 0):
        key = "higher" if effect > 0 else "lower"
    elif low >= -SMALL and high <= SMALL:
        key = "same"
    return Comparison(key, 25 * (known.mean - whole.mean), effect, low, high)
