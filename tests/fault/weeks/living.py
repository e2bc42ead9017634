"""The life of an organisation through weeks that run by themselves."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pulse import wave as waves
from pulse.release import reading
from pulse.settings import Home, load
from pulse.store.databases import state_engine
from tests.fault.weeks import mails
from tests.fault.weeks.answering import answer
from tests.fault.weeks.mails import Mail, Wrong
from tests.fault.weeks.ticking import Ticker
from tests.fault.weeks.town import Person, Town
from tests.installation import Installation, installed

ZONE: Final = "Europe/Berlin"
FIRST: Final = dt.date(2026, 11, 2)  # twelve waves from here pass a leap week and a new year
HOLIDAYS: Final = "2026-11-30,2026-12-24/2027-01-01"
PAUSE: Final = ("2027-01-11", "2027-01-17")
LEFT_OUT: Final = frozenset({"2026-W53", "2027-W02"})
MOVED: Final = frozenset({"2026-W49"})  # its Monday is a holiday
TICKS: Final = 36  # a week, beside those around the closing
_DAY: Final = dt.timedelta(days=1)


class Life:
    """One organisation and its clock.

    Args:
        folder: an empty folder.
        people: how many to begin with.
        seed: decides who, when and what; what the machine does in between it cannot.
        twin: a broken twin to tick with, by name.
        say: told a line after each week.
        settings: further environment, like a database.
    """

    def __init__(
        self, folder: Path, people: int, seed: int, *, twin: str = "",
        say: Callable[[str], None] = lambda _: None, **settings: str,
    ) -> None:  # fmt: skip
        self.dice, self.say = random.Random(seed), say
        self.place: Installation = installed(
            folder, _at(FIRST - _DAY, dt.time(12)), PULSE_TIMEZONE=ZONE, PULSE_HOLIDAYS=HOLIDAYS,
            PULSE_CADENCE="weekly", **settings,
        )  # fmt: skip
        self.town = Town(folder, people, self.dice)
        self.place.run("init")
        self._import()
        self.place.run("pause", *PAUSE, "--reason", "a pause of the simulation")
        environment = self.place._environment
        self.home = Home(Path(environment["PULSE_HOME"]))
        self.settings = load(self.home, environment)
        self.engine = state_engine(self.home, self.settings)
        self.ticker = Ticker(environment, self.dice, twin)
        self.tally = Counter[str]()
        self.now = _at(FIRST, dt.time())

    def live(self, count: int) -> Counter[str]:
        """Live until so many waves are released; return what happened.

        Raises:
            Wrong: something that must hold does not.
        """
        monday = FIRST
        while self.tally["waves released"] < count:
            self._week(monday)
            monday += 7 * _DAY
            if self.dice.random() < 0.4:
                self.town.change(0.02)
                self._import()
                self.tally["roster changes"] += 1
        self.engine.dispose()
        return self.tally + self.ticker.tally

    def _week(self, monday: dt.date) -> None:
        year, number, _ = monday.isocalendar()
        week = f"{year:04}-W{number:02}"
        invited, answered, keys = dict(self.town.people), 0, ""
        closes = _at(monday + 4 * _DAY, dt.time(17))
        links: set[str] = set()
        for at in self._moments(monday):
            self._set(at)
            self.ticker.tick()
            row = waves.get(self.engine, week)
            if row is None or row.state != "open":
                continue
            if keys not in {"", row.keys}:
                raise Wrong(f"{week} was opened twice")
            keys = row.keys
            if self.dice.random() < 0.2:
                answered += self._answer(row, links)
        row = waves.get(self.engine, week)
        if week in LEFT_OUT:
            if row is not None:
                raise Wrong(f"{week} is {row.state} and should have been left out")
            self.tally["weeks left out"] += 1
            self.say(f"{week}: left out")
            return
        if row is None or row.state != "open":
            raise Wrong(f"{week} is {row.state if row else 'not there'} before its closing time")
        answered += self._answer(row, links)
        found = mails.outbox(self.home.outbox / week)
        self._check(week, found, invited, row)
        self._close(week, closes, answered)
        self._count(week, found, invited, answered)

    def _moments(self, monday: dt.date) -> list[dt.datetime]:
        """Choose when to tick, from Sunday night to Friday before the closing, some at night."""
        first = _at(monday, dt.time(7))
        hours = (_at(monday + 4 * _DAY, dt.time(16, 30)) - first) / dt.timedelta(hours=1)
        chosen = {first + dt.timedelta(hours=self.dice.uniform(0, hours)) for _ in range(TICKS)}
        # Nothing may be missed for want of a tick, but where the machine is off.
        chosen |= {
            first + dt.timedelta(hours=n + self.dice.uniform(0, 1)) for n in range(2, 104, 3)
        }
        if self.dice.random() < 0.25:
            self.tally["days without a tick"] += 1
            off = _at(monday, dt.time(12)), _at(monday + _DAY, dt.time(12))
            chosen = {at for at in chosen if not off[0] <= at < off[1]}
        return sorted(at.replace(microsecond=0) for at in chosen)

    def _answer(self, row: waves.Wave, used: set[str]) -> int:
        """Let a share of those who have a link and have not answered do so."""
        there = [m for m in mails.outbox(self.home.outbox / row.wave) if m.kind == "invitation"]
        free = sorted({mail.link for mail in there} - used)
        some = self.dice.sample(free, int(len(free) * self.dice.uniform(0.05, 0.3)))
        used |= set(some)
        return answer(self.home, self.settings, row, some, self.dice)

    def _check(
        self, week: str, found: list[Mail], invited: dict[str, Person], row: waves.Wave
    ) -> None:
        half = row.opens + (row.closes - row.opens) / 2
        if wrong := list(mails.check(found, invited, half, ZONE)):
            raise Wrong(f"{week}: {len(wrong)} wrong, first: " + "; ".join(wrong[:5]))
        local = row.opens.astimezone(ZoneInfo(ZONE))
        if (local.weekday() != 0) != (week in MOVED):
            raise Wrong(f"{week} opened on a {local:%A}")
        if row.invited != len(invited):
            raise Wrong(f"{week}: {row.invited} invited of {len(invited)}")

    def _close(self, week: str, closes: dt.datetime, answered: int) -> None:
        """Tick on and on from the closing time; the week must be released before long."""
        for minutes in (0, 7, 15, 16, 18, 25, 40, 60):
            self._set(closes + dt.timedelta(minutes=minutes))
            self.ticker.tick()
            row = waves.get(self.engine, week)
            state = row.state if row else "gone"
            if minutes < 15 and state != "open":
                raise Wrong(f"{week} is {state} {minutes} minutes after its closing time")
        if state != "released":
            raise Wrong(f"{week} is {state} an hour after its closing time")
        told = [each for each in reading.manifests(self.home.releases) if each.wave == week]
        if [each.tallies.counted for each in told] != [answered]:
            raise Wrong(f"{week}: {answered} answered, released: {told}")
        if (self.home.outbox / week).exists():
            raise Wrong(f"{week}: its mails outlive it")

    def _count(
        self, week: str, found: list[Mail], invited: dict[str, Person], answered: int
    ) -> None:
        kinds = Counter(mail.kind for mail in found)
        self.tally["waves released"] += 1
        self.tally["people invited, all waves"] += len(invited)
        self.tally["answers counted"] += answered
        for kind in sorted(kinds):
            self.tally[f"{kind}s"] += kinds[kind]
        self.say(
            f"{week}: {len(invited)} people, {kinds['invitation']} invitations, "
            f"{kinds['reminder']} reminders, {answered} answers, released once"
        )

    def _set(self, moment: dt.datetime) -> None:
        self.now = moment
        self.place.set_time(moment)

    def _import(self) -> None:
        self.place.run("roster", "import", *map(str, self.town.write()))


def _at(date: dt.date, clock: dt.time) -> dt.datetime:
    return dt.datetime.combine(date, clock, ZoneInfo(ZONE)).astimezone(dt.UTC)


def words(tally: Counter[str]) -> str:
    """Return a tally as lines for a person."""
    return "\n".join(f"{count:8} {name}" for name, count in sorted(tally.items()))
