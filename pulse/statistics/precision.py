"""How precise a released mean is, given only its band, its step and public headcounts.

A published item row says "at least b" people and a mean rounded to a step s. Sampling and
rounding both blur it: v = sigma^2 / n_h + s^2 / 12, where n_h is the harmonic mean over the n
that the band allows (uniform rounding error: Sheppard 1898; simulated for this project).
"""

from functools import cache
from typing import Final

BAND: Final = 5
DEFAULT_VARIANCE: Final = 1.1  # points^2 on 1-5; used and said where no root diagnostic exists
ITEM_CORRELATION: Final = 0.5  # within a scale: alpha .80 at four items (Spearman-Brown)
STABLE_SHARE: Final = 0.5  # of a person's variance that stays from week to week
Z95: Final = 1.959963984540054
Z80: Final = 1.2815515655446004


@cache
def band_sizes(at_least: int, invited: int) -> range:
    """Return every n that is published as "at least `at_least`" in a unit of `invited`.

    The band is b = floor5(min(n, invited - 2)), so the topmost band reaches the headcount.
    """
    top = at_least + BAND - 1
    if invited - 2 <= top:
        top = invited
    return range(at_least, max(at_least, top) + 1)


@cache
def harmonic_size(at_least: int, invited: int) -> float:
    """Return the harmonic mean of the n that the band allows (at least 1)."""
    sizes = [max(1, n) for n in band_sizes(at_least, invited)]
    return len(sizes) / sum(1 / n for n in sizes)


def rounding_variance(step: float, *, coded: bool) -> float:
    """Return the variance of the rounding error of one item mean, in points^2.

    A coded mean lies anywhere within 1.5 steps of the end of the answers.
    """
    width = 1.5 * step if coded else step
    return width * width / 12


def midpoint(mean: float, step: float, bound: str) -> float:
    """Return the value that stands for a released item mean, 1-5.

    "1+s or less" means a true mean in [1, 1 + 1.5 s], "5-s or more" one in [5 - 1.5 s, 5].
    """
    if bound == "at_most":
        return 1 + 0.75 * step
    if bound == "at_least":
        return 5 - 0.75 * step
    return mean


def to_hundred(mean: float) -> float:
    """Return a 1-5 mean on the 0-100 scale that leaders see."""
    return 25 * (mean - 1)
