"""Simulated teams that take up a practice: levels, why they began, and what is released."""

from collections.abc import Iterator
from typing import Final, Literal

import numpy as np
from msgspec import Struct

from pulse.disclosure import rounding
from pulse.statistics.practice_effect import Line
from pulse.statistics.precision import DEFAULT_VARIANCE, STABLE_SHARE, to_hundred

K: Final = 5
TOP: Final = 5
RESPONSE: Final = 0.75
SMALLEST: Final = 8  # people in a team
TYPICAL: Final = 16
LARGEST: Final = 60
BETWEEN: Final = 0.3  # standard deviation of the teams' own levels, points on 1-5
COMMON: Final = 0.1  # of what all share in a week
WANDERING: Final = 0.2  # of a level that wanders, about its own; 5 of 100 points
ALIKE: Final = 0.9  # correlation of a wandering level with that of the week before
ITEMS: Final = 2  # of the scale in a week
WEEKS: Final = 48
EARLIEST: Final = 9  # week in which one may begin
LATEST: Final = 40
RECENT: Final = 4

Level = Literal["stands", "wanders"]
Begun = Literal["any week", "when lowest of all", "after a dip"]


class Scenario(Struct, frozen=True):
    """One kind of organisation in which a practice changes levels by `effect` points on 1-5."""

    teams: int
    users: int
    level: Level
    begun: Begun
    effect: float = 0.0


def worlds(scenario: Scenario, count: int, seed: int) -> Iterator[list[Line]]:
    """Yield the released lines of `count` organisations."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        yield _world(scenario, chance)


def _world(scenario: Scenario, chance: np.random.Generator) -> list[Line]:
    teams = scenario.teams
    people = np.clip(np.round(chance.lognormal(np.log(TYPICAL), 0.5, teams)), SMALLEST, LARGEST)
    levels = chance.normal(3.4, BETWEEN, teams)[:, None] + chance.normal(0, COMMON, WEEKS)
    if scenario.level == "wanders":
        levels = levels + _wandering(teams, chance)
    n = chance.binomial(people.astype(int)[:, None], RESPONSE, (teams, WEEKS))
    noise = np.sqrt(STABLE_SHARE * DEFAULT_VARIANCE / np.maximum(n, 1))
    shared = chance.normal(0, 1, (teams, WEEKS))  # the same people answer a scale's items
    said = [
        levels + noise * np.sqrt(0.5) * (shared + chance.normal(0, 1, (teams, WEEKS)))
        for _ in range(ITEMS)
    ]
    starts = _starts(scenario, _released(said, n, people), chance)
    for team, start in starts.items():
        for item in said:
            item[team, start:] += scenario.effect
    lines = _released(said, n, people)
    return [
        Line({w: to_hundred(float(v)) for w, v in enumerate(own) if v == v}, starts.get(team))  # noqa: PLR0124 - what is hidden is no number
        for team, own in enumerate(lines)
    ]


def _wandering(teams: int, chance: np.random.Generator) -> np.ndarray:
    """Return levels of which neighbouring weeks correlate by .9."""
    found = np.empty((teams, WEEKS))
    found[:, 0] = chance.normal(0, WANDERING, teams)
    fresh = WANDERING * np.sqrt(1 - ALIKE**2)
    for week in range(1, WEEKS):
        found[:, week] = ALIKE * found[:, week - 1] + chance.normal(0, fresh, teams)
    return found


def _released(said: list[np.ndarray], n: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Return the scale as released and read: rounded by band, ends coded, hidden weeks nan."""
    per_point = _PER_POINT[n, people.astype(int)[:, None]]
    total = sum(_read(np.round(item * per_point), per_point) for item in said)
    return np.where(n >= K, total / ITEMS, np.nan)


def _read(steps: np.ndarray, per_point: np.ndarray) -> np.ndarray:
    """Return means, of coded ones the middle of their interval (`precision.midpoint`)."""
    found = steps / per_point
    found = np.where(steps <= per_point + 1, 1 + 0.75 / per_point, found)
    return np.where(steps >= TOP * per_point - 1, TOP - 0.75 / per_point, found)


def _table() -> np.ndarray:
    """Return steps per point by number of answers and headcount, by the rules of disclosure."""
    found = np.ones((LARGEST + 1, LARGEST + 1), dtype=int)
    for invited in range(SMALLEST, LARGEST + 1):
        for n in range(K, invited + 1):
            b = rounding.band(n, invited)
            found[n, invited] = rounding.steps_per_point(b, changed=False)
    return found


_PER_POINT: Final = _table()


def _starts(scenario: Scenario, lines: np.ndarray, chance: np.random.Generator) -> dict[int, int]:
    """Return which teams begin and when, from what their leaders have seen until then."""
    teams, users = scenario.teams, scenario.users
    if scenario.begun == "any week":
        chosen = chance.permutation(teams)[:users]
        return {int(team): int(chance.integers(EARLIEST, LATEST)) for team in chosen}
    if scenario.begun == "when lowest of all":
        week = int(chance.integers(EARLIEST, LATEST))
        recent = np.nanmean(np.c_[lines[:, week - RECENT : week], np.full(teams, 5.0)], axis=1)
        return {int(team): week for team in np.argsort(recent)[:users]}
    return dict(_dips(lines, chance)[:users])


def _dips(lines: np.ndarray, chance: np.random.Generator) -> list[tuple[int, int]]:
    """Return teams in any order, each with the first week after four well below its own mean."""
    found = []
    for team in chance.permutation(len(lines)):
        for week in range(EARLIEST, LATEST):
            own = lines[team, :week]
            seen = own[~np.isnan(own)]
            if len(seen) > RECENT and seen[-RECENT:].mean() < seen.mean() - seen.std() / 2:
                found.append((int(team), week))
                break
    return found
