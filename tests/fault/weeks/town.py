"""The people of a simulated organisation: teams, time zones, who has no mail, who comes."""

import random
from pathlib import Path
from typing import Final

import msgspec

ZONES: Final = ("", "", "", "America/New_York", "Asia/Kolkata", "Australia/Sydney")
TEAM: Final = 11
WITHOUT_MAIL: Final = 0.04


class Person(msgspec.Struct, frozen=True):
    """Somebody on the roster; an empty zone is the organisation's, an empty email a card."""

    person_id: str
    email: str
    team: str
    zone: str


class Town:
    """Everybody on the roster now.

    Args:
        folder: where the roster's files are written.
        people: how many to begin with.
        dice: where chance comes from.
    """

    def __init__(self, folder: Path, people: int, dice: random.Random) -> None:
        self._folder, self._dice, self._born = folder, dice, 0
        self._teams = [f"team-{n}" for n in range(max(2, people // TEAM))]
        self.people: dict[str, Person] = {}
        for number in range(people):
            self._join(self._teams[number % len(self._teams)])

    def change(self, share: float) -> None:
        """Let some leave, as many join, and some move to another team."""
        some = max(1, int(len(self.people) * share))
        for gone in self._dice.sample(sorted(self.people), some):
            del self.people[gone]
        for _ in range(some):
            self._join(self._dice.choice(self._teams))
        for moved in self._dice.sample(sorted(self.people), some):
            team = self._dice.choice(self._teams)
            self.people[moved] = msgspec.structs.replace(self.people[moved], team=team)

    def write(self) -> tuple[Path, Path]:
        """Write the roster's two files and return their paths."""
        units, people = self._folder / "units.csv", self._folder / "people.csv"
        rows = ["unit_id,parent_id,name", "org,,Example Ltd"]
        rows += [f"{team},org,{team.title()}" for team in self._teams]
        units.write_text("\n".join(rows) + "\n", encoding="utf-8")
        rows = ["person_id,email,unit_id,locale,timezone"]
        rows += [f"{p.person_id},{p.email},{p.team},,{p.zone}" for p in self.people.values()]
        people.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return units, people

    def _join(self, team: str) -> None:
        self._born += 1
        name = f"p{self._born:05}"
        email = "" if self._dice.random() < WITHOUT_MAIL else f"{name}@example.org"
        self.people[name] = Person(name, email, team, self._dice.choice(ZONES))
