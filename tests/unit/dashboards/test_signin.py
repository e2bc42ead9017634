"""Signing in: forms with tokens, sessions that cannot be planted, passwords that are changed."""

import threading
from pathlib import Path
from typing import Literal

import httpx
import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient

from pulse.accounts import accesslog, directory, tokens
from pulse.settings import Home
from pulse.signin.tries import Limits
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house
from tests.unit.dashboards.rights import NEEDS

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

LONG = "another long password"
FORMS = sorted(
    path.replace("{secret:str}", "x") for method, path in NEEDS if method == "POST"
)  # every form there is


def _cookies(client: TestClient[Litestar], path: str, **fields: str) -> list[str]:
    token = house.form_token(client.get("/login").text)
    answer = client.post(path, data={"_csrf_token": token, **fields})
    return answer.headers.get_list("set-cookie")


def _attempt(client: TestClient[Litestar], email: str) -> httpx.Response:
    token = house.form_token(client.get("/login").text)
    fields = {"_csrf_token": token, "email": email, "password": "wrong"}
    return client.post("/login", data=fields)


def test_a_wrong_password_and_an_unknown_person_look_the_same(app: Litestar) -> None:
    """Both get 401 and the same sentence; what was typed as address comes back, escaped."""
    client = house.visitor(app)
    token = house.form_token(client.get("/login").text)
    pages = []
    for email in (house.HR, "who@x.org"):
        fields = {"_csrf_token": token, "email": email, "password": "wrong"}
        answer = client.post("/login", data=fields)
        assert answer.status_code == 401
        pages.append(answer.text.replace(email, ""))
    assert pages[0] == pages[1]
    fields = {"_csrf_token": token, "email": '"><script>', "password": "x"}
    assert "<script>x" not in client.post("/login", data=fields).text
    assert "&#34;&gt;&lt;script&gt;" in client.post("/login", data=fields).text


class Noting(PasswordHasher):
    """A hasher that takes down the parameters of what it compares with."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.met: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - its name
        """Compare."""
        self.met.append(str(hash).split("$")[3])
        return super().verify(hash, password)


def test_a_stranger_costs_what_some_account_costs(fresh: Home) -> None:
    """With two of five passwords under older parameters, as many strangers meet those.

    The same one each time, in another process too. So neither the time of one answer nor that of
    many tells who has an account; a hash of today's parameters for every stranger would.
    """
    older = PasswordHasher(time_cost=3, memory_cost=16, parallelism=1)
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    for email in (house.HR, house.LEADER):
        account = directory.find(engine, email)
        assert account is not None
        directory.rehash(engine, account[0].account_id, account[1], older.hash(house.PASSWORD))
    engine.dispose()
    met = []
    for _ in range(2):
        hasher = Noting()
        client = house.visitor(house.an_app(fresh, hasher=hasher))
        token = house.form_token(client.get("/login").text)
        for number in range(40):
            fields = {"_csrf_token": token, "email": f"p{number}@x.org", "password": "wrong"}
            assert client.post("/login", data=fields).status_code == 401
        met.append(hasher.met)
    assert met[0] == met[1]
    # Two in five of 40 are 16, give or take 3.1: four times that is chance no more.
    assert 3 < sum("m=16,t=3" in each for each in met[0]) < 29


def test_a_refusal_is_noted_for_strangers_too(fresh: Home) -> None:
    """Both leave one row, so neither the log nor the time tells who has an account."""
    app = house.an_app(fresh)
    for email in (house.HR, "nobody@x.org"):
        assert house.sign_in(house.visitor(app), email, "no such password") == 401
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    newest = accesslog.newest(engine)
    engine.dispose()
    assert [(row.email, row.action) for row in newest] == [("", "refused"), (house.HR, "refused")]
    assert "unknown address" in house.visitor(app, house.AUDITOR).get("/").text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_is_refused(app: Litestar, path: str) -> None:
    """Every POST route refuses a missing, foreign or made-up form token with 403."""
    client, path = house.visitor(app, house.HR), path.replace("{use_id:int}", "1")
    other = house.form_token(house.visitor(app).get("/login").text)
    for token in ({}, {"_csrf_token": other}, {"_csrf_token": "0" * 128}, {"_csrf_token": "x"}):
        assert client.post(path, data=token).status_code == 403
    assert client.get("/").status_code == 200


def test_cookies_are_strict_and_over_https_bound_to_the_host(tmp_path: Path) -> None:
    """Both cookies are HttpOnly and SameSite=strict; with https also Secure and __Host-."""
    home = house.a_home(tmp_path, weeks=0)
    fields = {"email": house.HR, "password": house.PASSWORD}
    plain = _cookies(house.visitor(house.an_app(home)), "/login", **fields)
    assert len(plain) == 1
    assert plain[0].startswith("pulse=")
    assert "HttpOnly" in plain[0]
    assert "SameSite=strict" in plain[0]
    home.settings_file.write_text(
        'base_url = "https://a.example.org"\ndashboards_url = "https://b.example.org"\n'
    )
    client = TestClient(house.an_app(home), base_url="https://b.example.org")
    client.follow_redirects = False
    first = client.get("/login")
    assert first.headers["set-cookie"].startswith("__Host-pulse-csrf=")
    assert "max-age" in first.headers["strict-transport-security"]
    cookie = _cookies(client, "/login", **fields)[0]
    assert cookie.startswith("__Host-pulse=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/"))
    assert "Domain" not in cookie


def test_a_planted_session_id_is_worth_nothing(app: Litestar) -> None:
    """Signing in draws a new id, whatever id the browser sent before (session fixation)."""
    planted = "a" * 64
    victim = house.visitor(app)
    victim.cookies.set("pulse", planted, domain="127.0.0.1", path="/")
    assert house.sign_in(victim, house.HR) == 303
    assert victim.cookies["pulse"] != planted
    attacker = house.visitor(app)
    attacker.cookies.set("pulse", planted)
    assert attacker.get("/").status_code == 303


def test_a_session_used_before_ends_when_signing_in_again(app: Litestar) -> None:
    """The id of the session before is forgotten on the server, not only in the browser."""
    client = house.visitor(app, house.HR)
    before = client.cookies["pulse"]
    client.post("/logout", data={"_csrf_token": house.form_token(client.get("/account").text)})
    assert house.sign_in(client, house.LEADER) == 303
    other = house.visitor(app)
    other.cookies.set("pulse", before)
    assert other.get("/").status_code == 303


def test_a_visitor_leaves_no_session_behind(fresh: Home) -> None:
    """Looking at the login page, errors and wrong passwords writes no session file."""
    client = house.visitor(house.an_app(fresh))
    client.get("/login")
    client.get("/nothing")
    house.sign_in(client, house.HR, "wrong")
    assert list((fresh.accounts / "sessions").iterdir()) == []
    house.sign_in(client, house.HR)
    files = list((fresh.accounts / "sessions").iterdir())
    assert len(files) == 1
    assert client.cookies["pulse"] not in files[0].name
    assert (files[0].stat().st_mode & 0o077, files[0].parent.stat().st_mode & 0o077) == (0, 0)


def test_the_first_sign_in_leads_to_a_new_password(fresh: Home) -> None:
    """With a one-time password every page leads to /account until it is changed."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    told = directory.reset(engine, house.CHEAP.hash, house.HR).one_time_password or ""
    client = house.visitor(house.an_app(fresh))
    other = house.visitor(house.an_app(fresh))
    assert house.sign_in(client, house.HR, told) == 303
    assert house.sign_in(other, house.HR, told) == 303
    assert client.get("/").headers["location"] == "/account"
    assert client.get("/api/v1/units").status_code == 403
    token = house.form_token(client.get("/account").text)
    for new, again in ((told, told), ("short", "short"), (LONG, LONG + "x")):
        fields = {"_csrf_token": token, "new": new, "again": again}
        assert client.post("/account", data=fields).status_code == 422
    fields = {"_csrf_token": token, "new": LONG, "again": LONG}
    assert client.post("/account", data=fields).headers["location"] == "/"
    assert client.get("/").status_code == 200
    assert other.get("/").headers["location"] == "/login"
    assert house.sign_in(other, house.HR, told) == 401
    assert house.sign_in(other, house.HR, LONG) == 303
    actions = [row.action for row in accesslog.newest(engine)]
    assert actions == ["signed in", "refused", "new password", "signed in", "signed in"]
    engine.dispose()


def test_a_password_is_changed_with_the_current_one_only(fresh: Home) -> None:
    """Later changes need the current password, and the page says that it is done."""
    client = house.visitor(house.an_app(fresh), house.HR)
    token = house.form_token(client.get("/account").text)
    fields = {"_csrf_token": token, "current": "wrong", "new": LONG, "again": LONG}
    assert client.post("/account", data=fields).status_code == 422
    done = client.post("/account", data={**fields, "current": house.PASSWORD})
    assert done.headers["location"] == "/account?done=password"
    assert "Your password is changed" in client.get("/account?done=password").text
    assert client.get("/").status_code == 200


def test_removing_an_account_ends_its_session(fresh: Home) -> None:
    """The next request after a removal leads to the login page."""
    client = house.visitor(house.an_app(fresh), house.HR)
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    directory.remove(engine, house.HR)
    engine.dispose()
    assert client.get("/").headers["location"] == "/login"


@pytest.mark.parametrize("email", [house.HR, "who@x.org"])
def test_tries_to_sign_in_are_limited_by_account(fresh: Home, email: str) -> None:
    """After the limit each further try gets 429 for a minute, known or not; reading is free.

    Everybody comes from one network address, as behind a proxy, and the others still sign in.
    """
    app = house.an_app(fresh, limits=Limits(one=3))
    client = house.visitor(app)
    for _ in range(5):
        assert client.get("/login").status_code == 200
    spelled = (email, f" {email.upper()}", email, email)
    answers = [house.sign_in(client, each, "wrong") for each in spelled]
    assert answers == [401, 401, 401, 429]
    refused = _attempt(client, email)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert house.sign_in(house.visitor(app), house.LEADER) == 303


def test_an_office_behind_a_proxy_signs_in(fresh: Home) -> None:
    """Thirty tries in one minute from one network address, ten people's, keep nobody out."""
    app = house.an_app(fresh, limits=Limits())
    client = house.visitor(app)
    others = [house.sign_in(client, f"p{number % 10}@x.org", "wrong") for number in range(30)]
    assert set(others) == {401}
    assert house.sign_in(house.visitor(app), house.HR) == 303


@pytest.mark.slow  # 301 requests
def test_made_up_addresses_keep_nobody_out(fresh: Home) -> None:
    """After 301 wrong tries on as many addresses known and unknown ones are answered as ever."""
    app = house.an_app(fresh, limits=Limits())
    client = house.visitor(app)
    flood = {_attempt(client, f"p{number}@x.org").status_code for number in range(301)}
    assert flood == {401}
    assert house.sign_in(house.visitor(app), house.HR) == 303
    assert _attempt(client, "who@x.org").status_code == 401


def test_a_crowd_is_sent_away_alike_and_has_not_tried(fresh: Home) -> None:
    """With all slots taken known and unknown get the same 503, and keep their tries."""
    gate = threading.Event()

    class Waiting(PasswordHasher):
        """Checks no password before the gate is open."""

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # noqa: A002 - the name is argon2-cffi's
            gate.wait(20)
            return super().verify(hash, password)

    app = house.an_app(
        fresh, hasher=Waiting(time_cost=1, memory_cost=8, parallelism=1), limits=Limits(one=1)
    )
    client, worker = house.visitor(app), app.state.desk.passwords
    waiting = [worker.verify(None, "x") for _ in range(16)]
    refused = [_attempt(client, email) for email in (house.HR, "who@x.org") * 2]
    gate.set()
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {
        (503, "2")
    }
    assert not any(one.result() for one in waiting)
    assert house.sign_in(client, house.HR) == 303


def test_tries_outside_do_not_use_up_those_inside(fresh: Home) -> None:
    """Whoever is signed in may try the password while somebody guesses it."""
    app = house.an_app(fresh, limits=Limits(one=3))
    inside, outside = house.visitor(app, house.HR), house.visitor(app)
    assert [house.sign_in(outside, house.HR, "wrong") for _ in range(3)][-1] == 429
    token = house.form_token(inside.get("/account").text)
    fields = {"_csrf_token": token, "current": "wrong", "new": LONG, "again": LONG}
    answers = [inside.post("/account", data=fields).status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]


def test_a_token_reads_data_and_nothing_else(fresh: Home) -> None:
    """A bearer token opens the API without cookies, not the pages, and ends when revoked."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    told = tokens.issue(engine, house.CLOCK, house.LEADER)
    client = house.visitor(house.an_app(fresh))
    headers = {"Authorization": f"Bearer {told.token}"}
    answer = client.get("/api/v1/releases", headers=headers)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.json() == {"items": [], "next": None}
    assert client.get("/account", headers=headers).status_code == 303
    assert client.get("/api/v1/export.csv", headers=headers).status_code == 403
    for wrong in (f"Bearer {told.token}x", "Bearer", "Basic YTpi", "Bearer " + "é" * 8):
        answer = client.get("/api/v1/releases", headers=[(b"Authorization", wrong.encode())])
        assert answer.status_code == 401
    tokens.revoke(engine, house.LEADER)
    engine.dispose()
    assert client.get("/api/v1/releases", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"%ff=%ff&a&&=;" * 50),
        ("application/x-www-form-urlencoded", b"x=" + b"y" * 20_000),
        ("multipart/form-data", b"--x\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n"),
        ("multipart/form-data; boundary=x", b"\xff" * 300),
        ("application/json", b"[" * 5_000),
        ("", b""),
    ],
)
def test_no_form_breaks_the_page(app: Litestar, kind: str, body: bytes) -> None:
    """Whatever is posted, the answer is a 4xx page without a traceback."""
    client = house.visitor(app)
    client.get("/login")
    for path in FORMS:
        answer = client.post(path, content=body, headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500
        assert "Traceback" not in answer.text
