"""Two figures of four weeks beside each other: how far apart, and whether that is likely real.

The difference of the two shown figures, and a 95 % interval of how far apart such units are, by
adding the variances that their blocks carry. Those are of the answers as they came, without the
finite population correction and without the pool: another month's people would differ too, and the
uneven interval of a pooled figure has no one standard error. A unit and the organisation above it
share people, which only makes the true interval narrower: what is called real here would be called
so with the exact covariance too (Casella & Berger 2002, section 4.5). Of many differences looked at
together, Benjamini-Hochberg keeps those that may be called real.
"""

import math
from collections.abc import Hashable, Mapping
from typing import Final, Literal, NamedTuple, TypeVar

import msgspec

from pulse.statistics.change import FALSE_DISCOVERY, SAME_WITHIN
from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.precision import Z95
from pulse.statistics.scales import Block

Key = TypeVar("Key", bound=Hashable)
ContrastKey = Literal["higher", "lower", "same", "unclear"]
WORDS: Final[Mapping[ContrastKey, str]] = {
    "higher": "higher, likely real",
    "lower": "lower, likely real",
    "same": "about the same",
    "unclear": "cannot tell",
}


class Contrast(msgspec.Struct, frozen=True):
    """One estimate minus another, in points of 0-100, with its 95 % interval."""

    key: ContrastKey
    difference: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The difference as a leader reads it."""
        return WORDS[self.key]

    @property
    def interval(self) -> str:
        """Its interval with signs: "-8 to +2"."""
        return f"{signed(self.low)} to {signed(self.high)}"


def signed(value: float) -> str:
    """Return a difference as a whole number with its sign; a true minus, no sign at 0."""
    whole = round(value)
    if whole == 0:
        return "0"
    return f"+{whole}" if whole > 0 else f"\N{MINUS SIGN}{-whole}"


class Figure(NamedTuple):
    """A shown figure, 0-100, with the variance of the answers behind it, points^2."""

    value: float
    variance: float


def figure(block: Block | None) -> Figure | None:
    """Return what a block brings to a comparison, None where it is hidden."""
    if block is None or block.estimate is None or block.variance is None:
        return None
    return Figure(block.estimate.value, block.variance)


def contrasts(pairs: Mapping[Key, tuple[Figure, Figure]], *, calls: bool) -> dict[Key, Contrast]:
    """Return the first of each pair minus the second; `calls` allows to call any of them real."""
    found = {key: _spread(*pair) for key, pair in pairs.items()}
    p_values = {
        key: math.erfc(abs(difference) / spread / math.sqrt(2))
        for key, (difference, spread) in found.items()
    }
    real = benjamini_hochberg(p_values, FALSE_DISCOVERY) if calls else frozenset()
    return {key: _named(*told, likely=key in real) for key, told in found.items()}


def _spread(one: Figure, other: Figure) -> tuple[float, float]:
    return one.value - other.value, max(math.sqrt(one.variance + other.variance), 1e-9)


def _named(difference: float, spread: float, *, likely: bool) -> Contrast:
    low, high = difference - Z95 * spread, difference + Z95 * spread
    key: ContrastKey = "unclear"
    if likely and low * high > 0:
        key = "higher" if difference > 0 else "lower"
    elif low >= -SAME_WITHIN and high <= SAME_WITHIN:
        key = "same"
    return Contrast(key, difference, low, high)
