"""The second step: set up with a phone, asked for at sign-in, and nobody is in without it."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from pulse.accounts import accesslog
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.unit.accounts.phone import code_of
from tests.unit.dashboards import house
from tests.unit.dashboards.steps import send, with_factor

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

HERE = "/account/second-factor"


@pytest.fixture
def engine(fresh: Home) -> Iterator[Engine]:
    """Open the accounts of the home."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    yield engine
    engine.dispose()


def test_it_is_set_up_with_password_picture_and_code(fresh: Home, engine: Engine) -> None:
    """The password is asked for; the picture needs no style; the codes are shown once."""
    app = house.an_app(fresh)
    client, other = house.visitor(app, house.HR), house.visitor(app, house.HR)
    assert send(client, f"{HERE}/start", HERE, current="wrong")[0] == 422
    assert send(client, f"{HERE}/start", HERE, current=house.PASSWORD) == (303, HERE)
    page = client.get(HERE).text
    assert "<svg" in page
    assert "style=" not in page
    assert "<title>QR code" in page
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    assert send(client, f"{HERE}/confirm", HERE, code="000000")[0] == 422
    before = client.cookies["pulse"]
    status, shown = send(client, f"{HERE}/confirm", HERE, code=code_of(found[1], house.CLOCK))
    assert status == 200
    assert len(re.findall(r"<li><code>([2-9a-z]{4}-){3}[2-9a-z]{4}</code></li>", shown)) == 10
    assert client.cookies["pulse"] != before
    assert client.get("/").status_code == 200
    assert other.get("/").headers["location"] == "/login"
    assert found[1] not in client.get(HERE).text
    assert "10 recovery codes left" in client.get(HERE).text
    assert "factor on" in [row.action for row in accesslog.newest(engine)]


def test_signing_in_asks_for_the_code(fresh: Home, engine: Engine) -> None:
    """With the password alone every page leads back; with the code the session id changes."""
    phone = with_factor(engine, fresh, house.HR)
    client = house.visitor(house.an_app(fresh))
    assert house.sign_in(client, house.HR) == 303
    assert client.get("/").headers["location"] == "/login"
    assert client.get("/login").headers["location"] == "/login/code"
    assert client.get("/account").status_code == 303
    assert client.get("/api/v1/units").status_code == 401
    assert "Sign out" not in client.get("/login/code").text
    before = client.cookies["pulse"]
    assert send(client, "/login/code", code="000000")[0] == 401
    code = code_of(phone.secret, house.CLOCK)
    assert send(client, "/login/code", code=f"{code[:3]} {code[3:]}") == (303, "/")
    assert client.cookies["pulse"] != before
    assert client.get("/").status_code == 200
    again = house.visitor(house.an_app(fresh), house.HR)
    assert send(again, "/login/code", code=code)[0] == 401
    rows = [(row.action, row.subject) for row in accesslog.newest(engine) if row.action != "saw"]
    assert rows == [
        ("refused", "second step"), ("first step", "password"),
        ("signed in", "with a second step"), ("refused", "second step"),
        ("first step", "password"),
    ]  # fmt: skip


def test_the_session_before_the_code_is_worth_nothing_after_it(fresh: Home, engine: Engine) -> None:
    """The id from before the second step does not become a whole session (fixation)."""
    phone = with_factor(engine, fresh, house.HR)
    app = house.an_app(fresh)
    client, thief = house.visitor(app, house.HR), house.visitor(app)
    thief.cookies.set("pulse", client.cookies["pulse"])
    assert send(client, "/login/code", code=code_of(phone.secret, house.CLOCK))[0] == 303
    assert thief.get("/").headers["location"] == "/login"
    assert thief.get("/login").status_code == 200


def test_a_recovery_code_lets_in_once(fresh: Home, engine: Engine) -> None:
    """It stands in for the phone, is used up, and is noted."""
    phone = with_factor(engine, fresh, house.HR)
    app = house.an_app(fresh)
    first, second = house.visitor(app, house.HR), house.visitor(app, house.HR)
    assert send(first, "/login/code", code=phone.codes[0]) == (303, "/")
    assert send(second, "/login/code", code=phone.codes[0])[0] == 401
    assert "9 recovery codes left" in first.get(HERE).text
    assert "recovery code" in [row.action for row in accesslog.newest(engine)]


def test_many_wrong_codes_make_it_rest(fresh: Home, engine: Engine) -> None:
    """After five the page says how long to wait, even with the right code."""
    phone = with_factor(engine, fresh, house.HR)
    client = house.visitor(house.an_app(fresh), house.HR)
    for _ in range(5):
        assert "does not fit" in send(client, "/login/code", code="000000")[1]
    told = send(client, "/login/code", code=code_of(phone.secret, house.CLOCK))
    assert told[0] == 401
    assert "quarter of an hour" in told[1]


def test_codes_are_drawn_anew_and_the_step_taken_away_with_a_code(
    fresh: Home, engine: Engine
) -> None:
    """Both need a code of the phone; afterwards a sign-in asks for the password alone."""
    phone = with_factor(engine, fresh, house.HR)
    app = house.an_app(fresh)
    client = house.visitor(app, house.HR)
    assert send(client, "/login/code", code=phone.codes[0])[0] == 303
    for action in ("codes", "remove"):
        assert send(client, f"{HERE}/{action}", HERE, code="000000")[0] == 422
    status, shown = send(client, f"{HERE}/codes", HERE, code=code_of(phone.secret, house.CLOCK))
    assert status == 200
    fresh_codes = re.findall(r"<code>([2-9a-z-]{19})</code>", shown)
    assert len(fresh_codes) == 10
    assert send(client, f"{HERE}/remove", HERE, code=phone.codes[1])[0] == 422
    assert send(client, f"{HERE}/remove", HERE, code=fresh_codes[0]) == (303, HERE)
    assert client.get("/").status_code == 200
    assert house.visitor(app, house.HR).get("/").status_code == 200


def test_a_role_may_need_it(fresh: Home) -> None:
    """With second_factor = "hr" HR comes to its page first; a leader is left alone."""
    fresh.settings_file.write_text('second_factor = "hr"\n')
    app = house.an_app(fresh)
    client = house.visitor(app, house.HR)
    assert client.get("/").headers["location"] == HERE
    assert client.get("/api/v1/units").status_code == 403
    page = client.get(HERE).text
    assert "Your role needs" in page
    assert send(client, f"{HERE}/start", HERE, current=house.PASSWORD)[0] == 303
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', client.get(HERE).text)
    assert found is not None
    assert send(client, f"{HERE}/confirm", HERE, code=code_of(found[1], house.CLOCK))[0] == 200
    assert client.get("/").status_code == 200
    assert "Switch it off" not in client.get(HERE).text
    assert house.visitor(app, house.LEADER).get("/").status_code == 200


def test_a_role_that_needs_it_cannot_take_it_away(fresh: Home, engine: Engine) -> None:
    """A form that the page does not offer changes nothing when it is sent all the same."""
    phone = with_factor(engine, fresh, house.HR)
    fresh.settings_file.write_text('second_factor = "hr"\n')
    client = house.visitor(house.an_app(fresh), house.HR)
    assert send(client, "/login/code", code=phone.codes[0])[0] == 303
    assert send(client, f"{HERE}/remove", HERE, code=phone.codes[1])[0] == 422
    assert client.get("/").status_code == 200
