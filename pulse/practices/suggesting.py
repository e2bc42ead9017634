"""What could be tried: at most two practices for what is low or falling in a unit.

It knows released figures only, as its caller read them, and no answers, no people and no other
unit. Where nothing is low or falling, nothing is suggested: a card that always hangs there is not
read.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from pulse.instrument.practices import Practice

AT_MOST: Final = 2
LOW: Final = 60.0  # 0-100 points; nearer to "neither" than to "agree"


class Reading(NamedTuple):
    """One scale of a unit as released: `value` 0-100, None where hidden; `falling`: likely real."""

    scale: str
    name: str
    value: float | None
    falling: bool = False


class Suggestion(NamedTuple):
    """A practice and the figure that it is suggested for, in words."""

    practice: Practice
    why: str


def suggest(
    readings: Iterable[Reading],
    practices: Iterable[Practice],
    *,
    trying: Collection[str] = (),
    tried: Collection[str] = (),
    at_most: int = AT_MOST,
) -> tuple[Suggestion, ...]:
    """Return at most two practices, for what is falling first and then for what is lowest.

    Args:
        readings: the unit's scales.
        practices: all cards.
        trying: ids that the unit tries now; they are not suggested again.
        tried: ids that it tried before; they come last.
        at_most: how many more it may begin.
    """
    needs = _needs(readings)
    shelves = [(need, _shelf(need.scale, practices, trying, tried)) for need in needs]
    found: list[Suggestion] = []
    for turn in range(AT_MOST):
        for need, shelf in shelves:
            if turn < len(shelf) and len(found) < min(at_most, AT_MOST):
                found.append(Suggestion(shelf[turn], _why(need)))
    return tuple(found)


def _needs(readings: Iterable[Reading]) -> list[Reading]:
    shown = [(reading, reading.value) for reading in readings if reading.value is not None]
    asked = [(r, value) for r, value in shown if r.falling or value < LOW]
    return [r for r, _ in sorted(asked, key=lambda pair: (not pair[0].falling, pair[1]))]


def _shelf(
    scale: str, practices: Iterable[Practice], trying: Collection[str], tried: Collection[str]
) -> Sequence[Practice]:
    """Return the cards of a scale: new ones first, then such as can be looked at, then short."""
    own = [each for each in practices if each.scale == scale and each.id not in trying]
    return sorted(own, key=lambda p: (p.id in tried, not p.outcome, p.minutes, p.id))


def _why(need: Reading) -> str:
    if need.falling:
        return f"{need.name} is lower than in the four weeks before, and likely so"
    return f"{need.name} is at {need.value:.0f} of 100"
