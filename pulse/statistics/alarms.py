"""What small weekly moves add up to: an EWMA of each line against its own earlier level.

z_t = lambda x_t + (1 - lambda) z_{t-1}, started at the mean of the 12 weeks before those watched
(Roberts 1959, Technometrics 1, 239-250; NIST/SEMATECH e-Handbook 6.3.2.4). lambda = .2, L = 2.7.
Each week's variance is known from its release and from omega, which all groups share: limits from
twelve own weeks would call a third of healthy teams within half a year. The variance of the
starting level is counted too. A line is flagged where it leaves its limits, has moved by half a
small effect at least, *and* Benjamini-Hochberg keeps it at q = .10 over all units and scales of
the week.

An average follows its weeks late, and it tells of a level and not of a slope: so a flag says that
a line is lower than it used to be, never that it is falling, and `beside_line` and `beside_figure`
hold it to what is drawn and to the figure above it. That counts weeks near the end of the answers,
which the line and the average leave out: the two may lie on either side of the earlier level.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import structs

from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.precision import harmonic_size
from pulse.terms import N_

LAMBDA: Final = 0.2
LIMIT: Final = 2.7
BASELINE: Final = 12  # shown weeks that say where the line was
WATCHED: Final = 12  # and at most as many after them that are watched
FALSE_DISCOVERY: Final = 0.10
LEAST_MOVE: Final = 0.1  # points on 1-5; what is less is nobody's talk, however certain

Key = tuple[str, str]
AlarmKey = Literal["higher", "lower", "quiet"]
THAN: Final = "than it used to be"
WORDS: Final[dict[AlarmKey, str]] = {
    "higher": N_("higher than it used to be"),
    "lower": N_("lower than it used to be"),
    "quiet": "nothing adds up to more than chance would do",
}
TURNED: Final[dict[AlarmKey, str]] = {"higher": "going back down", "lower": "coming back"}
TURNING: Final[dict[AlarmKey, str]] = {
    "higher": N_("higher than it used to be and going back down"),
    "lower": N_("lower than it used to be and coming back"),
}
RECENT: Final = 5  # weeks at the end of a line that show where it points
VISIBLE: Final = 1.0  # 0-100 points; a smaller turn is not seen in a drawing


class Alarm(msgspec.Struct, frozen=True):
    """What the newest week of one line says.

    `moved` is how far the EWMA is from `before`, the line's earlier level, points on 0-100; `z`
    the same in its own standard errors. `turned`: the line that is drawn points back by now.
    """

    key: AlarmKey
    z: float
    moved: float
    before: float
    turned: bool = False

    @property
    def words(self) -> str:
        """The alarm as a leader reads it, without a colon; it may stand behind one."""
        return TURNING[self.key] if self.turned else WORDS[self.key]


class Watched(NamedTuple):
    """One shown week: its value on 1-5, its variances, the weekly share omega, and its band."""

    value: float
    sampling: float
    rounding: float
    weekly: float
    at_least: int
    invited: int

    @property
    def variance(self) -> float:
        """The week's variance around the line's level, for an alarm on the safe side.

        Who is silent in one week and answers in another takes along what lastingly sets them
        apart: for that the lasting part counts with the share that may be silent.
        """
        size = harmonic_size(self.at_least, self.invited)
        silent = max(0.0, 1 - size / self.invited)
        passing = self.weekly + (1 - self.weekly) * silent
        return passing * self.sampling + self.rounding


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


class Departure(NamedTuple):
    """How far an EWMA is from the line's earlier level `start`, points on 1-5, and its variance."""

    start: float
    moved: float
    variance: float

    @property
    def z(self) -> float:
        """The departure in its own standard errors."""
        return self.moved / math.sqrt(self.variance)


def departure(line: Sequence[Watched]) -> Departure | None:
    """Return the EWMA's distance from the line's earlier level.

    None where fewer than 13 weeks are shown. Of 24 weeks the first 12 say where the line was.
    """
    before, after = line[:BASELINE], line[BASELINE:]
    if not after:
        return None
    start = sum(week.value for week in before) / BASELINE
    own = sum(week.variance for week in before) / BASELINE**2
    left = (1 - LAMBDA) ** len(after)  # the share of the average that is still the start itself
    variance = ewma_variance(week.variance for week in after) + (1 - left) ** 2 * own
    return Departure(start, ewma((week.value for week in after), start) - start, variance)


def alarms(lines: Iterable[tuple[Key, Sequence[Watched]]]) -> dict[Key, Alarm]:
    """Return what the newest week says of every line that is long enough.

    Args:
        lines: by key, the newest shown weeks of a line, at most 24, oldest first.
    """
    found = {key: told for key, line in lines if (told := departure(line)) is not None}
    p_values = {key: math.erfc(abs(told.z) / math.sqrt(2)) for key, told in found.items()}
    kept = benjamini_hochberg(p_values, FALSE_DISCOVERY)
    return {key: _alarm(told, likely=key in kept) for key, told in found.items()}


def _alarm(told: Departure, *, likely: bool) -> Alarm:
    key: AlarmKey = "quiet"
    if likely and abs(told.z) > LIMIT and abs(told.moved) >= LEAST_MOVE:
        key = "higher" if told.moved > 0 else "lower"
    return Alarm(key, told.z, 25 * told.moved, 25 * (told.start - 1))


def beside_line(alarm: Alarm, drawn: Sequence[float]) -> Alarm:
    """Return the alarm as it may stand beside the line that is drawn.

    Where the line is back at its earlier level nothing is told any more; where it visibly points
    back there, the alarm says so.

    Args:
        alarm: what the newest week adds up to.
        drawn: the line's level in its shown weeks, 0-100, oldest first.
    """
    if alarm.key == "quiet" or not drawn:
        return alarm
    sign = 1 if alarm.key == "higher" else -1
    away = [sign * (value - alarm.before) for value in drawn[-RECENT:]]
    if away[-1] <= 0:
        return structs.replace(alarm, key="quiet")
    back = away[-1] <= away[-2] if len(away) > 1 else False
    return structs.replace(alarm, turned=back and max(away) - away[-1] >= VISIBLE)


def beside_figure(alarm: Alarm, figure: float | None) -> Alarm:
    """Return the alarm as it may stand beside the unit's figure: quiet where that denies it.

    Args:
        alarm: what the newest week adds up to.
        figure: the unit's newest four weeks, 0-100; None where they are hidden.
    """
    if figure is None or alarm.key == "quiet":
        return alarm
    away = figure - alarm.before if alarm.key == "higher" else alarm.before - figure
    return alarm if away > 0 else structs.replace(alarm, key="quiet", turned=False)
