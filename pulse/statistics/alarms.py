"""What small weekly moves add up to: an EWMA of each line against its own earlier level.

z_t = lambda x_t + (1 - lambda) z_{t-1}, started at the mean of the 12 weeks before those watched
(Roberts 1959, Technometrics 1, 239-250; NIST/SEMATECH e-Handbook 6.3.2.4). lambda = .2, L = 2.7.
Each week's variance is known from its release and from omega, which all groups share: limits from
twelve own weeks would call a third of healthy teams within half a year. The variance of the
starting level is counted too. A line is flagged where it leaves its limits *and*
Benjamini-Hochberg keeps it at q = .10 over all units and scales of the week.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from pulse.statistics.discoveries import benjamini_hochberg

LAMBDA: Final = 0.2
LIMIT: Final = 2.7
BASELINE: Final = 12  # shown weeks that say where the line was
WATCHED: Final = 12  # and at most as many after them that are watched
FALSE_DISCOVERY: Final = 0.10

Key = tuple[str, str]
AlarmKey = Literal["higher", "lower", "quiet"]
WORDS: Final[dict[AlarmKey, str]] = {
    "higher": "rising for some weeks: worth a talk",
    "lower": "falling for some weeks: worth a talk",
    "quiet": "nothing adds up to more than chance would do",
}


class Alarm(msgspec.Struct, frozen=True):
    """What the newest week of one line says: `z` is the EWMA in its own standard errors."""

    key: AlarmKey
    z: float

    @property
    def words(self) -> str:
        """The alarm as a leader reads it."""
        return WORDS[self.key]


class Watched(NamedTuple):
    """One shown week: its value on 1-5, its variances, and the weekly share omega."""

    value: float
    sampling: float
    rounding: float
    weekly: float

    @property
    def variance(self) -> float:
        """The week's variance around the line's level."""
        return self.weekly * self.sampling + self.rounding


def ewma(values: Iterable[float], start: float, *, smoothing: float = LAMBDA) -> float:
    """Return the exponentially weighted moving average at the last of `values`."""
    average = start
    for value in values:
        average = smoothing * value + (1 - smoothing) * average
    return average


def ewma_variance(variances: Iterable[float], *, smoothing: float = LAMBDA) -> float:
    """Return the variance of an EWMA from a known start: s^2 lambda / (2 - lambda) in the end."""
    total = 0.0
    for variance in variances:
        total = smoothing * smoothing * variance + (1 - smoothing) ** 2 * total
    return total


def departure(line: Sequence[Watched]) -> float | None:
    """Return the EWMA's distance from the line's earlier level in standard errors.

    None where fewer than 13 weeks are shown. Of 24 weeks the first 12 say where the line was.
    """
    before, after = line[:BASELINE], line[BASELINE:]
    if not after:
        return None
    start = sum(week.value for week in before) / BASELINE
    own = sum(week.variance for week in before) / BASELINE**2
    left = (1 - LAMBDA) ** len(after)  # the share of the average that is still the start itself
    variance = ewma_variance(week.variance for week in after) + (1 - left) ** 2 * own
    return (ewma((week.value for week in after), start) - start) / math.sqrt(variance)


def alarms(lines: Iterable[tuple[Key, Sequence[Watched]]]) -> dict[Key, Alarm]:
    """Return what the newest week says of every line that is long enough.

    Args:
        lines: by key, the newest shown weeks of a line, at most 24, oldest first.
    """
    found = {key: z for key, line in lines if (z := departure(line)) is not None}
    p_values = {key: math.erfc(abs(z) / math.sqrt(2)) for key, z in found.items()}
    kept = benjamini_hochberg(p_values, FALSE_DISCOVERY)
    return {key: _alarm(z, likely=key in kept) for key, z in found.items()}


def _alarm(z: float, *, likely: bool) -> Alarm:
    if not likely or abs(z) <= LIMIT:
        return Alarm("quiet", z)
    return Alarm("higher" if z > 0 else "lower", z)
