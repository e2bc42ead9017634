"""An invented organisation: departments, teams, people, and how they change over a year."""

import random
from collections.abc import Iterator
from typing import Final

import msgspec

NAME: Final = "Harbour Software"
ROOT: Final = "harbour"
ENGINEERING: Final = "eng"
NEW_DEPARTMENT: Final = "data"
TRYING: Final = "care-evening"  # the team that tries the day-end round

TEAM_SIZE: Final = 9.0
DEPARTMENT_SIZE: Final = 57


class Department(msgspec.Struct, frozen=True):
    """A department and its teams, each as (id, name)."""

    unit_id: str
    name: str
    parent_id: str
    teams: tuple[tuple[str, str], ...]


# In the order in which a larger organisation gains them.
DEPARTMENTS: Final = (
    Department("prod", "Product engineering", ENGINEERING, (
        ("prod-checkout", "Checkout"), ("prod-search", "Search"), ("prod-mobile", "Mobile"),
        ("prod-accounts", "Accounts"), ("prod-messaging", "Messaging"),
        ("prod-billing", "Billing"), ("prod-partners", "Partner API"),
    )),
    Department("care", "Customer care", ROOT, (
        ("care-morning", "Morning desk"), (TRYING, "Evening desk"), ("care-key", "Key customers"),
        ("care-start", "Onboarding"), ("care-hard", "Escalations"),
    )),
    Department("plat", "Platform", ENGINEERING, (
        ("plat-data", "Data platform"), ("plat-core", "Core services"),
        ("plat-build", "Build and release"), ("plat-sre", "Site reliability"),
        ("plat-network", "Network"), ("plat-security", "Security engineering"),
    )),
    Department("sales", "Sales and marketing", ROOT, (
        ("sales-large", "Enterprise sales"), ("sales-events", "Events"),
        ("sales-online", "Online"), ("sales-renewals", "Renewals"), ("sales-pre", "Pre-sales"),
    )),
    Department("design", "Product and design", ROOT, (
        ("design-analytics", "Analytics"), ("design-design", "Design"),
        ("design-discovery", "Discovery"), ("design-content", "Content"),
    )),
    Department("ops", "Operations", ROOT, (
        ("ops-desk", "Service desk"), ("ops-north", "Data centre north"),
        ("ops-south", "Data centre south"), ("ops-workplace", "Workplace"),
    )),
    Department("fin", "People and finance", ROOT, (
        ("fin-talent", "Talent"), ("fin-payroll", "Payroll"),
        ("fin-accounting", "Accounting"), ("fin-legal", "Legal"),
    )),
)  # fmt: skip


class Organisation:
    """Units as {id: (parent, name)} in roster order, and where each person sits."""

    def __init__(self, people: int, seed: str) -> None:
        self._random = random.Random(f"{seed}/organisation")  # noqa: S311 - a story, no secret
        self.units: dict[str, tuple[str, str]] = {ROOT: ("", NAME)}
        self.people: dict[str, str] = {}
        self._numbered = 0
        self._found(people)

    def teams(self) -> list[str]:
        """List the units without units below them."""
        parents = {parent for parent, _ in self.units.values()}
        return [unit for unit in self.units if unit not in parents]

    def path(self, unit_id: str) -> Iterator[str]:
        """Yield a unit and all above it."""
        while unit_id:
            yield unit_id
            unit_id = self.units[unit_id][0]

    def people_change(self, leaving: int) -> None:
        """Let some people leave and as many others join, mostly where somebody left."""
        for person in self._random.sample(sorted(self.people), min(leaving, len(self.people) // 4)):
            unit = self.people.pop(person)
            elsewhere = self._random.random() < 0.2  # noqa: PLR2004 - a share
            self._join(self._random.choice(self.teams()) if elsewhere else unit)

    def reorganise(self) -> tuple[str, ...]:
        """Form a department from teams of three others (or move one team); name the moved teams."""
        wanted = ("plat-data", "prod-search", "design-analytics")
        moved = tuple(team for team in wanted if team in self.units)
        if len(moved) == len(wanted):
            self.units[NEW_DEPARTMENT] = (ROOT, "Data and insight")
            target = NEW_DEPARTMENT
        else:
            moved, target = (self.teams()[0],), DEPARTMENTS[1].unit_id
        for team in moved:
            former, name = self.units.pop(team)
            self.units[team] = (target, name)  # after its new parent in roster order
            lead = next(person for person, unit in self.people.items() if unit == former)
            self.people[lead] = target
        return moved

    def units_csv(self) -> str:
        """Return the units as a roster file."""
        rows = (f"{unit},{parent},{name}\n" for unit, (parent, name) in self.units.items())
        return "unit_id,parent_id,name\n" + "".join(rows)

    def people_csv(self) -> str:
        """Return the people as a roster file."""
        rows = (
            f"{person},{person}@harbour.example,{unit}\n" for person, unit in self.people.items()
        )
        return "person_id,email,unit_id\n" + "".join(rows)

    def _found(self, people: int) -> None:
        chosen = DEPARTMENTS[: max(2, min(len(DEPARTMENTS), round(people / DEPARTMENT_SIZE)))]
        engineering = sum(one.parent_id == ENGINEERING for one in chosen) > 1
        if engineering:
            self.units[ENGINEERING] = (ROOT, "Engineering")
        names = list(_teams(chosen, max(len(chosen), round(people * 0.8 / TEAM_SIZE))))
        for one in chosen:
            parent = one.parent_id if engineering else ROOT
            self.units[one.unit_id] = (parent, one.name)
            self.units.update(
                {team: (one.unit_id, name) for owner, team, name in names if owner == one.unit_id}
            )
        large = people >= 0.9 * DEPARTMENT_SIZE * len(DEPARTMENTS)
        for unit in [unit for unit in self.units if unit not in self.teams()]:
            below = sum(parent == unit for parent, _ in self.units.values())
            fewest = (14 if unit in {ROOT, ENGINEERING} else 8) if large else 1
            for _ in range(max(fewest, below)):  # those who lead the units below sit here
                if len(self.people) < people // 3:
                    self._join(unit)
        for unit in self._sizes(people - len(self.people)):
            self._join(unit)

    def _sizes(self, people: int) -> list[str]:
        """Spread people over the teams: some teams are twice as large as others."""
        teams = self.teams()
        weights = [1.6 if t == TRYING else self._random.uniform(0.7, 1.3) for t in teams]
        share = people / sum(weights)
        placed = [
            unit for unit, w in zip(teams, weights, strict=True) for _ in range(int(w * share))
        ]
        return placed + [self._random.choice(teams) for _ in range(people - len(placed))]

    def _join(self, unit: str) -> None:
        self._numbered += 1
        self.people[f"p{self._numbered:05}"] = unit


def _teams(chosen: tuple[Department, ...], count: int) -> Iterator[tuple[str, str, str]]:
    """Yield (department, id, name) of teams, first the first of each department, and so on."""
    longest = max(len(one.teams) for one in chosen)
    made, round_ = 0, 0
    while made < count:
        again, place = divmod(round_, longest)
        for one in chosen:
            if place < len(one.teams) and made < count:
                team, name = one.teams[place]
                suffix = f"-{again + 1}" if again else ""
                yield one.unit_id, team + suffix, name + suffix.replace("-", " ")
                made += 1
        round_ += 1
