"""While a wave is open, nothing that anybody can look at changes by one more ballot."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

import dashboards.app
import pulse.admin.app
import pulse.app
from pulse import closing, wave
from pulse.ballotbox import responses, seal
from pulse.ballotbox.store import BoxStore
from pulse.clock import SystemClock
from pulse.demo.build import Demo, build
from pulse.export import Selection, export_file
from pulse.settings import Home, Settings
from pulse.store.engine import sqlite_engine
from pulse.terms import Response
from pulse.token import rfc9474
from pulse.token.encoding import b64u, unb64u
from pulse.token.invites import parse_link
from pulse.token.keys import read_public
from pulse.token.message import new_message, token_context
from tests.shelves import rooms

Client = TestClient[Litestar]
NEARBY = "http://127.0.0.1:8001"
# Fresh for every request by design, and drawn from chance alone.
CHANCE = re.compile(rb"nonce(?:=\"|-)[\w+/=-]+|name=\"_csrf_token\" value=\"[0-9a-f]+")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Demo]:
    """Make an organisation with three released weeks and an open one."""
    home = Home(tmp_path_factory.mktemp("silence") / "home")
    demo = build(
        home, SystemClock(), base_url="http://127.0.0.1:8000",
        dashboards_url="http://127.0.0.1:8001", people=120, weeks=3,
    )  # fmt: skip
    return home, demo


def _nearby(app: Litestar) -> Litestar:
    """Let every request come from this machine: metrics answer nobody else."""
    handle = app.asgi_handler

    async def from_here(scope: Any, receive: Any, send: Any) -> None:
        scope["client"] = ("127.0.0.1", 50_000)
        await handle(scope, receive, send)

    app.asgi_handler = from_here
    return app


@pytest.fixture
def apps(made: tuple[Home, Demo]) -> Iterator[dict[str, Client]]:
    """Run the three apps of the home; HR is signed in to the dashboards."""
    home, demo = made
    hr = next(login for login in demo.logins if login.role == "hr")
    with (
        TestClient(pulse.app.create_app(home)) as staff,
        TestClient(_nearby(dashboards.app.create_app(home)), base_url=NEARBY) as leaders,
        TestClient(pulse.admin.app.create_app(home)) as admin,
    ):
        token = re.search(r'_csrf_token" value="([0-9a-f]+)"', leaders.get("/login").text)
        assert token is not None
        form = {"_csrf_token": token[1], "email": hr.email, "password": hr.password}
        assert leaders.post("/login", data=form).status_code == 200
        yield {"staff": staff, "leaders": leaders, "admin": admin}


def _looks(apps: dict[str, Client], home: Home, out: Path) -> dict[str, Any]:
    """Return every page, header, data answer, export, metric and health answer."""
    units = apps["leaders"].get("/api/v1/units").json()["items"]
    paths = {
        "staff": ["/s", "/results", "/privacy", "/health", "/w/current"],
        "admin": ["/", "/health"],
        "leaders": [
            "/", "/account", "/health", "/metrics", "/openapi.json", "/api/v1/releases",
            "/api/v1/units", "/api/v1/export.csv", "/api/v1/columns.csv",
            *(f"/units/{unit['unit_id']}" for unit in units[:4]),
            *(f"/api/v1/units/{unit['unit_id']}/series" for unit in units[:4]),
            *(f"/api/v1/units/{unit['unit_id']}/cells" for unit in units[:4]),
        ],
    }  # fmt: skip
    seen = {f"{app}{path}": _reply(apps[app], path) for app in paths for path in paths[app]}
    export_file(home.releases, out, "csv", Selection())
    state = sqlite_engine(home.state / "pulse.db", journal="wal", create=False)
    published = {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for folder in (home.releases, home.state, home.accounts / "accounts.db")
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }
    return {**seen, "export": out.read_bytes(), "status": wave.current(state), **published}


def _reply(client: Client, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
    reply = client.get(path)
    assert reply.status_code == 200, path
    headers = [(n, v) for n, v in reply.headers.multi_items() if n != "set-cookie"]
    plain = [(n, CHANCE.sub(b"", v.encode()).decode()) for n, v in sorted(headers)]
    return reply.status_code, plain, CHANCE.sub(b"", reply.content)


def cast_one(staff: httpx.Client, link: str) -> None:
    """Answer as a browser does: blind, have signed, seal, cast."""
    secret, _ = parse_link(link)
    keys = staff.get(staff.get("/w/current").json()["keys"]).json()
    me = staff.post("/me", json={"v": 1, "secret": b64u(secret)}).json()
    spki = unb64u(staff.get(me["file"]).json()["spki"])
    numbers = read_public(spki).public_numbers()
    ctx = token_context(me["wave"], me["g"], spki)
    msg = new_message(ctx)
    hidden = rfc9474.blind(msg, numbers.n, numbers.e, bytes(48), rfc9474.random_blind(numbers.n))
    ask = {"v": 1, "secret": b64u(secret), "wave": me["wave"], "blinded": b64u(hidden.blinded)}
    signed = unb64u(staff.post("/issue", json=ask).json()["blind_sig"])
    sig = rfc9474.finalize(msg, signed, hidden.inv, numbers.n, numbers.e)
    plain = responses.encode(Response(keys["form"], (4, 3, 5, 2, 4, 3)), keys["n"])
    box = seal.seal(plain, ctx, msg, unb64u(keys["box"]), unb64u(keys["outer"]))
    body = {"v": 1, "wave": me["wave"], "g": me["g"]}
    body |= {"msg": b64u(msg), "sig": b64u(sig), "box": b64u(box)}
    assert staff.post("/ballot", json=body).status_code == 200


@pytest.mark.parametrize("link", [0, 1])
def test_one_more_ballot_changes_nothing_anywhere(
    made: tuple[Home, Demo], apps: dict[str, Client], tmp_path: Path, link: int
) -> None:
    """Pages, headers, data, exports, metrics, health and published files stay byte for byte."""
    home, demo = made
    count = BoxStore(rooms(home).ballotbox, demo.wave).count
    before, ballots = _looks(apps, home, tmp_path / "out.csv"), count()
    cast_one(apps["staff"], demo.links[link])
    assert count() == ballots + 1
    after = _looks(apps, home, tmp_path / "out.csv")
    assert [name for name in before if before[name] != after[name]] == []


def test_the_looking_notices_a_release(
    made: tuple[Home, Demo], apps: dict[str, Client], tmp_path: Path
) -> None:
    """The same looking finds changes once the wave is closed and released."""
    home, demo = made
    before = _looks(apps, home, tmp_path / "out.csv")
    _close(home, demo.wave)
    after = _looks(apps, home, tmp_path / "out.csv")
    assert {"staff/results", "leaders/", "export"} <= {n for n in before if before[n] != after[n]}


def _close(home: Home, week: str) -> None:
    engine = sqlite_engine(home.state / "pulse.db", journal="wal", create=False)
    close: Callable[..., Any] = closing.close_wave
    close(home, Settings(), SystemClock(), engine, week)
