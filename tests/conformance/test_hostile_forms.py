"""Signs that a database cannot keep are answered as a mistake, on every backend and every form."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.accounts import directory
from pulse.settings import Home, Settings
from pulse.settings import load as load_settings
from pulse.store.databases import accounts_engine
from pulse.store.home import make_home
from tests.backends import Backend
from tests.unit.dashboards import house
from tests.unit.dashboards.rights import NEEDS
from tests.unit.dashboards.steps import with_factor

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

FORMS: Final = sorted(path for method, path in NEEDS if method == "POST" and path != "/logout")
PAGES: Final = sorted(path for method, path in NEEDS if method == "GET" and "static" not in path)
FIELDS: Final = (
    "email", "password", "current", "new", "again", "code", "session", "unit", "practice", "secret",
)  # fmt: skip
ASKED: Final = (
    "unit",
    "wave",
    "from",
    "to",
    "after",
    "sort",
    "find",
    "open",
    "state",
    "code",
    "card",
)
# As they stand in an address or a form: NUL, a NUL inside, half a pair of UTF-16, bytes that are
# no UTF-8, and a number that no row has.
SIGNS: Final = (
    "%00", "hr%00@x.org", "%ED%A0%80", "%FF%FE", "9" * 30,
)  # fmt: skip


@pytest.fixture
def app(backend: Backend, tmp_path: Path) -> Iterator[Litestar]:
    """Give the app of a home whose accounts are on this backend, one week released."""
    home = Home(tmp_path / "home")
    url = backend.url.render_as_string(hide_password=False) if backend.url else ""
    make_home(home, "", Settings(database_url=url) if url else None)
    settings = load_settings(home, {})
    engine = accounts_engine(home, settings, serving=False)
    people: tuple[tuple[str, directory.Role, str | None], ...] = (
        (house.LEADER, "leader", "eng"), (house.HR, "hr", None), (house.AUDITOR, "auditor", None),
    )  # fmt: skip
    for email, role, unit in people:
        directory.create(
            engine, house.CLOCK, house.CHEAP.hash, email=email, role=role, unit_id=unit,
            password=house.PASSWORD,
        )  # fmt: skip
    with_factor(engine, home, house.AUDITOR)
    engine.dispose()
    house.release(home, 0)
    made = house.an_app(home)
    yield made
    made.state.desk.postman.shutdown()
    made.state.desk.engine.dispose()


def filled(path: str, sign: str) -> str:
    """Put a sign wherever a path takes something."""
    parts = (sign if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def broken(client: TestClient[Litestar]) -> list[tuple[str, str, int]]:
    """Return what is answered with 5xx: every form and page with every sign."""
    token = house.form_token(client.get("/login", follow_redirects=True).text)
    found = []
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in FORMS:
        for sign in SIGNS:
            fields = "&".join(f"{name}={sign}" for name in FIELDS)
            body = f"_csrf_token={token}&{fields}"
            for address in {filled(path, "x"), filled(path, "1"), filled(path, sign)}:
                status = client.post(address, content=body, headers=kind).status_code
                found += [(address, sign, status)] if status >= 500 else []
    for path in PAGES:
        for sign in SIGNS:
            asked = "&".join(f"{name}={sign}" for name in ASKED)
            for address in (filled(path, sign), f"{filled(path, 'eng')}?{asked}"):
                status = client.get(address).status_code
                found += [(address, sign, status)] if status >= 500 else []
    return found


@pytest.mark.slow  # some hundreds of requests
@pytest.mark.parametrize("email", [None, house.LEADER, house.HR, house.AUDITOR])
def test_no_sign_breaks_a_form_or_a_page(app: Litestar, email: str | None) -> None:
    """NUL, halves of signs and other bytes get 4xx or a page, signed in or not, never 5xx."""
    assert broken(house.visitor(app, email)) == []
    app.state.desk.postman.submit(int).result(20)
    assert house.sign_in(house.visitor(app), house.HR) in {303, 401}


@pytest.mark.parametrize("email", ["hr%00@x.org", "hr@x.org%00", "%ED%A0%80@x.org"])
def test_an_address_that_no_account_can_have_signs_nobody_in(app: Litestar, email: str) -> None:
    """It is a mistake or a stranger's, and its mail is asked for in vain."""
    client = house.visitor(app)
    token = house.form_token(client.get("/login").text)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for path, wanted in (("/login", {400, 401}), ("/forgotten", {200, 400})):
        body = f"_csrf_token={token}&email={email}&password={house.PASSWORD}"
        assert client.post(path, content=body, headers=kind).status_code in wanted
