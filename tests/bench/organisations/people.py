"""A random organisation and how it changes: who is where, who comes, goes, moves and answers."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Final

from pulse.terms import PREFERS_NOT, SKIPPED, TOP, RosterUnit

SMALLEST: Final = 8
LARGEST: Final = 600
LEAVING, JOINING, MOVING = 0.02, 0.02, 0.01  # of all people, each week
PREFERS: Final = 0.3  # of the answers left out, as "prefer not to say"


class Organisation:
    """Units as {id: parent} and people as {number: unit}; the same seed lives the same life.

    `rate` is the share that takes part, `skips` the share of single answers left out, `leads`
    whether one item rates a leader.
    """

    def __init__(self, seed: int) -> None:
        self.dice = dice = random.Random(f"organisation/{seed}")
        self.founded_with = round(SMALLEST * (LARGEST / SMALLEST) ** dice.random())
        self.rate = dice.choice([dice.uniform(0.2, 0.95), dice.uniform(0.2, 0.95), 1.0])
        self.skips = dice.choice([0.0, dice.uniform(0, 0.3)])
        self.leads = dice.random() < 0.25
        self.units: dict[str, str | None] = {"org": None}
        self.people: dict[int, str] = {}
        self._made = 0
        self._found(dice.uniform(4, 14))

    def _found(self, team_size: float) -> None:
        departments = round(self.founded_with / 45)
        inner = ["org"] + [self._unit(self._above()) for _ in range(departments)]
        teams = [
            self._unit(self.dice.choice(inner))
            for _ in range(max(1, round(self.founded_with / team_size)))
        ]
        weights = [self.dice.uniform(0.2, 2.0) for _ in teams]
        for _ in range(self.founded_with):
            leads = self.dice.random() < 0.08
            unit = self.dice.choice(inner) if leads else self.dice.choices(teams, weights)[0]
            self._join(unit)

    def _above(self) -> str:
        """Choose where a department hangs: below the organisation or, at times, another one."""
        return "org" if self.dice.random() < 0.7 else self.dice.choice(list(self.units))

    def _unit(self, parent: str) -> str:
        self._made += 1
        name = f"u{self._made:04}"
        self.units[name] = parent
        return name

    def _join(self, unit: str) -> None:
        self._made += 1
        self.people[self._made] = unit

    def week_passes(self) -> None:
        """Let a few people leave, join and move."""
        count, places = len(self.people), list(self.units)
        for person in self._some(LEAVING * count):
            del self.people[person]
        for _ in range(self._about(JOINING * count)):
            self._join(self.dice.choice(list(self.people.values()) or places))
        for person in self._some(MOVING * count):
            self.people[person] = self.dice.choice(places)

    def reorganise(self) -> None:
        """Move a quarter of the teams, some below a new department, and dissolve one team."""
        teams = self._leaves()
        if len(teams) < 3:
            return
        fresh = self._unit("org")
        moved = self.dice.sample(teams, max(1, len(teams) // 4))
        inner = [unit for unit in self.units if unit not in teams and unit != fresh]
        for team in moved:
            self.units[team] = fresh if self.dice.random() < 0.5 else self.dice.choice(inner)
        gone = self.dice.choice([team for team in teams if team not in moved])
        for person, unit in self.people.items():
            if unit == gone:
                self.people[person] = self.dice.choice(moved)
        del self.units[gone]

    def roster(self) -> list[RosterUnit]:
        """List the units with the number of people directly in each."""
        there = Counter(self.people.values())
        return [RosterUnit(unit, above, unit, there[unit]) for unit, above in self.units.items()]

    def ballots(self, items: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield (person, answers) of everybody who takes part this week."""
        for person in self.people:
            if self.dice.random() < self.rate:
                yield person, tuple(self._answer() for _ in range(items))

    def _answer(self) -> int:
        if self.dice.random() < self.skips:
            return PREFERS_NOT if self.dice.random() < PREFERS else SKIPPED
        return 1 + int(self.dice.random() * TOP)

    def _leaves(self) -> list[str]:
        above = set(self.units.values())
        return [unit for unit in self.units if unit not in above]

    def _some(self, share: float) -> list[int]:
        return self.dice.sample(sorted(self.people), min(self._about(share), len(self.people)))

    def _about(self, expected: float) -> int:
        return int(expected + self.dice.random())
