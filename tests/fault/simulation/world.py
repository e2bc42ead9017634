"""Everything that lives while a seed is lived: the house, its people, and what is known of both."""

import random
from collections import Counter
from pathlib import Path

from pulse import roster, wave
from pulse.closing.plan import Places
from pulse.invitation.links import invitations, read_kwave
from pulse.settings import Settings
from pulse.token.keylist import KeyList, fingerprint16, read_keylist
from tests.cards import secrets_of_cards
from tests.fault.simulation import checks
from tests.fault.simulation.house import House, Parts
from tests.fault.simulation.model import ENDED, Above, Broken, Life, demand
from tests.fault.simulation.schedule import Setting
from tests.fault.simulation.town import Town
from tests.fault.simulation.voter import Voter
from tests.postgres import Cluster
from tests.week import Secrets


class World:
    """One installation with its people.

    Args:
        folder: an empty one.
        seed: what all chance comes from.
        told: what the seed fixes for good.
        parts: the code to run.
        cluster: a PostgreSQL server to be on instead of SQLite files.
    """

    def __init__(
        self, folder: Path, seed: int, told: Setting, parts: Parts, cluster: Cluster | None = None
    ) -> None:
        self.seed, self.told = seed, told
        settings = Settings(
            organisation="Example Ltd",
            timezone=told.zone.key,
            closes=told.closes,
            k=told.k,
            holder="council" if told.council else "same-user",
        )
        self.house = House(folder, settings, parts, cluster)
        self.town = Town(random.Random(f"{seed}/town"), told.teams)
        self.enrol()
        self.watch = checks.Watch(self.house)
        self.life: Life | None = None
        self.ended: dict[str, str] = {}
        self.voters: dict[str, Voter] = {}
        self.kept: list[Voter] = []
        self.inner = b""
        self.known = Secrets()
        self.tally = Counter[str]()
        self.backups: list[Path] = []
        self._rosters: dict[Path, Above] = {}  # a backup brings its own back

    def enrol(self) -> None:
        """Import the roster as the town is now."""
        roster.import_roster(self.house.engine, self.town.roster())
        self.above: Above = self.town.above()

    def look(self, *, again: bool) -> None:
        """Take in how things stand after an event, and check all that must always hold."""
        self.watch.look(again=again)
        self._end()
        for row in wave.every(self.house.engine):
            if row.state == "open" and self.life is None:
                self._begin(row)
        self.watch.releases()
        for named, end in sorted(self.ended.items()):
            if self.watch.states[named] == end:  # a cancelled week may be half open again
                self.watch.answers(named, end)

    def _begin(self, row: wave.Wave) -> None:
        """Take note of a wave that has opened."""
        home, published = self.house.home, self._key_list(row)
        kwave = read_kwave(home, row.wave)
        links = {
            each.person.person_id: each.secret.reveal()
            for each in invitations(self.house.engine, row.wave, kwave)
        }
        chance = random.Random(f"{self.seed}/{row.wave}/cards")
        links |= secrets_of_cards(home, self.house.engine, row.wave, chance)
        demand(links, "nobody is invited")
        demand(row.opens < row.closes, "the wave closes before it opens")
        demand(links.keys() == self.above.keys(), "others are invited than are on the roster")
        self.life = Life(row.wave, published.k, published.n, links, self.above)
        self.ended.pop(row.wave, None)
        dice = random.Random(f"{self.seed}/{row.wave}")
        self.life.turnout = dice.choice((2, 12, 12, 12))  # at most, each time people answer
        self.life.spoil_rate = dice.choice((0.3, 0.03, 0.03))
        self.inner = Places(home, row.wave).inner_key.read_bytes()
        self.voters = {
            person: Voter(self.house, self.life, person, published) for person in sorted(links)
        }
        self.known = checks.secrets_of(self.house, self.life)
        self.tally["waves opened"] += 1

    def _key_list(self, row: wave.Wave) -> KeyList:
        name = Path(row.keys).name
        published = (self.house.home.published / row.wave / name).read_bytes()
        return read_keylist(published, fingerprint16(published))

    def _end(self) -> None:
        """Take note of a wave that has ended, and look at what it left."""
        life = self.life
        row = None if life is None else self.house.row(life.wave)
        if life is None or row is None or row.state not in {*ENDED, "planned"}:
            return
        life.end = row.state if row.state in ENDED else "cancelled"
        life.issuing = life.casting = False
        self.ended[life.wave], self.life = life.end, None
        self.tally[f"waves {life.end}"] += 1
        self.tally["ballots"] += len(life.casts)
        self._left_behind(life)
        released = life.wave in {e.wave for e in self.watch.entries_now()}
        demand(released == (life.end == "released"), f"{life.wave} {life.end}: {released}")
        if released:
            self.tally["figures shown"] += checks.figures(life, self.house.home.releases)
            self.tally["ballots in releases"] += len(life.casts)

    def _left_behind(self, life: Life) -> None:
        self.house.refresh()
        checks.nothing_left(self.house.home.path, life, self._known())

    def _known(self) -> Secrets:
        """Take down tokens and boxes of some who have them by now; return all that is known."""
        checks.take_down(self.known, self.voters)
        return self.known

    def backed_up(self, file: Path) -> None:
        """Take note of a backup, in which nothing of a wave may be that must not outlive it."""
        checks.nothing_in(file, self._known())
        self.backups.append(file)
        self._rosters[file] = self.above

    def restored(self, file: Path) -> None:
        """Take in that the installation is the one of a backup: nothing of it goes on."""
        self.above = self._rosters[file]
        life, states = self.life, {r.wave: r.state for r in wave.every(self.house.engine)}
        going_on = {named: state for named, state in states.items() if state not in ENDED}
        demand(not going_on, f"after a restore {going_on}")
        for named, state in states.items():
            then = self.watch.states.get(named, "")
            may = {"released": ENDED, "cancelled": ENDED}.get(then, ("lost",))
            demand(state in may, f"{named} was {then} and is {state} in a restored home")
        self.watch.restored(states)
        self.ended = dict(states)
        if life is not None:
            life.issuing = life.casting = False
            life.end = "restored"
            checks.nothing_left(self.house.home.path, life, self._known())
        self.life = None

    def present(self) -> Life:
        """Return the present life; only where there is one."""
        if self.life is None:
            raise Broken("no wave lives")
        return self.life
