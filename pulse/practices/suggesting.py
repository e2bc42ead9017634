"""What could be tried: at most two practices for what is likely low in a unit, or lower.

A figure alone is no reason: answers lie around 60 of 100 nearly everywhere, and an estimate under
any such line is as often noise. A scale is a reason where its interval, a test or the organisation
says so. Where nothing does, one card is offered as that, and only while nothing is being tried.
It knows released figures only, as its caller read them, and no answers and no people.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from pulse.instrument.practices import Practice

AT_MOST: Final = 2
ANYWAY: Final = "Nothing is likely low or lower here; {name} has the most room"
MIDDLE: Final = 50.0  # 0-100 points; under it, disagreement outweighs agreement


class Reading(NamedTuple):
    """One scale of a unit as released: `value` and the upper end of its interval, 0-100.

    `value` is None where hidden. `falling`: likely lower than in the block before. `lasting`:
    lower than it used to be, and not on its way back. `behind`: likely lower than the
    organisation.
    """

    scale: str
    name: str
    value: float | None
    high: float = 100.0
    falling: bool = False
    lasting: bool = False
    behind: bool = False

    @property
    def why(self) -> str:
        """The first reason there is to try something, in words; empty for none."""
        return next((words for words in self._reasons if words), "")

    @property
    def rank(self) -> int:
        """How far behind other reasons it comes: 0 for a fall."""
        return len(tuple(takewhile(lambda words: not words, self._reasons)))

    @property
    def _reasons(self) -> tuple[str, ...]:
        told = (
            (self.falling, "is lower than in the four weeks before, and likely so"),
            (self.lasting, "is lower than it used to be"),
            (self.behind, "is likely lower than in the whole organisation"),
            (self.high < MIDDLE, "is likely under 50, the middle between agreeing and not"),
        )
        return tuple(f"{self.name} {words}" if holds else "" for holds, words in told)


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
    """Return at most two practices: for a fall, what stays lower, what is behind, what is low.

    Of the same reason the lowest comes first. Without any reason it is one at most.

    Args:
        readings: the unit's scales.
        practices: all cards.
        trying: ids that the unit tries now; they are not suggested again.
        tried: ids that it tried before; they come last.
        at_most: how many more it may begin.
    """
    shown = [reading for reading in readings if reading.value is not None]
    needs = sorted((r for r in shown if r.why), key=lambda r: (r.rank, r.value or 0.0))
    if not needs:
        return () if trying else _anyway(shown, practices, tried)
    shelves = [(need, _shelf(need.scale, practices, trying, tried)) for need in needs]
    found: list[Suggestion] = []
    for turn in range(AT_MOST):
        for need, shelf in shelves:
            if turn < len(shelf) and len(found) < min(at_most, AT_MOST):
                found.append(Suggestion(shelf[turn], need.why))
    return tuple(found)


def _anyway(
    shown: Iterable[Reading], practices: Iterable[Practice], tried: Collection[str]
) -> tuple[Suggestion, ...]:
    """Return one card for a unit in which nothing is likely low: for what has the most room."""
    lowest = min(shown, key=lambda r: r.value or 0.0, default=None)
    shelf = _shelf(lowest.scale, practices, (), tried) if lowest else ()
    return tuple(Suggestion(card, ANYWAY.format(name=lowest.name)) for card in shelf[:1] if lowest)


def _shelf(
    scale: str, practices: Iterable[Practice], trying: Collection[str], tried: Collection[str]
) -> Sequence[Practice]:
    """Return the cards of a scale: new ones first, then such as can be looked at, then short."""
    own = [each for each in practices if each.scale == scale and each.id not in trying]
    return sorted(own, key=lambda p: (p.id in tried, not p.outcome, p.minutes, p.id))
