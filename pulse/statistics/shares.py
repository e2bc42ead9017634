"""How many agree, as an interval: from a share in coarse steps and a band instead of a count.

Wilson's score interval (Newcombe 1998, Stat. Med. 17, 857-872, method 3), from its lower bound at
the smallest share that is released so to its upper bound at the largest, with n = b. Beside it
what the silent could change: of N invited n answered, so between n p / N and (n p + N - n) / N of
all people agree, whoever the silent are.
"""

import math
from typing import Final, NamedTuple

from pulse.statistics.precision import Z95

SHOWN_FROM: Final = 20  # the band from which shares are released at all
_FINE_FROM: Final = 40


class Range(NamedTuple):
    """A range of shares in percent."""

    low: float
    high: float


def wilson(share: float, n: float, *, z: float = Z95) -> Range:
    """Return Wilson's interval of a share (0-1) among `n` people, as shares 0-1."""
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Range(max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))


def agresti_coull(share: float, n: float, *, z: float = Z95) -> Range:
    """Return Agresti and Coull's interval (1998, Am. Stat. 52, 119-126), Wilson's plain cousin."""
    wide = n + z * z
    centre = (share * n + z * z / 2) / wide
    half = z * math.sqrt(centre * (1 - centre) / wide)
    return Range(max(0.0, centre - half), min(1.0, centre + half))


def possible(percent: float, at_least: int) -> Range:
    """Return the exact shares that are released as `percent`; the first and last are open."""
    step = 5.0 if at_least >= _FINE_FROM else 10.0
    low = 0.0 if percent <= step else percent - step / 2
    return Range(low, 100.0 if percent >= 100 - step else percent + step / 2)


def interval(percent: float, at_least: int) -> Range:
    """Return the 95 % interval of a released share, percent, for how such a unit agrees.

    Args:
        percent: as released, a multiple of the step of its band.
        at_least: the band, at least 20.
    """
    known = possible(percent, at_least)
    low, high = wilson(known.low / 100, at_least).low, wilson(known.high / 100, at_least).high
    return Range(100 * low, 100 * high)


def with_the_silent(percent: float, at_least: int, invited: int) -> Range:
    """Return the least and the most of all `invited` people, percent, who may agree.

    n = b is the widest of all n in the band on both sides.
    """
    known = possible(percent, at_least)
    silent = max(0, invited - at_least)
    low = at_least * known.low / invited
    return Range(low, min(100.0, (at_least * known.high + 100 * silent) / invited))
