"""How often the interval of teams put together holds what a practice did."""

import random
from collections.abc import Callable

import pytest

from pulse.statistics.helped import Effect
from pulse.statistics.practice_effect import Line, effect

Answer = Callable[[list[Line]], Effect]


def _weeks(chance: random.Random, count: int) -> list[float]:
    """Return errors of a team's weeks: 6 points, neighbours alike by .3."""
    found = [chance.gauss(0, 6)]
    for _ in range(count - 1):
        found.append(0.3 * found[-1] + 0.91**0.5 * chance.gauss(0, 6))
    return found


def _world(chance: random.Random, users: int, others: int) -> list[Line]:
    """Return teams that began in different weeks; all share 4 points a week and a slow fall."""
    weeks = 32
    common = [chance.gauss(0, 4) - 0.3 * t for t in range(weeks)]
    made = []
    for number in range(users + others):
        own = chance.gauss(60, 8)
        start = 12 + chance.randrange(8) if number < users else None
        values = {
            t: own + common[t] + error + (5 if start is not None and t >= start else 0)
            for t, error in enumerate(_weeks(chance, weeks))
            if chance.random() > 0.1
        }
        made.append(Line(values, start))
    return made


def _alone(given_: list[Line]) -> Effect:
    """Answer from the teams with the practice only, as if weeks had nothing in common."""
    users = [line for line in given_ if line.start is not None]
    flat = [Line(dict.fromkeys(range(32), 0.0)) for _ in range(5)]
    return effect([*users, *flat], large=True)


def _coverage(answer: Answer) -> float:
    chance, hits, total = random.Random(3), 0, 0
    for _ in range(200):
        found = answer(_world(chance, 3, 12))
        if found.low is not None and found.high is not None:
            hits += found.low <= 5 <= found.high
            total += 1
    return hits / total


@pytest.mark.slow
def test_intervals_of_pooled_teams_hold_the_truth() -> None:
    """Three teams among fifteen, weeks missing, weeks in common: .92 to .99 hold the 5 points."""
    assert 0.92 <= _coverage(lambda given_: effect(given_, large=True)) <= 0.99


@pytest.mark.slow
def test_without_week_effects_they_would_not() -> None:
    """The twin: what all teams had in common is taken for the practice, in most worlds wrongly."""
    assert _coverage(_alone) < 0.85
