"""A year as it might have been: who answers, and how each week felt where.

Time runs from 0 (the oldest week) to 1 (this week), so that the story fits any number of weeks:
a reorganisation in the middle, then a hard release season for engineering, then one team that
tries a day-end round. Holidays only lower the response.
"""

import math
import random
from collections.abc import Mapping
from typing import Final

from pulse.demo.organisation import ENGINEERING, TRYING, Organisation
from pulse.instrument import Instrument
from pulse.terms import PREFERS_NOT, SKIPPED, TOP, Response

REORGANISED: Final = 0.5
HARD_SEASON: Final = (0.7, 0.95)
ROUND_FROM: Final = 0.62
SETTLING: Final = 0.1  # how long a change takes to be felt fully, or to be got over
HOLIDAYS: Final = frozenset({1, 30, 31, 32, 33, 52, 53})
ENGINEERING_UNITS: Final = frozenset({ENGINEERING, "prod", "plat"})

ANSWERING: Final = 0.76
ON_HOLIDAY: Final = 0.62  # of those who would answer
SKIPS: Final = 0.02
WOULD_RATHER_NOT: Final = 0.01
# How agreeable each item is on the whole, after reversal (1-5).
LEVELS: Final[Mapping[str, float]] = {
    "A1": 3.6, "A2": 3.2, "S1": 3.5, "S2": 3.4, "S3": 3.5, "S4": 3.6, "E1": 3.0, "E2": 3.1,
    "E3": 3.6, "E4": 3.3, "C1": 3.2, "C2": 3.5, "C3": 3.3, "C4": 3.2, "W1": 2.9, "W2": 3.1,
    "W3": 3.1, "W4": 3.6,
}  # fmt: skip
PERSON, PERSON_SCALE, MOMENT = 0.5, 0.3, 0.75  # standard deviations; within-team variance 0.9
TEAM, DEPARTMENT, DRIFT = 0.2, 0.12, 0.08


class Story:
    """Draws the answers of each week; the same seed tells the same story."""

    def __init__(self, organisation: Organisation, instrument: Instrument, seed: str) -> None:
        self._organisation = organisation
        self._instrument = instrument
        self._random = random.Random(f"{seed}/answers")  # noqa: S311 - a story, no secret
        self._seed = seed
        self._moved: frozenset[str] = frozenset()
        self._lasting: dict[str, float] = {}

    def reorganised(self, moved: tuple[str, ...]) -> None:
        """Remember which teams were moved: they feel it for a while."""
        self._moved = frozenset(moved)

    def answers(self, person: str, unit: str, form: int, time: float, week: int) -> Response | None:
        """Return what a person answers in an ISO week, or None if they do not take part.

        Args:
            person: the person's id.
            unit: the roster unit they sit in.
            form: the rotation block of the week.
            time: 0 (the oldest week) to 1 (this week).
            week: 1-53, for holidays.
        """
        taking_part = ANSWERING * (ON_HOLIDAY if week in HOLIDAYS else 1.0)
        keen = self._stays(f"keen/{person}", 0.12)
        if self._random.random() > taking_part + keen:
            return None
        return Response(
            form,
            tuple(self._answer(person, unit, item, time) for item in self._instrument.form(form)),
        )

    def _answer(self, person: str, unit: str, item_id: str, time: float) -> int:
        chance = self._random.random()
        if chance < SKIPS:
            return SKIPPED
        if chance < SKIPS + WOULD_RATHER_NOT:
            return PREFERS_NOT
        item = self._instrument.items[item_id]
        felt = (
            LEVELS.get(item_id, 3.5)
            + self._stays(f"person/{person}", PERSON)
            + self._stays(f"person/{person}/{item.scale}", PERSON_SCALE)
            + self._place(unit, item.scale, time)
            + self._random.gauss(0, MOMENT)
        )
        answer = max(1, min(TOP, round(felt)))
        return TOP + 1 - answer if item.reverse else answer

    def _place(self, unit: str, scale: str, time: float) -> float:
        path = list(self._organisation.path(unit))
        # The team of the day-end round starts from the middle, so that its change can be seen.
        own = 0.0 if unit == TRYING else self._stays(f"team/{unit}/{scale}", TEAM)
        lasting = own + sum(
            self._stays(f"department/{above}/{scale}", DEPARTMENT) for above in path[1:-1]
        )
        return lasting + self._wander(unit, scale, time) + self._happens(path, scale, time)

    def _happens(self, path: list[str], scale: str, time: float) -> float:
        effect = 0.0
        if ENGINEERING_UNITS.intersection(path):
            effect += {"energy": -0.75, "work": -0.4}.get(scale, 0.0) * _bump(time, *HARD_SEASON)
        if path[0] == TRYING:
            effect += {"energy": 0.65, "care": 0.6}.get(scale, 0.0) * _ramp(time, ROUND_FROM)
        if path[0] in self._moved and time >= REORGANISED:
            effect += {"safety": -0.4, "work": -0.3}.get(scale, 0.0) * (
                1 - _ramp(time, REORGANISED)
            )
        return effect

    def _wander(self, unit: str, scale: str, time: float) -> float:
        """Return the week's own mood of a team: one draw for all of its people."""
        return self._stays(f"week/{unit}/{scale}/{time:.4f}", DRIFT)

    def _stays(self, what: str, deviation: float) -> float:
        """Return a draw that is the same whenever it is asked for."""
        if what not in self._lasting:
            self._lasting[what] = random.Random(f"{self._seed}/{what}").gauss(0, 1)  # noqa: S311 - a story, no secret
        return deviation * self._lasting[what]


def _bump(time: float, begins: float, ends: float) -> float:
    """Rise from 0 to 1 and fall back between two moments."""
    return math.sin(math.pi * (time - begins) / (ends - begins)) if begins < time < ends else 0.0


def _ramp(time: float, begins: float) -> float:
    """Rise from 0 to 1 over the time a change takes."""
    return max(0.0, min(1.0, (time - begins) / SETTLING))
