"""Builds the demo's home: the organisation, its past weeks in order, and this week, open."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Engine

from pulse import wave as waves
from pulse.accounts import directory
from pulse.accounts.directory import Role
from pulse.accounts.passwords import PasswordWorker, one_time_password
from pulse.clock import Clock
from pulse.demo import organisation as invented
from pulse.demo import trying
from pulse.demo.organisation import Organisation
from pulse.demo.story import REORGANISED, Story
from pulse.instrument import load
from pulse.invitation import invitations
from pulse.invitation.links import read_kwave
from pulse.opening import open_wave
from pulse.rehearsal import Rehearsal, Script
from pulse.roster import import_roster, read_files
from pulse.settings import Home, Settings, check
from pulse.settings import load as load_settings
from pulse.store import treefile
from pulse.store.databases import accounts_engine, state_engine
from pulse.store.home import make_home
from pulse.terms import Progress, Response, silent
from pulse.token.invites import link
from pulse.upkeep.telling import tell
from pulse.web.page import staff_page

SEED: Final = "harbour"
LABEL: Final = "Living through past weeks"
LINKS: Final = 3
LEAVING: Final = 0.012  # of all people, every four weeks
SHORTEST_WEEK: Final = dt.timedelta(days=2)
SETTINGS: Final = """\
organisation = "Harbour Software (demo)"
timezone = "UTC"
base_url = "{base_url}"
dashboards_url = "{dashboards_url}"
admin_url = "{admin_url}"
languages = ["en", "de", "fr", "es", "ar"]

[support]
contacts = ["Works council: extension 2200", "Company doctor: extension 2300"]
"""


class Login(msgspec.Struct, frozen=True):
    """A ready account: nothing has to be changed at the first sign-in."""

    role: str
    email: str
    password: str
    sees: str


class Demo(msgspec.Struct, frozen=True):
    """What was made: links of three people of the open wave, and three ready accounts."""

    wave: str
    closes: dt.datetime
    people: int
    past_weeks: int
    links: tuple[str, ...]
    logins: tuple[Login, ...]


def build(  # noqa: PLR0913 - what the command chooses, each by name
    home: Home,
    clock: Clock,
    *,
    base_url: str,
    dashboards_url: str,
    people: int,
    weeks: int,
    progress: Progress = silent,
    admin_url: str = "http://127.0.0.1:8002",
    settings_text: str = "",
) -> Demo:
    """Make the home of a demo.

    Args:
        home: an empty or missing folder.
        clock: the present; the open wave is its week's, the past weeks lie before it.
        base_url: address of the staff pages, which the links begin with.
        dashboards_url: address of the leaders' pages.
        people: how many the organisation has, 20 or more.
        weeks: how many past weeks there are.
        progress: told after each past week, and while keys are made.
        admin_url: address of the administrators' pages.
        settings_text: its `pulse.toml`; empty means the demo's own.
    """
    shipped = SETTINGS.format(base_url=base_url, dashboards_url=dashboards_url, admin_url=admin_url)
    make_home(home, settings_text or shipped)
    settings = check(load_settings(home, {}))
    engine = state_engine(home, settings)
    try:
        organisation = Organisation(people, SEED)
        _import(engine, organisation)
        _past(home, settings, engine, organisation, clock, weeks, progress)
        wave = _open(home, settings, engine, clock, progress)
        logins = tuple(_accounts(home, settings, clock, organisation))
        _practices(home, settings, clock, wave.wave, weeks)
        links = tuple(_links(home, settings, engine, wave))
        tell(home)
    finally:
        engine.dispose()
    return Demo(wave.wave, wave.closes, people, weeks, links, logins)


def _past(
    home: Home,
    settings: Settings,
    engine: Engine,
    organisation: Organisation,
    clock: Clock,
    weeks: int,
    progress: Progress,
) -> None:
    story = Story(organisation, load(), SEED)
    lived = Rehearsal(home, engine, staff_page())
    monday = _monday(clock.now())
    for week in range(weeks):
        if week == round(weeks * REORGANISED) and week:
            story.reorganised(organisation.reorganise())
            _import(engine, organisation)
        elif week % 4 == 3:  # noqa: PLR2004 - once in four weeks
            organisation.people_change(round(LEAVING * len(organisation.people)))
            _import(engine, organisation)
        opens = monday - dt.timedelta(weeks=weeks - week)
        script = _told(story, organisation, (week + 1) / weeks)
        lived.live(settings, opens, waves.closing_time(settings, opens), script)
        progress(LABEL, week + 1, weeks)


def _told(story: Story, organisation: Organisation, time: float) -> Script:
    """Return what everybody answers at a time of the story."""

    def script(person: str, wave: waves.Wave) -> Response | None:
        week = wave.opens.isocalendar().week
        return story.answers(person, organisation.people[person], wave.form, time, week)

    return script


def _open(
    home: Home, settings: Settings, engine: Engine, clock: Clock, progress: Progress
) -> waves.Wave:
    """Open this week with real keys; it stays open for two days at least."""
    closes = max(waves.closing_time(settings, clock.now()), clock.now() + SHORTEST_WEEK)
    closes = closes.replace(microsecond=0)
    opened = open_wave(
        home, settings, clock, engine, page=staff_page(), closes=closes, progress=progress
    )
    row = waves.get(engine, opened.wave)
    if row is None:  # pragma: no cover - it was opened a moment ago
        raise KeyError(opened.wave)
    return row


def _monday(now: dt.datetime) -> dt.datetime:
    """Return nine o'clock on the Monday of this week, in UTC."""
    day = now.date() - dt.timedelta(days=now.weekday())
    return dt.datetime.combine(day, dt.time(9), dt.UTC)


def _import(engine: Engine, organisation: Organisation) -> None:
    with tempfile.TemporaryDirectory(prefix="pulse-roster-") as folder:
        units, people = Path(folder, "units.csv"), Path(folder, "people.csv")
        units.write_text(organisation.units_csv(), encoding="utf-8")
        people.write_text(organisation.people_csv(), encoding="utf-8")
        import_roster(engine, read_files(units, people))


def _accounts(
    home: Home, settings: Settings, clock: Clock, organisation: Organisation
) -> Iterator[Login]:
    leads = next(unit for unit in (invented.ENGINEERING, "prod") if unit in organisation.units)
    accounts: tuple[tuple[Role, str | None], ...] = (
        ("leader", leads), ("hr", None), ("admin", None),
    )  # fmt: skip
    worker = PasswordWorker()
    engine = accounts_engine(home, settings)
    try:
        for role, unit in accounts:
            made = directory.create(
                engine, clock, lambda text: worker.hash(text).result(),
                email=f"{role}@harbour.example", role=role, unit_id=unit,
                password=one_time_password(),
            )  # fmt: skip
            everything = "people and schedule" if role == "admin" else "all released figures"
            sees = organisation.units[unit][1] if unit else everything
            yield Login(role, made.email, made.one_time_password or "", sees)
    finally:
        worker.close()
        engine.dispose()


def _practices(home: Home, settings: Settings, clock: Clock, wave: str, weeks: int) -> None:
    engine = accounts_engine(home, settings)
    tree = treefile.read_kept(home.trees / f"{wave}.json")
    try:
        trying.seed(engine, tree, _monday(clock.now()).date(), weeks)
    finally:
        engine.dispose()


def _links(home: Home, settings: Settings, engine: Engine, wave: waves.Wave) -> Iterator[str]:
    """Yield the links of three people who sit far from each other in the roster."""
    listed = (home.published / wave.wave / wave.keys.rpartition("/")[2]).read_bytes()
    everybody = list(invitations(engine, wave.wave, read_kwave(home, wave.wave)))
    for each in everybody[:: max(1, len(everybody) // LINKS)][:LINKS]:
        yield link(settings.base_url, each.secret.reveal(), listed)
