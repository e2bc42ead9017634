"""Channels are told once per wave, kind and place, and of figures only where there are some."""

import datetime as dt
import shutil
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from sqlalchemy import Engine, insert

from pulse.accounts import newresults
from pulse.clock import FixedClock
from pulse.closing.results import compose
from pulse.disclosure.policy import policy_for
from pulse.disclosure.protect import protect
from pulse.errors import WrongState
from pulse.instrument import load
from pulse.invitation.announcing import KINDS, Kind, announce, notice_of
from pulse.mail import claims
from pulse.mail.claims import CLAIMED, Claim
from pulse.mail.outbox import Outbox
from pulse.mail.secretfiles import GENERIC_SECRET, GENERIC_WEBHOOK, write_secret
from pulse.release import press
from pulse.release.manifest import About, Tallies
from pulse.settings import Home, Settings
from pulse.store.engine import sqlite_engine
from pulse.store.migrate import upgrade
from pulse.terms import Counts
from pulse.wave import get, wave_table
from tests.unit.dashboards import house
from tests.webs import Reply, Web

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
SHOWN, EMPTY, OPEN = "2026-W38", "2026-W39", "2026-W40"
NOW = dt.datetime(2026, 9, 29, 9, tzinfo=dt.UTC)
SETTINGS = msgspec.structs.replace(Settings(), env="test", organisation="Example Ltd")
KEY = "whsec_" + "A" * 40


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home with a week that shows something, one that shows nothing, and an open one."""
    home = house.a_home(tmp_path_factory.mktemp("made"), weeks=1)
    tree, instrument = house.a_tree(), load()
    asked = house.answers(tree, instrument, 1)
    nobody = {unit: tuple((0,) * 7 for _ in asked.items) for unit in asked.table}
    empty = Counts(EMPTY, asked.items, nobody)
    protected = protect(tree, empty, policy_for(5), instrument)
    tallies = Tallies(75, 0, 0, 0, 0)
    about = About("0", "weekly", "1.0.0", 5, "0" * 32, "", tallies)
    staff = compose(protected, tree, instrument, "Northwind", "")
    press.press(home.releases, protected, tree, about, staff, check=lambda _: [])
    engine = sqlite_engine(home.state / "pulse.db", journal="wal", create=True)
    upgrade(engine, "state")
    with engine.begin() as connection:
        for wave, state in ((SHOWN, "released"), (EMPTY, "released"), (OPEN, "open")):
            connection.execute(
                insert(wave_table).values(
                    wave=wave, state=state, opens=NOW.isoformat(),
                    closes=(NOW + dt.timedelta(days=4)).isoformat(), form=0, survey="", keys="",
                    fingerprint="", groups=1, invited=75, reason="",
                )
            )  # fmt: skip
    engine.dispose()
    return home.path


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    """Copy it."""
    shutil.copytree(made, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    """Open its state."""
    engine = sqlite_engine(home.state / "pulse.db", journal="wal", create=False)
    yield engine
    engine.dispose()


def tell(home: Home, engine: Engine, wave: str, kind: Kind) -> tuple[str, ...]:
    """Announce something."""
    return announce(home, SETTINGS, FixedClock(NOW), engine, wave, kind)


def hook(home: Home, web: Web) -> None:
    """Point the generic webhook to a server of this machine."""
    write_secret(home, GENERIC_WEBHOOK, f"http://127.0.0.1:{web.port}/hook")
    write_secret(home, GENERIC_SECRET, KEY)


def test_each_kind_is_told_once(home: Home, engine: Engine) -> None:
    """A second call says nothing; each message has a name of its own and no personal link."""
    with Web(lambda _: Reply(200)) as web:
        hook(home, web)
        for kind, wave in (("open", OPEN), ("reminder", OPEN), ("results", SHOWN)):
            assert tell(home, engine, wave, msgspec.convert(kind, Kind)) == ("generic",)
            assert tell(home, engine, wave, msgspec.convert(kind, Kind)) == ()
    names = [each.headers["webhook-id"] for each in web.asked]
    assert names == [f"pulse-{OPEN}-open", f"pulse-{OPEN}-reminder", f"pulse-{SHOWN}-results"]
    assert not any(b"/s#" in each.body for each in web.asked)
    assert web.asked[2].document["data"]["url"].endswith("/results")


def test_a_week_that_shows_nothing_is_never_announced(home: Home, engine: Engine) -> None:
    """Its figures are not there, so nobody is told that they are."""
    with Web(lambda _: Reply(200)) as web:
        hook(home, web)
        assert tell(home, engine, EMPTY, "results") == ()
        assert web.asked == []
    assert claims.every(engine) == ()


def test_many_at_once_tell_one(home: Home, engine: Engine) -> None:
    """Of eight who announce together one does, by one conditional write."""
    with Web(lambda _: Reply(200)) as web:
        hook(home, web)
        crowd = [Thread(target=tell, args=(home, engine, OPEN, "open")) for _ in range(8)]
        for each in crowd:
            each.start()
        for each in crowd:
            each.join()
        assert len(web.asked) == 1


@pytest.mark.parametrize(("status", "calls"), [(404, 2), (500, 1), (None, 1)])
def test_only_a_clear_no_is_tried_again(
    home: Home, engine: Engine, status: int | None, calls: int
) -> None:
    """What may have been heard is counted as uncertain and not doubled."""
    replies = iter([Reply(status), Reply(200)])
    with Web(lambda _: next(replies)) as web:
        hook(home, web)
        assert tell(home, engine, OPEN, "open") == ()
        assert tell(home, engine, OPEN, "open") == (("generic",) if calls == 2 else ())
        assert len(web.asked) == calls


def test_a_crash_after_the_claim_is_not_told_twice(home: Home, engine: Engine) -> None:
    """What is claimed and has no outcome may have been told."""
    assert claims.claim(engine, Claim(OPEN, "open", "generic"))
    with Web(lambda _: Reply(200)) as web:
        hook(home, web)
        assert tell(home, engine, OPEN, "open") == ()
        assert web.asked == []
    assert [each.outcome for each in claims.every(engine)] == [CLAIMED]
    claims.drop(engine, OPEN, ("open",))
    assert claims.every(engine) == ()


def test_a_broken_place_hinders_no_other(home: Home, engine: Engine) -> None:
    """A webhook of a foreign host is noted as failed; the generic one is told."""
    write_secret(home, "slack.webhook", "https://evil.example.org/x")
    with Web(lambda _: Reply(200)) as web:
        hook(home, web)
        assert tell(home, engine, OPEN, "open") == ("generic",)
    outcomes = {each.place: each.outcome for each in claims.every(engine)}
    assert outcomes["slack"].startswith("failed: ")
    assert "evil" not in outcomes["slack"]


def test_nothing_is_told_of_a_wave_in_another_state(home: Home, engine: Engine) -> None:
    """An unknown, closed or still open wave is refused, and no claim is made."""
    with Web(lambda _: Reply(200)) as web:
        hook(home, web)
        for wave, kind in (("2026-W01", "open"), (SHOWN, "open"), (OPEN, "results")):
            with pytest.raises(WrongState):
                tell(home, engine, wave, msgspec.convert(kind, Kind))
        late = FixedClock(NOW + dt.timedelta(days=5))
        with pytest.raises(WrongState):
            announce(home, SETTINGS, late, engine, OPEN, "reminder")
        assert web.asked == []


def test_words_fit_the_channel_of_the_people(engine: Engine) -> None:
    """Where links come in Slack, the announcement says so; no kind has a link of anybody."""
    row = get(engine, OPEN)
    assert row is not None
    slack = msgspec.structs.replace(SETTINGS, people="slack")
    assert "in your mail" in notice_of(SETTINGS, row, "open").text
    assert "a message from Pulse" in notice_of(slack, row, "open").text
    for kind in KINDS:
        assert "/s#" not in notice_of(SETTINGS, row, kind).text
    assert "ignore this" in notice_of(SETTINGS, row, "reminder").text


@pytest.fixture
def accounts(home: Home) -> Iterator[Engine]:
    """Open the accounts."""
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=False)
    yield engine
    engine.dispose()


def outbox(home: Home) -> dict[str, str]:
    """Map addresses to the text that waits for them."""
    found = {}
    for item in Outbox(home.accounts / "outbox").items():
        assert item.state == "waiting"
        mail = message_from_bytes(item.path.read_bytes(), policy=default)
        found[str(mail["To"])] = mail.get_content()
    return found


def write(home: Home, engine: Engine, accounts: Engine, wave: str) -> int:
    """Write the mails about new figures."""
    return newresults.write(home, SETTINGS, FixedClock(NOW), engine, accounts, wave)


def test_leaders_and_hr_hear_of_new_figures_once(
    home: Home, engine: Engine, accounts: Engine
) -> None:
    """Neither auditor nor administrator does, nobody twice, and no figure is in it."""
    assert write(home, engine, accounts, SHOWN) == 3
    mails = outbox(home)
    assert set(mails) == {house.LEADER, house.TEAM, house.HR}
    assert write(home, engine, accounts, SHOWN) == 0
    for text in mails.values():
        assert "the figures of week 38 of 2026 are there" in text
        assert SETTINGS.dashboards_url in text
        assert not any(word in text for word in ("%", "percent", "Engineering", "Data"))


def test_whom_a_release_shows_nothing_hears_nothing(
    home: Home, engine: Engine, accounts: Engine
) -> None:
    """A week without figures writes to nobody."""
    assert write(home, engine, accounts, EMPTY) == 0
    assert outbox(home) == {}


def test_a_crash_before_the_mark_doubles_no_mail(
    home: Home, engine: Engine, accounts: Engine
) -> None:
    """Staged mails of a run that died are written anew; those behind the mark go as they are."""
    write(home, engine, accounts, SHOWN)
    box = Outbox(home.accounts / "outbox")
    for item in box.items():
        item.path.rename(item.path.with_name(f"{item.path.name}.new"))
    assert write(home, engine, accounts, SHOWN) == 3
    assert len(outbox(home)) == 3
    for item in box.items():
        item.path.rename(item.path.with_name(f"{item.path.name}.new"))
    claims.drop(engine, SHOWN, ("results",))
    assert write(home, engine, accounts, SHOWN) == 3
    assert len(box.items()) == 3
