"""Single sign-on: a real provider lets in whom we know, and no lie of one lets in anybody."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

from pulse.accounts import accesslog, directory
from pulse.accounts.provider import Provider
from pulse.clock import FileClock
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from tests.unit.dashboards import house
from tests.unit.dashboards.providers import (
    CLIENT,
    SECRET,
    Lying,
    agree,
    begin,
    configure,
    honest,
    honestly,
    unsigned,
)  # fmt: skip
from tests.unit.dashboards.steps import send, with_factor

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]  # providers on loopback


@pytest.fixture
def app(fresh: Home, provider: Lying) -> Litestar:
    """Give the app of a home that trusts this provider."""
    configure(fresh, provider.issuer)
    return house.an_app(fresh)


def is_in(client: TestClient[Litestar]) -> bool:
    """Tell whether somebody is signed in."""
    return client.get("/account").status_code == 200


def test_a_real_provider_lets_in_whom_we_know(fresh: Home) -> None:
    """From the button to the first page with a provider in a process of its own.

    Somebody without an account, or whose address it has not verified, stays outside.
    """
    people: list[dict[str, Any]] = [
        {"sub": "hr", "email": house.HR.upper(), "email_verified": True},
        {"sub": "who", "email": "who@x.org", "email_verified": True},
        {"sub": "lea", "email": house.LEADER, "email_verified": False},
    ]
    with honest(people) as issuer:
        configure(fresh, issuer)
        app = house.an_app(fresh)
        assert "/login/provider" in house.visitor(app).get("/login").text
        let_in = []
        for person in people:
            client = house.visitor(app)
            back = urlsplit(agree(client.get("/login/provider").headers["location"], person["sub"]))
            assert (back.netloc, back.path) == ("127.0.0.1:8001", "/login/provider/back")
            answer = client.get(f"{back.path}?{back.query}")
            let_in.append((answer.status_code, is_in(client)))
    assert let_in == [(200, True), (401, False), (401, False)]


def test_coming_back_goes_on_by_itself(app: Litestar, provider: Lying) -> None:
    """The answer is a page that leads on: a strict cookie is not sent after a redirect here."""
    client = house.visitor(app)
    answer = client.get(begin(client, provider))
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/">' in answer.text
    cookies = answer.headers.get_list("set-cookie")
    assert any(c.startswith("pulse=") and "SameSite=strict" in c for c in cookies)
    assert any(c.startswith("pulse-provider=") and "Max-Age=0" in c for c in cookies)
    assert client.get("/").status_code == 200


def _claims(**changes: Any) -> Callable[[Lying, str], Any]:
    def say(provider: Lying, nonce: str) -> dict[str, Any]:
        claims = {**honestly(provider, nonce), **changes}
        return {name: value for name, value in claims.items() if value is not None}

    return say


def _by_secret(provider: Lying, nonce: str) -> str:
    header = {"alg": "HS256", "kid": "one"}
    plain = unsigned(honestly(provider, nonce), header).rstrip(".")
    mac = hmac.new(SECRET.encode(), plain.encode(), hashlib.sha256).digest()
    return unsigned(honestly(provider, nonce), header, mac)


LIES: Mapping[str, Callable[[Lying, str], Any]] = {
    "another nonce": _claims(nonce="another"),
    "no nonce": _claims(nonce=None),
    "another audience": _claims(aud="another-client"),
    "no audience": _claims(aud=None),
    "another party": _claims(aud=[CLIENT, "another-client"], azp="another-client"),
    "another issuer": _claims(iss="https://another.example.org"),
    "no issuer": _claims(iss=None),
    "expired": _claims(exp=int(time.time()) - 3600, iat=int(time.time()) - 7200),
    "no end": _claims(exp=None),
    "an address nobody verified": _claims(email_verified=False),
    "nothing about verifying": _claims(email_verified=None),
    "a word for verified": _claims(email_verified="true"),
    "no address": _claims(email=None),
    "a list of addresses": _claims(email=[house.HR]),
    "somebody we do not know": _claims(email="who@x.org"),
    "another key": lambda p, nonce: p.signed(honestly(p, nonce), p.other_key),
    "no signature": lambda p, nonce: unsigned(honestly(p, nonce), {"alg": "none"}),
    "a signature by our own secret": _by_secret,
    "no token": lambda _p, _nonce: None,
    "no token but letters": lambda _p, _nonce: "x.y.z",
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_lets_anybody_in(
    fresh: Home, app: Litestar, provider: Lying, lie: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page says what to do, the log notes it without the address, and nobody is in."""
    provider.say = LIES[lie]
    client = house.visitor(app)
    answer = client.get(begin(client, provider))
    assert answer.status_code == 401
    assert "You are not signed in" in answer.text
    assert not is_in(client)
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    newest = accesslog.newest(engine)[0]
    engine.dispose()
    assert (newest.email, newest.action) == ("", "refused")
    told = capsys.readouterr().err
    lines = [line for line in told.splitlines() if "single sign-on" in line]
    assert len(lines) == (lie != "somebody we do not know")
    assert SECRET not in told


class Careless(Provider):
    """The twin: it reads a token and believes it."""

    def _claims(self, client: Any, code: str, nonce: str, verifier: str) -> dict[str, Any]:
        del nonce
        token = client.fetch_access_token(self._back, code=code, code_verifier=verifier)
        middle = token["id_token"].split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=="))
        return claims


def test_believing_a_token_would_let_liars_in(app: Litestar, provider: Lying) -> None:
    """The twin is caught: without the checks every lie about the token itself lets in."""
    believing = Careless(provider.issuer, CLIENT, SECRET, "http://127.0.0.1:8001")
    app.state.desk = structs.replace(app.state.desk, provider=believing)
    let_in = set()
    for lie in ("another nonce", "another audience", "expired", "another key", "no signature"):
        provider.say = LIES[lie]
        client = house.visitor(app)
        client.get(begin(client, provider))
        if is_in(client):
            let_in.add(lie)
    assert len(let_in) == 5


def test_an_attempt_is_used_once_and_by_its_browser(app: Litestar, provider: Lying) -> None:
    """A state that was used, that another browser brings, or that is made up gives nothing."""
    client, thief = house.visitor(app), house.visitor(app)
    back = begin(client, provider)
    assert thief.get(back).status_code == 401
    cookie = client.cookies["pulse-provider"]
    assert client.get(back).status_code == 200
    client.cookies.set("pulse-provider", cookie)
    thief.cookies.set("pulse-provider", cookie)
    assert thief.get(back).status_code == 401
    assert not is_in(thief)
    for query in ("", "?state=x&code=y", "?state=&code=", "?error=access_denied&state=x"):
        assert house.visitor(app).get(f"/login/provider/back{query}").status_code == 401


def test_an_attempt_ends_after_ten_minutes(fresh: Home, provider: Lying) -> None:
    """Whoever comes back later begins again."""
    configure(fresh, provider.issuer)
    file = fresh.path / "now"
    now = house.CLOCK.now()
    file.write_text(now.isoformat())
    client = house.visitor(house.an_app(fresh, clock=FileClock(file)))
    back = begin(client, provider)
    file.write_text((now + dt.timedelta(minutes=10)).isoformat())
    assert client.get(back).status_code == 401


def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    app: Litestar, provider: Lying
) -> None:
    """Its description names another issuer, or it has gone: the page says to try again."""
    provider.describes = {"issuer": "https://another.example.org"}
    answer = house.visitor(app).get("/login/provider")
    assert answer.status_code == 503
    assert "try again" in answer.text


def test_an_address_may_come_from_userinfo(app: Litestar, provider: Lying) -> None:
    """Where the token has none, that of the same person counts, and nobody else's."""
    provider.say = _claims(email=None, email_verified=None)
    provider.userinfo = {"sub": "1", "email": house.HR, "email_verified": True}
    client = house.visitor(app)
    assert client.get(begin(client, provider)).status_code == 200
    provider.userinfo = {**provider.userinfo, "sub": "2"}
    assert house.visitor(app).get(begin(client, provider)).status_code == 401


ODD_METHODS: Final[tuple[Any, ...]] = (
    "mfa",
    "not-mfa",
    5,
    0,
    True,
    {"mfa": True},
    [["mfa"]],
    [None, 5, {}],
    [],
)


@pytest.mark.parametrize(
    ("methods", "asked"),
    [
        (None, True), (["pwd"], True), (["mfa"], False), (["pwd", 7, "mfa"], False),
        *((each, True) for each in ODD_METHODS),
    ],
)  # fmt: skip
def test_our_second_step_is_asked_unless_the_provider_saw_one(
    fresh: Home, app: Litestar, provider: Lying, methods: Any, *, asked: bool
) -> None:
    """Only a provider that says "mfa" in a list (RFC 8176) stands in for the phone."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    phone = with_factor(engine, fresh, house.HR)
    engine.dispose()
    provider.say = _claims(amr=methods)
    client = house.visitor(app)
    client.get(begin(client, provider))
    assert is_in(client) != asked
    if asked:
        assert send(client, "/login/code", code=phone.codes[0]) == (303, "/")
        assert is_in(client)


@pytest.mark.parametrize("methods", [["mfa"], 5, "mfa"])
def test_only_the_signed_token_tells_of_a_second_factor(
    fresh: Home, app: Litestar, provider: Lying, methods: Any
) -> None:
    """Whatever the provider adds beside it, our own step is asked."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    with_factor(engine, fresh, house.HR)
    engine.dispose()
    provider.say = _claims(email=None, email_verified=None)
    provider.userinfo = {
        "sub": "1", "email": house.HR, "email_verified": True, "amr": methods,
    }  # fmt: skip
    client = house.visitor(app)
    assert client.get(begin(client, provider)).status_code == 200
    assert client.get("/login/code").status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("offered", [None, 5, "RS256", {"RS256": 1}, [["RS256"]], []])
def test_a_description_of_odd_types_breaks_nothing(
    app: Litestar, provider: Lying, offered: Any
) -> None:
    """What should list algorithms and does not is the provider's mistake: no page breaks of it.

    Where nothing of it can be read, RS256 stands, which every provider has.
    """
    client = house.visitor(app)
    provider.describes = {"id_token_signing_alg_values_supported": offered}
    left = client.get("/login/provider")
    if left.status_code == 303:
        back = f"/login/provider/back?{provider.visit(left.headers['location'])}"
        left = client.get(back)
    assert left.status_code in {200, 401, 503}
    assert is_in(client) == (left.status_code == 200)


def test_a_session_by_provider_sets_no_password_without_the_present_one(
    fresh: Home, app: Litestar, provider: Lying
) -> None:
    """Also where a one-time password waits to be changed: whoever borrows a screen has none."""
    engine = sqlite_engine(fresh.accounts / "accounts.db", journal="wal", create=False)
    once = directory.reset(engine, house.CHEAP.hash, house.HR).one_time_password
    engine.dispose()
    assert once is not None
    client, wanted = house.visitor(app), "violet anchor seven lamps"
    client.get(begin(client, provider))
    fields = {"new": wanted, "again": wanted}
    assert send(client, "/account", current="wrong", **fields)[0] == 422
    assert house.sign_in(house.visitor(app), house.HR, wanted) == 401
    assert send(client, "/account", current=once, **fields)[0] == 303
    assert house.sign_in(house.visitor(app), house.HR, wanted) == 303
