"""A twin: the weeks of an organisation that was never asked, with everything that people answer.

Nothing here is published or hidden; `ours.py` and `naive.py` do that with the very same ballots.
People keep their own level from week to week (what an attacker can learn from), some join, leave
and move each week, in the middle teams are put together under a new department, and for two weeks
the threshold k is stricter.
"""

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Final

import msgspec

from pulse import wave as waves
from pulse.disclosure.groups import smallest_organisation
from pulse.instrument import Instrument
from pulse.instrument.plane import FORMS
from pulse.settings import Settings
from pulse.terms import PREFERS_NOT, SKIPPED, TOP, RosterUnit

FEWEST_WAVES: Final = 4
FIRST: Final = dt.datetime(2024, 1, 8, 9, tzinfo=dt.UTC)
TIGHTER: Final = 5  # added to k for two waves
NEW: Final = "twin.new-department"

ANSWERING, SKIPS, WOULD_RATHER_NOT = 0.7, 0.04, 0.01
LEAVING, MOVING = 0.015, 0.01  # of all people, each week
LEVEL, PERSON, TEAM, MOMENT = 3.5, 0.6, 0.25, 0.75
LATE: Final = 2
MOVED_TEAMS: Final = 3


class Week(msgspec.Struct, frozen=True):
    """One wave: who sat where, and what each person who took part answered.

    `k` is what people were promised. `seats` maps a person to a roster unit, `given` to the answers
    as given (0 skipped, 1-5, 6 prefers not), one for each of `items`. `order` is the order in
    which ballots came; the last few came late.
    """

    wave: str
    opens: dt.datetime
    k: int
    form: int
    items: tuple[str, ...]
    units: tuple[RosterUnit, ...]
    seats: Mapping[str, str]
    given: Mapping[str, tuple[int, ...]]
    order: tuple[str, ...]

    @property
    def late(self) -> frozenset[str]:
        """Whose ballots were the last, after a first look at the figures."""
        return frozenset(self.order[-LATE:])

    def people(self) -> dict[str, frozenset[str]]:
        """Map each roster unit to everybody in its whole subtree."""
        return subtrees(self.units, self.seats)


def subtrees(units: tuple[RosterUnit, ...], seats: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Map each roster unit to everybody who sits in it or below it."""
    inside: dict[str, set[str]] = {unit.unit_id: set() for unit in units}
    for person, unit_id in seats.items():
        inside[unit_id].add(person)
    for unit in reversed(units):  # parents stand before their children
        if unit.parent_id is not None:
            inside[unit.parent_id] |= inside[unit.unit_id]
    return {unit_id: frozenset(people) for unit_id, people in inside.items()}


def live(
    units: tuple[RosterUnit, ...], instrument: Instrument, count: int, k: int, seed: str
) -> tuple[Week, ...]:
    """Live through `count` weeks.

    Args:
        units: the roster in preorder, with the people directly in each unit.
        instrument: what is asked; its rotation begins with the first week.
        count: how many weeks, four or more.
        k: the threshold, five higher for two weeks in the first half if there are people enough.
        seed: the same seed gives the same weeks.
    """
    life = _Life(units, seed)
    weeks = []
    for number in range(count):
        if number:
            life.people_change()
        if number == count // 2:
            life.reorganise()
        opens = FIRST + dt.timedelta(weeks=number)
        form = number % FORMS
        given = {
            person: answers
            for person in sorted(life.seats)
            if (answers := life.answers(person, instrument, form)) is not None
        }
        order = list(given)
        life.dice.shuffle(order)
        enough = len(life.seats) >= smallest_organisation(k + TIGHTER)
        tighter = enough and number in {count // 4, count // 4 + 1}
        weeks.append(
            Week(
                wave=waves.wave_id(opens, Settings().zone),
                opens=opens,
                k=k + TIGHTER if tighter else k,
                form=form,
                items=instrument.form(form),
                units=life.units,
                seats=dict(life.seats),
                given=given,
                order=tuple(order),
            )
        )
    return tuple(weeks)


class _Life:
    """The organisation as it stands, and the chance that drives it."""

    def __init__(self, units: tuple[RosterUnit, ...], seed: str) -> None:
        self.dice = Random(f"{seed}/life")  # noqa: S311 - a rehearsal, no secret
        self._seed = seed
        self._numbered = 0
        self._lasting: dict[str, float] = {}
        self.units = units
        self.seats: dict[str, str] = {}
        for unit in units:
            for _ in range(unit.people):
                self._join(unit.unit_id)

    def people_change(self) -> None:
        """Let some leave, as many join, and some move to another unit."""
        leaving = self.dice.sample(sorted(self.seats), self._few(LEAVING))
        places = [self.seats.pop(person) for person in leaving]
        for unit_id in places:
            self._join(unit_id)
        seated = sorted(set(self.seats.values()))
        for person in self.dice.sample(sorted(self.seats), self._few(MOVING)):
            self.seats[person] = self.dice.choice(seated)

    def reorganise(self) -> None:
        """Put up to three teams of different units, and one person from above, under a new unit."""
        root = self.units[0].unit_id
        parents = {unit.parent_id for unit in self.units}
        teams = [u for u in self.units if u.parent_id is not None and u.unit_id not in parents]
        chosen = {team.parent_id: team for team in teams if team.unit_id in self.seats.values()}
        moved = list(chosen.values())[:MOVED_TEAMS]
        if not moved:
            return
        new = RosterUnit(NEW, root, "New department", 0)
        names = {team.unit_id for team in moved}
        stay = [unit for unit in self.units if unit.unit_id not in names]
        under = [RosterUnit(team.unit_id, NEW, team.name, 0) for team in moved]
        self.units = (*stay, new, *under)
        former = {team.parent_id for team in moved}
        lead = next((p for p, unit in sorted(self.seats.items()) if unit in former), None)
        if lead is not None:
            self.seats[lead] = NEW

    def answers(self, person: str, instrument: Instrument, form: int) -> tuple[int, ...] | None:
        """Draw what a person answers, None if they do not take part."""
        if self.dice.random() > ANSWERING + self._stays(f"keen/{person}", 0.1):
            return None
        return tuple(self._answer(person, instrument, item) for item in instrument.form(form))

    def _answer(self, person: str, instrument: Instrument, item_id: str) -> int:
        chance = self.dice.random()
        if chance < SKIPS:
            return SKIPPED
        if chance < SKIPS + WOULD_RATHER_NOT:
            return PREFERS_NOT
        item = instrument.items[item_id]
        felt = (
            LEVEL
            + self._stays(f"{person}/{item.scale}", PERSON)
            + self._stays(f"{self.seats[person]}/{item.scale}", TEAM)
            + self.dice.gauss(0, MOMENT)
        )
        answer = max(1, min(TOP, round(felt)))
        return TOP + 1 - answer if item.reverse else answer

    def _few(self, share: float) -> int:
        return max(1, round(share * len(self.seats)))

    def _join(self, unit_id: str) -> None:
        self._numbered += 1
        self.seats[f"p{self._numbered:05}"] = unit_id

    def _stays(self, what: str, deviation: float) -> float:
        """Return a draw that is the same whenever it is asked for."""
        if what not in self._lasting:
            self._lasting[what] = Random(f"{self._seed}/{what}").gauss(0, 1)  # noqa: S311 - as above
        return deviation * self._lasting[what]
