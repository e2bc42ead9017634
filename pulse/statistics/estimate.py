"""A figure with the interval it is shown with, and how that interval is drawn."""

import math
from typing import Final, NamedTuple

import msgspec

from pulse.statistics.pooling import Pool, Posterior
from pulse.statistics.precision import Z95, to_hundred


class Reach(NamedTuple):
    """How far a pooled interval goes, in standard deviations: away from the other groups, and in.

    Together 5 % lie beyond the two. Pulling in would otherwise leave out the true outliers: of
    levels, even ends hold two in three of the outermost groups (tests/bench/coverage).
    """

    far: float
    near: float


LEVEL: Final = Reach(3.2905267314919255, 1.6448536269514722)  # .05 % beyond, and 5 %
EVERYBODY: Final = Reach(2.3263478740408408, 1.7506860712521692)  # 1 % and 4 %: pulled in by less
# Which side is away is known only as surely as the group lies on one side of the others' centre:
# the ends change over within half a standard deviation of it, smoothly.
_STEEP: Final = 4.0


class Estimate(msgspec.Struct, frozen=True):
    """A figure on 0-100 with its 95 % interval, clipped to the scale."""

    value: float
    low: float
    high: float


def ends(known: Posterior, pool: Pool | None, reach: Reach = LEVEL) -> tuple[float, float]:
    """Return the ends of the 95 % interval of what is known, drawn outwards in a pool.

    Both rise with the mean, and a little more of it moves them by little.
    """
    deviation = math.sqrt(known.variance)
    if pool is None or not deviation:
        return known.mean - Z95 * deviation, known.mean + Z95 * deviation
    above = 0.5 + 0.5 * math.erf(_STEEP * (known.mean - pool.centre) / deviation / math.sqrt(2))
    upwards = reach.near + (reach.far - reach.near) * above
    downwards = reach.near + reach.far - upwards
    return known.mean - downwards * deviation, known.mean + upwards * deviation


def on_hundred(known: Posterior, pool: Pool | None, reach: Reach = LEVEL) -> Estimate:
    """Return what is known on 1-5 as leaders see it, on 0-100."""
    low, high = ends(known, pool, reach)
    return Estimate(*(clip(to_hundred(end)) for end in (known.mean, low, high)))


def clip(value: float) -> float:
    """Return a figure within 0-100."""
    return min(100.0, max(0.0, value))
