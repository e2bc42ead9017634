"""The people: who is on the roster in which team, and how that changes between weeks."""

import random
from typing import Final

from pulse.roster import Person, Roster, UnitRow

LEAST, MOST = 7, 12
CARD: Final = "7"  # last digit of those without an address
FEWEST: Final = 30  # so that an ordinary week can open whatever k is


class Town:
    """An organisation of one department of two teams and some teams beside it."""

    def __init__(self, dice: random.Random, teams: int) -> None:
        self.teams = [f"t{number}" for number in range(teams)]
        self._born = 0
        self.people: dict[str, str] = {}
        for team in self.teams:
            for _ in range(dice.randint(LEAST, MOST)):
                self._join(team)

    def change(self, dice: random.Random) -> str:
        """Let a few people join, leave or move; say what happened."""
        done = []
        for _ in range(dice.randint(1, 5)):
            what = dice.choice(("join", "leave", "move"))
            if what == "join":
                self._join(dice.choice(self.teams))
            elif what == "leave" and len(self.people) > FEWEST:
                del self.people[dice.choice(sorted(self.people))]
            else:
                self.people[dice.choice(sorted(self.people))] = dice.choice(self.teams)
            done.append(what)
        return " ".join(done)

    def above(self) -> dict[str, frozenset[str]]:
        """Return each person's team with every unit above it."""
        field = {team: {team, "field", "all"} for team in self.teams[:2]}
        return {who: frozenset(field.get(team, {team, "all"})) for who, team in self.people.items()}

    def roster(self) -> Roster:
        """Return the roster as an import brings it."""
        units = [UnitRow("all", None, "Everybody"), UnitRow("field", "all", "Field")]
        units += [
            UnitRow(team, "field" if number < 2 else "all", team.upper())
            for number, team in enumerate(self.teams)
        ]
        people = [
            Person(person, "" if person[-1] == CARD else f"{person}@example.org", team)
            for person, team in sorted(self.people.items())
        ]
        return Roster(tuple(units), tuple(people))

    def _join(self, team: str) -> None:
        self._born += 1
        self.people[f"p{self._born}"] = team
