"""The life of a test week: made, answered by its one real person and many invented, closed."""

from typing import Final

import tomlkit
from msgspec import structs
from sqlalchemy import Engine, update

from pulse import wave as waves
from pulse.clock import Clock
from pulse.closing import Closed, close_wave
from pulse.demo.build import SEED, Demo, build
from pulse.demo.organisation import Organisation
from pulse.demo.story import Story
from pulse.errors import Refused
from pulse.instrument import load as load_instrument
from pulse.invitation import invitations, sending
from pulse.invitation.links import read_kwave
from pulse.mail.courier import deliver
from pulse.mail.secretfiles import SMTP_PASSWORD, has_secret, read_secret, write_secret
from pulse.roster.tables import membership, person
from pulse.settings import Home, Settings, load, mail_server
from pulse.store.databases import state_engine
from pulse.terms import Progress, silent
from pulse.testweek.casting import Polls
from pulse.token.invites import link
from pulse.upkeep.telling import tell

HANDFUL: Final = 3  # real links, all to the same address
PAST: Final = 4  # weeks lived through before, so that leaders' pages have something to show
LABEL: Final = "Answering for the invented people"
_NOW: Final = 1.0  # the place of this week in the demo's story


def settings_text(real: Settings, base_url: str, dashboards_url: str) -> str:
    """Return the `pulse.toml` of a test home: how the real one reads, and nobody of it.

    Name, help contacts, time zone and the way of mails are the real ones, because they are to be
    tried; databases, addresses and keys are not.
    """
    document = tomlkit.document()
    document["organisation"] = f"{real.organisation} (test week)"
    document["base_url"], document["dashboards_url"] = base_url, dashboards_url
    for name in ("timezone", "mail", "sender"):
        document[name] = getattr(real, name)
    support = tomlkit.table()
    support["text"], support["contacts"] = real.support.text, list(real.support.contacts)
    document["support"] = support
    return tomlkit.dumps(document)


class TestWeek:
    """One test week in a throw-away home.

    Args:
        home: an empty folder, removed by the caller at the end.
        clock: the present.
        people: how many are invented, 20 or more.
    """

    __test__ = False  # its name is no test's

    def __init__(self, home: Home, clock: Clock, people: int) -> None:
        self._home, self._clock, self._people = home, clock, people
        self._links: dict[str, str] = {}
        self._real: tuple[str, ...] = ()

    def make(
        self, text: str, base_url: str, real: Home, *, to: str = "", progress: Progress = silent
    ) -> Demo:
        """Make the home, open its week, and send the handful of links to one address.

        Args:
            text: its `pulse.toml`.
            base_url: where its staff pages will answer.
            real: whose password of the mail server is borrowed.
            to: the one address that gets mail; empty sends none.
            progress: told while weeks are lived through and keys are made.

        Raises:
            Refused: the mail server takes nothing, or not all; why is in the message.
        """
        made = build(
            self._home, self._clock, base_url=base_url, dashboards_url="", people=self._people,
            weeks=PAST, progress=progress, settings_text=text,
        )  # fmt: skip
        settings = load(self._home, {})
        engine = state_engine(self._home, settings)
        try:
            self._draw(engine, settings, made.wave)
            _address(engine, made.wave, self._real, to)
            if to:
                self._mail(engine, settings, real)
        finally:
            engine.dispose()
        seen = tuple(one for one in made.logins if one.role != "admin")  # not served here
        return structs.replace(made, logins=seen, links=self.links)

    def close(self, base_url: str, wave: str, progress: Progress = silent) -> Closed:
        """Let the invented people answer over HTTP, and close the week as any other.

        Raises:
            Refused: the staff app does not answer, or the week cannot be closed.
        """
        settings = load(self._home, {})
        engine = state_engine(self._home, settings)
        try:
            self._answer(base_url, wave, progress)
            closed = close_wave(self._home, settings, self._clock, engine, wave)
            tell(self._home)
        finally:
            engine.dispose()
        return closed

    @property
    def links(self) -> tuple[str, ...]:
        """The links that a real person may answer."""
        return tuple(self._links[each] for each in self._real)

    def _mail(self, engine: Engine, settings: Settings, real: Home) -> None:
        sending.send(self._home, settings, self._clock, engine)
        if mail_server(settings.mail) is None:
            return
        if has_secret(real, SMTP_PASSWORD):
            password = read_secret(real, SMTP_PASSWORD).reveal().decode()
            write_secret(self._home, SMTP_PASSWORD, password)
        done = deliver(self._home, settings, self._clock, engine)
        if done.delivered < len(self._real):
            why = " ".join(done.trouble) or "It did not take every message."
            raise Refused(f"The mail server did not take the links of the test week. {why}")

    def _draw(self, engine: Engine, settings: Settings, wave: str) -> None:
        """Note everybody's link, and choose people far from each other in the roster."""
        row = waves.get(engine, wave)
        if row is None:  # pragma: no cover - it was opened a moment ago
            raise Refused("The test week did not open.", where=wave)
        listed = (self._home.published / wave / row.keys.rpartition("/")[2]).read_bytes()
        for each in invitations(engine, wave, read_kwave(self._home, wave)):
            made = link(settings.base_url, each.secret.reveal(), listed)
            self._links[each.person.person_id] = made
        ids = sorted(self._links)
        self._real = tuple(ids[:: max(1, len(ids) // HANDFUL)][:HANDFUL])

    def _answer(self, base_url: str, wave: str, progress: Progress) -> None:
        organisation = Organisation(self._people, SEED)
        story = Story(organisation, load_instrument(), SEED)
        anywhere = next(iter(organisation.people.values()))
        polls = Polls(base_url)
        others = [each for each in self._links if each not in self._real]
        for done, each in enumerate(others, start=1):
            unit = organisation.people.get(each, anywhere)
            answers = story.answers(each, unit, polls.form, _NOW, int(wave[-2:]))
            if answers is not None:
                polls.cast(self._links[each], answers)
            progress(LABEL, done, len(others))
        polls.close()


def _address(engine: Engine, wave: str, kept: tuple[str, ...], to: str) -> None:
    """Leave one real address in a home of invented people, or none: nobody else can get mail."""
    with engine.begin() as connection:
        connection.execute(update(person).values(email="", email_folded=None))
        connection.execute(update(membership).values(email="", channel="card"))
        here = (membership.c.wave == wave) & membership.c.person_id.in_(kept)
        connection.execute(update(membership).where(here).values(email=to, channel="mail"))
