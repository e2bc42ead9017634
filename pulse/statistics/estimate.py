"""A figure with the interval it is shown with, and how that interval is drawn."""

import math
from typing import Final

import msgspec

from pulse.statistics.pooling import Pool, Posterior
from pulse.statistics.precision import Z95, to_hundred

# The two ends of a pooled interval, in standard deviations: away from the other groups it goes
# out to where .05 % lie beyond, towards them to where 4.5 % do. It holds 95.5 % as a whole, and
# nine in ten of the outermost groups too, which pulling in would otherwise leave out (the plain
# 2.5 % on either side hold two in three of them; tests/bench/coverage).
FAR: Final = 3.2905267314919255
NEAR: Final = 1.6953977102721358


class Estimate(msgspec.Struct, frozen=True):
    """A figure on 0-100 with its 95 % interval, clipped to the scale."""

    value: float
    low: float
    high: float


def ends(known: Posterior, pool: Pool | None) -> tuple[float, float]:
    """Return the ends of the 95 % interval of what is known, drawn outwards in a pool."""
    deviation = math.sqrt(known.variance)
    if pool is None:
        return known.mean - Z95 * deviation, known.mean + Z95 * deviation
    if known.mean < pool.centre:
        return known.mean - FAR * deviation, known.mean + NEAR * deviation
    return known.mean - NEAR * deviation, known.mean + FAR * deviation


def on_hundred(known: Posterior, pool: Pool | None) -> Estimate:
    """Return what is known on 1-5 as leaders see it, on 0-100."""
    low, high = ends(known, pool)
    return Estimate(*(clip(to_hundred(end)) for end in (known.mean, low, high)))


def clip(value: float) -> float:
    """Return a figure within 0-100."""
    return min(100.0, max(0.0, value))
