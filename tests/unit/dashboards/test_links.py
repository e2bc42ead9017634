"""First passwords and forgotten ones: by mail, without telling anybody who has an account."""

import asyncio
import email
import email.policy
import re
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar import Litestar, Request, post
from litestar.concurrency import sync_to_thread
from litestar.testing import TestClient
from sqlalchemy import Engine

from pulse.accounts import accesslog, directory, links, tokens
from pulse.settings import Home
from pulse.signin import welcome
from pulse.signin.tries import Limits
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house
from tests.unit.dashboards.steps import with_factor

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

LONG = "another long password"


@pytest.fixture
def engine(fresh: Home) -> Iterator[Engine]:
    """Open the accounts of the home."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    yield engine
    engine.dispose()


def mailed(home: Home) -> list[tuple[str, str]]:
    """Return to whom mails were written, and the path of the link in each, oldest first."""
    files = sorted((home.accounts / "outbox").glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
    mails = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files
    ]
    paths = [re.findall(r"http://127\.0\.0\.1:8001(/welcome/\S+)", m.get_content()) for m in mails]
    return [(str(mail["To"]), path[0]) for mail, path in zip(mails, paths, strict=True)]


def ask(client: TestClient[Litestar], address: str) -> tuple[int, str]:
    """Ask for a link and return the answer without what is fresh by design."""
    token = house.form_token(client.get("/forgotten").text)
    answer = client.post("/forgotten", data={"_csrf_token": token, "email": address})
    delivered(client.app)
    return answer.status_code, answer.text


def delivered(app: Any) -> None:
    """Wait until the postman has done what was asked so far."""
    app.state.desk.postman.submit(int).result(20)


def choose(client: TestClient[Litestar], path: str, new: str = LONG, again: str = "") -> Any:
    """Choose a password behind a link."""
    page = client.get(path).text
    found = re.search(r'_csrf_token" value="([0-9a-f]+)"', page)
    token = found[1] if found else house.form_token(client.get("/login").text)
    fields = {"_csrf_token": token, "new": new, "again": again or new}
    return client.post(path, data=fields)


def test_a_forgotten_password_is_chosen_anew(fresh: Home, engine: Engine) -> None:
    """The link in the mail sets one, signs in here, and ends every session and the token."""
    app = house.an_app(fresh)
    before, client = house.visitor(app, house.HR), house.visitor(app)
    token = tokens.issue(engine, house.CLOCK, house.HR).token
    assert ask(client, f" {house.HR.upper()} ")[0] == 200
    ((to, path),) = mailed(fresh)
    assert to == house.HR
    assert choose(client, path).headers["location"] == "/"
    assert client.get("/").status_code == 200
    assert before.get("/").headers["location"] == "/login"
    assert tokens.bearer(engine, token) is None
    assert house.sign_in(house.visitor(app), house.HR) == 401
    assert house.sign_in(house.visitor(app), house.HR, LONG) == 303
    assert choose(house.visitor(app), path).status_code == 410


def test_the_answer_is_the_same_for_everybody(fresh: Home) -> None:
    """An address with an account and one without get the same bytes; one mail is written."""
    app = house.an_app(fresh)
    assert ask(house.visitor(app), house.HR) == ask(house.visitor(app), "who@x.org")
    assert [to for to, _ in mailed(fresh)] == [house.HR]


def test_the_log_keeps_no_address_that_is_unknown(fresh: Home, engine: Engine) -> None:
    """Who asked is noted where it is known, and as nobody where it is not."""
    app = house.an_app(fresh)
    for address in (house.HR, "typed-by-mistake@x.org"):
        ask(house.visitor(app), address)
    rows = accesslog.newest(engine)
    assert [(row.email, row.action, row.subject) for row in rows] == [
        ("", "asked for link", ""), (house.HR, "asked for link", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("address", [house.HR, "who@x.org"])
def test_the_answer_is_out_before_anybody_is_looked_up(
    fresh: Home, engine: Engine, address: str
) -> None:
    """While the database cannot be written the whole answer is there: time tells nothing."""
    app = house.an_app(fresh)
    assert answered_meanwhile(app, engine, "/forgotten", address, seconds=5)
    delivered(app)
    assert [to for to, _ in mailed(fresh)] == [house.HR] * (address == house.HR)


@post("/careless")
async def careless(request: Request[Any, Any, Any]) -> str:
    """Look the address up, write the mail, and answer then."""
    form = await request.form()
    await sync_to_thread(welcome.post_link, request.app.state.desk, form["email"])
    return "a link is on its way"


@pytest.mark.slow
def test_looking_up_first_would_be_seen(fresh: Home, engine: Engine) -> None:
    """The twin: a page that answers when its work is done keeps people waiting for it."""
    app = house.an_app(fresh)
    app.register(careless)
    assert not answered_meanwhile(app, engine, "/careless", house.HR, seconds=1)


def answered_meanwhile(
    app: Litestar, engine: Engine, path: str, address: str, *, seconds: float
) -> bool:
    """Tell whether a form is answered in whole while nobody can write to the database."""
    client = house.visitor(app)
    token = house.form_token(client.get("/forgotten").text)
    answered = threading.Event()
    body = urlencode({"_csrf_token": token, "email": address}).encode()
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    call = _raw(app, path, body, cookie, answered)
    with engine.begin():  # whoever would write waits
        thread = threading.Thread(target=lambda: asyncio.run(call))
        thread.start()
        done = answered.wait(seconds)
    thread.join(20)
    return done


async def _raw(
    app: Litestar, path: str, body: bytes, cookie: str, answered: threading.Event
) -> None:
    """Call the app as a server does, and tell when the last byte of the answer is out."""
    headers = [
        (b"host", b"127.0.0.1:8001"),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", str(len(body)).encode()),
        (b"cookie", cookie.encode()),
    ]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "http_version": "1.1", "scheme": "http",
        "server": ("127.0.0.1", 8001), "client": ("127.0.0.1", 5), "root_path": "",
        "extensions": {}, "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    handle: Any = app
    await handle(scope, receive, send)


def test_a_next_request_does_not_wait_for_the_mail(fresh: Home, engine: Engine) -> None:
    """The whole call is over while nobody can write: a connection kept open tells nothing."""
    client = house.visitor(house.an_app(fresh))
    token = house.form_token(client.get("/forgotten").text)
    with engine.begin():  # whoever would write waits
        client.post("/forgotten", data={"_csrf_token": token, "email": house.HR})
        assert client.get("/login").status_code == 200
        assert mailed(fresh) == []
    delivered(client.app)
    assert [to for to, _ in mailed(fresh)] == [house.HR]


@pytest.mark.slow
def test_mails_are_limited_by_person_and_for_all_together(fresh: Home) -> None:
    """One person gets three links an hour; of a flood of questions the rest waits a minute."""
    app = house.an_app(fresh, limits=Limits(letters=6))
    client = house.visitor(app)
    assert [ask(client, house.HR)[0] for _ in range(5)] == [200] * 5
    assert len(mailed(fresh)) == 3
    assert [ask(client, house.LEADER)[0] for _ in range(2)] == [200, 429]
    assert house.sign_in(client, house.HR) == 303


@pytest.mark.slow
def test_an_office_behind_a_proxy_asks_for_its_mails(fresh: Home) -> None:
    """All come from one network address, and a dozen who forgot are a dozen answers."""
    client = house.visitor(house.an_app(fresh, limits=Limits()))
    assert {ask(client, f"p{number}@x.org")[0] for number in range(12)} == {200}
    assert ask(client, house.HR)[0] == 200
    assert [to for to, _ in mailed(fresh)] == [house.HR]


def test_an_invitation_sets_the_first_password(fresh: Home, engine: Engine) -> None:
    """Looking changes nothing; a weak password is refused with words; a good one signs in."""
    directory.create(engine, house.CLOCK, house.CHEAP.hash, email=house.NEW, role="hr")
    path = links.PATH + links.invite(engine, house.CLOCK, house.NEW)
    client = house.visitor(house.an_app(fresh))
    for _ in range(2):
        page = client.get(path)
        assert page.status_code == 200
        assert house.NEW in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
    for new, again, words in (
        ("short", "", "12 characters"),
        ("1234567890qwerty", "", "attackers try first"),
        ("new-new-new-2026", "", "own address"),
        (LONG, LONG + "x", "not the same"),
    ):
        refused = choose(client, path, new, again)
        assert refused.status_code == 422
        assert words in refused.text
    assert choose(client, path).headers["location"] == "/"
    assert client.get("/").status_code == 200
    rows = [(row.action, row.subject) for row in accesslog.newest(engine)]
    assert rows[-2:] == [("signed in", ""), ("new password", "by a link")]


@pytest.mark.slow
def test_a_link_that_is_none_says_what_to_do(fresh: Home) -> None:
    """A made-up or broken link gives 410 with a way on, whatever stands in it."""
    client = house.visitor(house.an_app(fresh))
    for secret in ("x", "a" * 43, "%00", "ö", "..%5c"):
        page = client.get(links.PATH + secret)
        assert page.status_code == 410
        assert "Ask for a new link" in page.text


def test_a_link_does_not_pass_the_second_step(fresh: Home, engine: Engine) -> None:
    """Whoever has the mailbox and not the phone gets as far as with the password."""
    with_factor(engine, fresh, house.HR)
    client = house.visitor(house.an_app(fresh))
    ask(client, house.HR)
    assert choose(client, mailed(fresh)[0][1]).headers["location"] == "/login/code"
    assert client.get("/").headers["location"] == "/login"
