"""After the steps of a tick channels and leaders are told, once, and nothing that is not so."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, insert, update

from pulse.clock import FixedClock
from pulse.closing.results import compose
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.instrument import load
from pulse.invitation.links import kwave_path
from pulse.invitation.tables import sent
from pulse.mail import claims
from pulse.mail.claims import Claim
from pulse.mail.outbox import Outbox
from pulse.mail.secretfiles import GENERIC_SECRET, GENERIC_WEBHOOK, write_secret
from pulse.release import press
from pulse.release.manifest import About, Tallies
from pulse.roster.tables import membership
from pulse.settings import Home, Settings
from pulse.store.engine import sqlite_engine
from pulse.store.migrate import upgrade
from pulse.terms import Counts
from pulse.tick import Ticked, tick
from pulse.wave import wave_table
from tests.installation import free_ports
from tests.unit.dashboards import house
from tests.webs import Reply, Web

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
SHOWN, EMPTY, OPEN = "2026-W38", "2026-W39", "2026-W40"
NOW = dt.datetime(2026, 9, 29, 18, tzinfo=dt.UTC)  # Tuesday evening: nobody's minute comes
SETTINGS = msgspec.structs.replace(Settings(), env="test", cadence="off")
PEOPLE = ("ada", "bo", "cy")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home with a release that shows something and a newer one that shows nothing."""
    home = house.a_home(tmp_path_factory.mktemp("made"), weeks=1)
    tree, instrument = house.a_tree(), load()
    asked = house.answers(tree, instrument, 1)
    nobody = {unit: tuple((0,) * 7 for _ in asked.items) for unit in asked.table}
    protected = protect(tree, Counts(EMPTY, asked.items, nobody), policy_for(5), instrument)
    about = About("0", "weekly", "1.0.0", 5, "0" * 32, "", Tallies(75, 0, 0, 0, 0))
    staff = compose(protected, tree, instrument, "Northwind", "")
    press.press(home.releases, protected, tree, about, staff, check=lambda _: [])
    engine = sqlite_engine(home.state / "pulse.db", journal="wal", create=True)
    upgrade(engine, "state")
    engine.dispose()
    return home.path


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    """Copy it."""
    shutil.copytree(made, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    """Open its state, which knows no week yet."""
    engine = sqlite_engine(home.state / "pulse.db", journal="wal", create=False)
    yield engine
    engine.dispose()


def row(engine: Engine, wave: str, state: str, closes: dt.datetime) -> None:
    """Let there be a week."""
    with engine.begin() as connection:
        connection.execute(
            insert(wave_table).values(
                wave=wave, state=state, opens=(closes - dt.timedelta(days=4)).isoformat(),
                closes=closes.isoformat(), form=0, survey="", keys="", fingerprint="", groups=1,
                invited=75, reason="",
            )
        )  # fmt: skip


def open_week(home: Home, engine: Engine, written: tuple[str, ...], kind: str) -> None:
    """Let a week be open in which `written` people were sent this kind of mail."""
    row(engine, OPEN, "open", NOW + dt.timedelta(days=3))
    kwave_path(home, OPEN).parent.mkdir(parents=True, exist_ok=True)
    kwave_path(home, OPEN).write_bytes(b"k" * 32)
    kwave_path(home, OPEN).chmod(0o600)
    values = {"wave": OPEN, "unit_id": "u", "locale": "", "timezone": ""}
    with engine.begin() as connection:
        connection.execute(
            insert(membership),
            [{**values, "person_id": who, "email": f"{who}@example.org"} for who in PEOPLE]
            + [{**values, "person_id": "card", "email": ""}],
        )
    mark(engine, PEOPLE if kind == "reminder" else (), "invitation")
    mark(engine, written, kind)


def mark(engine: Engine, people: tuple[str, ...], kind: str) -> None:
    """Note that these people were written."""
    rows = [{"wave": OPEN, "person_id": who, "kind": kind} for who in people]
    if rows:
        with engine.begin() as connection:
            connection.execute(insert(sent), rows)


def hook(home: Home, port: int) -> None:
    """Point the generic webhook to a port of this machine."""
    write_secret(home, GENERIC_WEBHOOK, f"http://127.0.0.1:{port}/hook")
    write_secret(home, GENERIC_SECRET, "whsec_" + "A" * 40)


def ticks(
    home: Home, engine: Engine, now: dt.datetime = NOW, settings: Settings = SETTINGS
) -> Ticked:
    """Tick once."""
    return tick(home, settings, FixedClock(now), engine, tell_staff=lambda _: "")


def told(web: Web) -> list[str]:
    """Name what a server was told."""
    return [each.headers["webhook-id"] for each in web.asked]


def letters(home: Home) -> int:
    """Count the mails to leaders and HR."""
    return len(Outbox(home.accounts / "outbox").items())


def test_new_figures_are_told_once(home: Home, engine: Engine) -> None:
    """Channels hear of them, leaders and HR are written, and a second tick says nothing more."""
    row(engine, SHOWN, "released", NOW - dt.timedelta(days=4))
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        first, second = ticks(home, engine), ticks(home, engine)
        assert told(web) == [f"pulse-{SHOWN}-results"]
    assert [each.step for each in first.done] == ["leaders", "announce results"]
    assert (second.done, second.failed, letters(home)) == ((), (), 3)


def test_a_week_that_shows_nothing_is_no_news(home: Home, engine: Engine) -> None:
    """Nobody is told of it, nor, as if it were new, of the older week that did show something."""
    row(engine, SHOWN, "released", NOW - dt.timedelta(days=6))
    row(engine, EMPTY, "released", NOW - dt.timedelta(days=1))
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        found = ticks(home, engine)
        assert (web.asked, letters(home)) == ([], 0)
    assert (found.done, found.failed) == ((), ())


def test_old_figures_are_no_news(home: Home, engine: Engine) -> None:
    """A home that begins to tick tells nothing of a week that closed seven days ago or earlier."""
    closed = NOW - dt.timedelta(days=7)
    row(engine, SHOWN, "released", closed)
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        ticks(home, engine)
        assert (web.asked, letters(home)) == ([], 0)
        ticks(home, engine, NOW - dt.timedelta(seconds=1))
        assert (told(web), letters(home)) == ([f"pulse-{SHOWN}-results"], 3)


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_a_channel_hears_only_when_everybody_was_written(
    home: Home, engine: Engine, kind: str
) -> None:
    """One person whose minute is to come keeps it back; people with cards are not waited for."""
    open_week(home, engine, PEOPLE[:-1], kind)
    name = "open" if kind == "invitation" else "reminder"
    before = [f"pulse-{OPEN}-open"] if kind == "reminder" else []
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        assert ticks(home, engine).failed == ()
        assert told(web) == before
        mark(engine, PEOPLE[-1:], kind)
        ticks(home, engine)
        ticks(home, engine)
        assert told(web) == [*before, f"pulse-{OPEN}-{name}"]


def test_nothing_is_told_where_nobody_is_written(home: Home, engine: Engine) -> None:
    """An organisation of people with cards alone has no mail that a channel could speak of."""
    open_week(home, engine, (), "invitation")
    with engine.begin() as connection:
        connection.execute(update(membership).values(email=""))
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        ticks(home, engine)
        assert web.asked == []


def test_nothing_is_told_of_a_week_past_its_closing_time(home: Home, engine: Engine) -> None:
    """Between closing time and close the week is open by name alone."""
    open_week(home, engine, PEOPLE, "invitation")
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        ticks(home, engine, NOW + dt.timedelta(days=3))
        assert web.asked == []


def test_a_server_that_is_down_fails_no_step(home: Home, engine: Engine) -> None:
    """The tick goes well, leaders are written all the same, and the channel hears it later."""
    row(engine, SHOWN, "released", NOW - dt.timedelta(days=4))
    open_week(home, engine, PEOPLE, "invitation")
    hook(home, *free_ports(1))
    found = ticks(home, engine)
    assert ([each.step for each in found.done], found.failed) == (["leaders"], ())
    assert claims.outcome(engine, Claim(OPEN, "open", "generic")).startswith("failed: ")
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        ticks(home, engine)
        assert told(web) == [f"pulse-{SHOWN}-results", f"pulse-{OPEN}-open"]
    assert letters(home) == 3


def test_a_mail_server_that_is_down_hinders_no_channel(home: Home, engine: Engine) -> None:
    """Mails wait, the tick says why, and figures are told in channels in the same tick."""
    row(engine, SHOWN, "released", NOW - dt.timedelta(days=4))
    (port,) = free_ports(1)
    smtp = msgspec.structs.replace(SETTINGS, mail=f"smtp://127.0.0.1:{port}")
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        found = ticks(home, engine, settings=smtp)
        assert told(web) == [f"pulse-{SHOWN}-results"]
    assert [each.step for each in found.failed] == ["deliver"]
    assert letters(home) == 3


def test_a_damaged_release_is_said_and_hinders_nothing_else(home: Home, engine: Engine) -> None:
    """What cannot be checked is not told; the open week's announcement is."""
    row(engine, SHOWN, "released", NOW - dt.timedelta(days=4))
    open_week(home, engine, PEOPLE, "invitation")
    cells = home.releases / SHOWN / "cells.parquet"
    cells.chmod(0o644)
    cells.write_bytes(b"x")
    with Web(lambda _: Reply(200)) as web:
        hook(home, web.port)
        found = ticks(home, engine)
        assert told(web) == [f"pulse-{OPEN}-open"]
    assert {each.step for each in found.failed} == {"leaders", "announce results"}
    assert letters(home) == 0
