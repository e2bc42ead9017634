"""The answer to "did it help", in plain words with its interval."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from pulse.statistics.change import SAME_WITHIN

NOTE: Final = SAME_WITHIN  # 0-100 points: smaller changes are none of note, as for tiles

Key = Literal["helped", "no_difference", "lower", "cannot_tell"]
Why = Literal["", "small", "early", "alone", "unclear"]

WORDS: Final[Mapping[Key, str]] = {
    "helped": "likely helped",
    "no_difference": "likely no difference of note",
    "lower": "lower afterwards",
    "cannot_tell": "cannot tell",
}
SMALL: Final = (
    "Cannot tell: in an organisation of fewer than 60 people a change of one team says too little."
)
EARLY: Final = (
    "Cannot tell yet: that takes eight weeks with figures before it began, and eight after."
)
ALONE: Final = (
    "Cannot tell: that takes five other teams that tried nothing for this, with figures in the "
    "same weeks."
)
MEANING: Final = (
    "Teams often begin something when a figure is low, and low figures tend to come back by "
    "themselves. So the answer is against how other teams went on that were as low and did not "
    "begin it. What else began in this unit in those weeks counts in too."
)


class Effect(msgspec.Struct, frozen=True):
    """What is known of a practice, in 0-100 points.

    `estimate`: how much higher the figure was after than it would have been, on average over the
    weeks after, with its 95 % interval `low` to `high`; None where `why` is small, early or alone.
    `before`, `after`: weeks used on each side. `teams`: teams with the practice that were used,
    `compared`: teams without. `why` says what keeps us from telling.
    """

    key: Key
    why: Why = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    before: int = 0
    after: int = 0
    teams: int = 0
    compared: int = 0

    @property
    def words(self) -> str:
        """The answer in two to five words."""
        return WORDS[self.key]

    @property
    def sentence(self) -> str:
        """The answer in one plain sentence, with its interval where there is one."""
        if self.estimate is None or self.low is None or self.high is None:
            return {"small": SMALL, "alone": ALONE}.get(self.why, EARLY)
        between = _between(self.low, self.high)
        if self.key == "helped":
            return f"It likely helped: {_points(round(self.estimate))} on average, {between}."
        if self.key == "lower":
            return f"Lower afterwards: {_points(round(self.estimate))} on average, {between}."
        if self.key == "no_difference":
            return (
                f"Likely no difference of note, that is of {NOTE:.0f} points or more: what fits "
                f"the figures lies {between}."
            )
        return f"Cannot tell: what fits the figures lies {between}."


def key_of(low: float, high: float) -> Key:
    """Tell from an interval: small first, then on which side of no change it lies, if on one."""
    if low > -NOTE and high < NOTE:
        return "no_difference"
    if low > 0:
        return "helped"
    return "lower" if high < 0 else "cannot_tell"


def _between(low: float, high: float) -> str:
    """Say an interval: "between 2 and 9 points higher", "between 3 points lower and 1 higher"."""
    least, most = round(low), round(high)
    if least * most > 0:
        small, large = sorted((abs(least), abs(most)))
        return f"between {small} and {large} points {'higher' if most > 0 else 'lower'}"
    if least == most == 0:
        return "within half a point of no change"
    if not least:
        return f"between no change and {_points(most)}"
    return f"between {_points(least)} and {f'{most} higher' if most else 'no change'}"


def _points(whole: int) -> str:
    """Say a change in whole points: "3 points lower", "1 point higher", "no change"."""
    if not whole:
        return "no change"
    many = "s" * (abs(whole) > 1)
    return f"{abs(whole)} point{many} {'higher' if whole > 0 else 'lower'}"
