"""One's own sessions: seen, ended one by one or all; time ends them too; passwords are rehashed."""

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from litestar.stores.file import FileStore
from sqlalchemy import Engine

from pulse.accounts import directory, sittings
from pulse.clock import FileClock, FixedClock
from pulse.settings import Home
from pulse.signin import sessions
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house
from tests.unit.dashboards.steps import send

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets


@pytest.fixture
def engine(fresh: Home) -> Iterator[Engine]:
    """Open the accounts of the home."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    yield engine
    engine.dispose()


def test_a_person_sees_and_ends_their_sessions(fresh: Home) -> None:
    """Of two others one is ended by its button, then all; the own one stays."""
    app = house.an_app(fresh)
    mine, lost, old = (house.visitor(app, house.HR) for _ in range(3))
    page = mine.get("/account").text
    ids = re.findall(r'name="session" value="([0-9a-f]+)"', page)
    assert len(ids) == 2
    assert page.count(", here") == 1
    assert send(mine, "/account/sessions", "/account", session=ids[0])[0] == 303
    left = [client.get("/").status_code for client in (mine, lost, old)]
    assert sorted(left) == [200, 200, 303]
    assert left[0] == 200
    assert send(mine, "/account/sessions", "/account")[1] == "/account?done=others"
    assert [client.get("/").status_code for client in (mine, lost, old)] == [200, 303, 303]


def test_nobody_ends_somebody_else_s(fresh: Home, engine: Engine) -> None:
    """The id of another person's session ends nothing."""
    app = house.an_app(fresh)
    victim, other = house.visitor(app, house.HR), house.visitor(app, house.LEADER)
    found = directory.find(engine, house.HR)
    assert found is not None
    (row,) = sittings.of(engine, house.CLOCK, found[0])
    send(other, "/account/sessions", "/account", session=row.session_id)
    assert victim.get("/").status_code == 200


def test_signing_out_ends_it_on_the_server(fresh: Home) -> None:
    """Whoever has kept the cookie gets nothing with it."""
    app = house.an_app(fresh)
    client, thief = house.visitor(app, house.HR), house.visitor(app)
    thief.cookies.set("pulse", client.cookies["pulse"])
    assert thief.get("/").status_code == 200
    assert send(client, "/logout", "/account") == (303, "/login")
    assert thief.get("/").headers["location"] == "/login"


def test_what_one_copy_of_the_app_ends_has_ended_in_all(fresh: Home) -> None:
    """A copy that knows the session's file still finds that its row is gone."""
    here, elsewhere = (house.an_app(fresh) for _ in range(2))
    client, other = house.visitor(here, house.HR), house.visitor(elsewhere)
    other.cookies.set("pulse", client.cookies["pulse"])
    assert other.get("/").status_code == 200
    send(client, "/logout", "/account")
    assert other.get("/").headers["location"] == "/login"


def test_a_session_is_read_from_its_file_once(tmp_path: Path) -> None:
    """Until it is written, deleted or a minute old, what was read before is given again."""
    now = [0.0]
    kept = sessions.KeptStore(tmp_path, clock=lambda: now[0])

    async def used() -> list[bytes | None]:
        await kept.set("a", b"first", 60)
        found = [await kept.get("a")]
        await FileStore(tmp_path).set("a", b"other", 60)
        found.append(await kept.get("a"))
        now[0] = sessions.KEPT_FOR
        found.append(await kept.get("a"))
        await kept.set("a", b"third", 60)
        found.append(await kept.get("a"))
        await kept.delete("a")
        found.append(await kept.get("a"))
        await kept.set("a", b"fourth", 60)
        await kept.get("a")
        await kept.delete_all()
        return [*found, await kept.get("a")]

    assert asyncio.run(used()) == [b"first", b"first", b"other", b"third", None, None]


def test_an_idle_session_leads_to_the_login(fresh: Home) -> None:
    """One hour without a page and the next one asks to sign in."""
    file = fresh.path / "now"
    start = house.CLOCK.now()
    file.write_text(start.isoformat())
    client = house.visitor(house.an_app(fresh, clock=FileClock(file)), house.HR)
    file.write_text((start + dt.timedelta(minutes=59)).isoformat())
    assert client.get("/").status_code == 200
    file.write_text((start + dt.timedelta(minutes=120)).isoformat())
    assert client.get("/").headers["location"] == "/login"


def test_a_new_password_draws_a_new_session_id(fresh: Home) -> None:
    """The id from before it is worth nothing, even in this very browser."""
    app = house.an_app(fresh)
    client, thief = house.visitor(app, house.HR), house.visitor(app)
    thief.cookies.set("pulse", client.cookies["pulse"])
    new = "another long password"
    fields = {"current": house.PASSWORD, "new": new, "again": new}
    assert send(client, "/account", **fields)[0] == 303
    assert client.get("/").status_code == 200
    assert thief.get("/").headers["location"] == "/login"


def stored(engine: Engine) -> tuple[directory.Account, str]:
    """Return HR's account and stored password."""
    found = directory.find(engine, house.HR)
    assert found is not None
    return found


def test_a_password_is_hashed_anew_when_parameters_change(fresh: Home, engine: Engine) -> None:
    """At the next sign-in, with the same stamp; a wrong password changes nothing."""
    before = stored(engine)
    app = house.an_app(fresh, hasher=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert house.sign_in(house.visitor(app), house.HR, "wrong") == 401
    assert stored(engine) == before
    client = house.visitor(app, house.HR)
    after = stored(engine)
    assert after[0] == before[0]
    assert "m=16,t=2" in after[1]
    assert client.get("/").status_code == 200
    house.visitor(app, house.HR)
    assert stored(engine) == after


def test_rehashing_never_brings_an_old_password_back(fresh: Home, engine: Engine) -> None:
    """Where the password has changed in between, the newer one stays."""
    account, old = stored(engine)
    directory.change_password(engine, account.account_id, "newer")
    directory.rehash(engine, account.account_id, old, "old one, hashed anew")
    assert stored(engine)[1] == "newer"
    assert fresh.path.is_dir()


def test_what_has_ended_is_deleted_at_the_next_sign_in(fresh: Home, engine: Engine) -> None:
    """Rows of sessions that ended by time go when anybody signs in."""
    house.visitor(house.an_app(fresh), house.HR)
    later = FixedClock(house.CLOCK.now() + dt.timedelta(days=1))
    house.visitor(house.an_app(fresh, clock=later), house.LEADER)
    assert sittings.of(engine, house.CLOCK, stored(engine)[0]) == []
