"""How often to ask: weekly, or fortnightly once clearly fewer people answer than before.

The *four-week rate* is what was counted in four released waves one after another, over what was
invited in them. After each wave the newest is compared with the *yardstick*: the highest
four-week rate of four waves that ended before the newest four began, within the last 26 waves.

- More than 15 points below it: fortnightly.
- From then on weekly again once the newest rate is at most 5 points below the yardstick. Where a
  level is simply the new one, the yardstick itself comes down after half a year.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import msgspec

from pulse.rhythm.schedule import Cadence

WINDOW: Final = 4
MEMORY: Final = 26
FALLS: Final = Fraction(15, 100)
RECOVERS: Final = Fraction(5, 100)


class Asked(msgspec.Struct, frozen=True):
    """A released wave's public counts: people invited, answers counted."""

    wave: str
    invited: int
    counted: int


class Pace(msgspec.Struct, frozen=True):
    """Weeks from one wave to the next (0: none is asked), and the reason in words."""

    weeks: int
    why: str


def pace(cadence: Cadence, asked: Sequence[Asked]) -> Pace:
    """Return how often to ask.

    Args:
        cadence: the setting.
        asked: the released waves, oldest first.
    """
    if cadence == "off":
        return Pace(0, "No week opens by itself: the setting cadence is off.")
    if cadence != "automatic":
        return Pace(1 if cadence == "weekly" else 2, f"{cadence.capitalize()}, as set.")
    return _automatic(asked)


def _automatic(asked: Sequence[Asked]) -> Pace:
    found = Pace(1, "Weekly: there is no earlier four-week rate to compare with yet.")
    for count in range(2 * WINDOW, len(asked) + 1):
        found = _after(found, asked[max(0, count - MEMORY) : count])
    return found


def _after(before: Pace, seen: Sequence[Asked]) -> Pace:
    """Return the pace after one more wave; `seen` holds at least two windows."""
    now = _rate(seen[-WINDOW:])
    earlier = [_rate(seen[first : first + WINDOW]) for first in range(len(seen) - 2 * WINDOW + 1)]
    best = max(earlier)
    told = f"{_percent(now)} answered in the last four waves, {_percent(best)} at best before"
    if best - now > FALLS:
        return Pace(2, f"Fortnightly: {told}.")
    if before.weeks > 1 and best - now > RECOVERS:
        return Pace(2, f"Fortnightly until it comes within 5 points again: {told}.")
    return Pace(1, f"Weekly: {told}.")


def _rate(window: Sequence[Asked]) -> Fraction:
    invited = sum(each.invited for each in window)
    return Fraction(sum(each.counted for each in window), invited) if invited else Fraction(0)


def _percent(rate: Fraction) -> str:
    return f"{round(100 * rate)} %"
