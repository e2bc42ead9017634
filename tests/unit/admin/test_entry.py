"""Who may enter: administrators, through every page's guard; everybody else is shown the way."""

import re

import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from sqlalchemy import Engine, update

from pulse.accounts import accesslog
from pulse.accounts.tables import account
from pulse.admin.app import create_app
from pulse.errors import BadSetting
from pulse.settings import Home
from tests.unit.admin import house
from tests.unit.admin.house import Browser

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

# Whoever comes may see these; all other routes ask for an administrator.
OPEN = {
    "/login", "/login/code", "/login/provider", "/login/provider/back", "/logout", "/forgotten",
    "/welcome/{secret:str}", "/static/{version:str}/{name:path}", "/health",
    "/account", "/account/sessions", "/account/second-factor", "/account/second-factor/start",
    "/account/second-factor/confirm", "/account/second-factor/codes",
    "/account/second-factor/remove",
}  # fmt: skip


def routes(app: Litestar) -> list[tuple[str, str]]:
    """List method and path of every route that asks for an administrator."""
    found = [
        (method, route.path)
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path not in OPEN
        for method in route.methods - {"OPTIONS"}
    ]
    return sorted(found)


def unguarded(app: Litestar) -> list[str]:
    """List what a browser that nobody signed in with is shown."""
    nobody = Browser(app, None)
    token = re.search(r'value="([0-9a-f]+)"', nobody.see("/login"))
    assert token is not None
    wrong = []
    for method, path in routes(app):
        if method == "GET":
            answer = nobody.client.get(path)
            well = (answer.status_code, answer.headers.get("location")) == (303, "/login")
        else:
            answer = nobody.client.post(path, data={"_csrf_token": token[1]})
            well = answer.status_code == 401
        wrong += [] if well else [f"{method} {path}"]
    return wrong


def test_no_page_is_shown_to_nobody(app: Litestar) -> None:
    """Without a session every page leads to signing in, and every form is refused."""
    assert len(routes(app)) > 15
    assert unguarded(app) == []


def test_a_page_without_its_guard_is_noticed(app: Litestar) -> None:
    """The twin: a route that forgot its guard."""

    @get("/planted", sync_to_thread=False)
    def planted() -> str:
        return "all people"

    app.register(planted)
    assert unguarded(app) == ["GET /planted"]


@pytest.mark.parametrize("email", [house.HR, house.LEADER])
def test_others_are_shown_the_way_and_get_no_session(
    app: Litestar, accounts: Engine, email: str
) -> None:
    """The right password of another role gives a calm page, no cookie, and a row in the log."""
    other = Browser(app, None)
    answer = other.send("/login", "/login", email=email, password=house.PASSWORD)
    assert answer.status_code == 403
    assert "http://127.0.0.1:8001/" in answer.text
    assert "pulse-admin=" not in answer.headers.get("set-cookie", "")
    assert other.client.get("/").headers["location"] == "/login"
    (row,) = accesslog.newest(accounts)
    assert (row.email, row.action) == (email, "refused")


def test_whoever_loses_the_role_is_out_at_once(admin: Browser, accounts: Engine) -> None:
    """Even a session that nothing has ended is nobody's once its account is no administrator."""
    assert admin.client.get("/").status_code == 200
    with accounts.begin() as connection:  # without the new stamp that every honest way draws
        connection.execute(
            update(account).where(account.c.email == house.ADMIN).values(role="auditor")
        )
    assert admin.client.get("/").headers["location"] == "/login"


def test_a_cookie_of_the_leaders_pages_opens_nothing_here(app: Litestar, admin: Browser) -> None:
    """Cookie and folder of sessions have names of their own: hosts share cookies over ports."""
    assert "pulse-admin" in admin.client.cookies
    assert "pulse" not in admin.client.cookies
    assert app.state.desk.place.sessions != "sessions"


def test_forms_without_a_token_are_refused(still: Browser) -> None:
    """Every form of an administrator without the token of a page is a 403 and changes nothing."""
    for method, path in routes(still.app):
        if method == "POST":
            assert still.client.post(path, data={"email": house.HR}).status_code == 403, path


def test_every_page_is_strict(still: Browser) -> None:
    """No page has inline code, allows foreign code, or is kept by a browser."""
    for method, path in routes(still.app):
        if method != "GET":
            continue
        answer = still.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert " style=" not in answer.text
        assert "<script" not in answer.text


def test_health_needs_nobody(app: Litestar) -> None:
    """The parent process hears that the app answers, without a cookie."""
    answer = Browser(app, None).client.get("/health")
    assert answer.json() == {"status": "ok"}
    assert "set-cookie" not in answer.headers


def test_wrong_settings_are_no_start(home: Home) -> None:
    """An unknown setting stops the app as it stops every other."""
    home.settings_file.write_text("nonsense = 1\n", "utf-8")
    with pytest.raises(BadSetting, match="no such setting"):
        create_app(home)
