"""Looks at everything a home shows: every page, figure, data answer, export and report.

A look visits every GET route of the three apps, as every role, with every value that a part of
an address may take, and follows every link. Whatever is fresh by design is left out by name.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

import dashboards.app
import pulse.admin.app
import pulse.app
from pulse.accounts import directory
from pulse.clock import Clock
from pulse.disclosure.audit import audit_home
from pulse.export import FORMATS, Selection, export_file
from pulse.instrument import load
from pulse.release import reading
from pulse.settings import Home
from pulse.signin.tries import Limits
from pulse.store.databases import ACCOUNTS
from pulse.store.engine import sqlite_engine
from pulse.upkeep.telling import tell
from pulse.web.published import read_current
from tests.unit.dashboards.house import CHEAP, PASSWORD, make_tables, sign_in

ADDRESS: Final = "http://127.0.0.1:8001"
NOBODY: Final = "nobody"  # who has not signed in
ROLES: Final = ("hr", "auditor", "admin", "leader", "team")
# Fresh for every request, drawn from chance alone: the policy's nonce and the form's token.
FRESH: Final = (
    re.compile(rb'nonce="[\w+/=-]*"'),
    re.compile(rb"'nonce-[\w+/=-]*'"),
    re.compile(rb'name="_csrf_token" value="[0-9a-f]+"'),
    re.compile(rb'name="session" value="[0-9a-f]+"'),
)
FRESH_HEADERS: Final = frozenset({"set-cookie"})  # the session's and the form token's cookies
# Where no provider is set these are not there; nothing of a release stands behind them.
OFF: Final = frozenset({"/login/provider", "/login/provider/back"})
# The open week's key list and texts: files of the intake, which exist before any answer does.
INTAKE: Final = "staff nobody /w/"
LED: Final = frozenset({200, 303, 410})  # 410: the page behind a link that has ended
PAIR: Final = 2  # units beside each other; three and four show no more than their pairs do
_LINK: Final = re.compile(rb"""(?:href|src|data-[a-z]+)=["'](/[^"'#]*)""")
_LOOPBACK: Final = ("127.0.0.1", 50_000)  # metrics answer nobody else

Alter = Callable[[str, bytes], bytes]


class Reply(NamedTuple):
    """What was answered, without what is fresh by design."""

    status: int
    headers: tuple[tuple[str, bytes], ...]
    body: bytes


Seen = dict[str, Reply]


class Stand(NamedTuple):
    """One app of a home, who looks at it, and what its addresses may hold.

    `values` are by the name of a part, `queries` by the path; a part without values is found by
    following links, or by `more`.
    """

    name: str
    app: Litestar
    roles: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    queries: Mapping[str, tuple[str, ...]]
    more: tuple[str, ...]


def as_it_is(address: str, body: bytes) -> bytes:
    """Change nothing."""
    del address
    return body


def everything(home: Home, clock: Clock, out: Path, *, alter: Alter = as_it_is) -> Seen:
    """Return all that a home shows, by app, role and address.

    Args:
        home: the home; its accounts are replaced by fresh ones.
        clock: the present, for the leaders' app.
        out: where an export may be written.
        alter: what a broken app would do to each answer.
    """
    fresh_accounts(home, clock)
    tell(home)  # as `pulse serve` does
    seen: Seen = {}
    for stand in stands(home, clock):
        with _client(stand.app, alter) as client:
            for role in stand.roles:
                client.cookies.clear()
                assert role == NOBODY or sign_in(client, f"{role}@x.org") == 303
                for address, reply in _visit(stand, client):
                    seen[f"{stand.name} {role} {address}"] = reply
    for fmt, lead in product(FORMATS, (False, True)):
        export_file(home.releases, out, fmt, Selection(leader_items=lead))
        seen[f"pulse export.{fmt} {lead}"] = Reply(200, (), out.read_bytes())
    audited = msgspec.json.encode(audit_home(home.releases))
    return {**seen, "pulse audit": Reply(200, (), audited)}


def unvisited(stand: Stand, seen: Seen) -> list[str]:
    """List the GET routes of an app of which no address was seen that led somewhere."""
    prefix = f"{stand.name} "
    names = (n for n, reply in seen.items() if n.startswith(prefix) and reply.status in LED)
    paths = {name.split(" ", 2)[2].partition("?")[0].strip("/") for name in names}
    return [
        route.path
        for route in stand.app.routes
        if isinstance(route, HTTPRoute)
        and "GET" in route.methods
        and route.path not in OFF
        and not any(_pattern(route).fullmatch(path) for path in paths)
    ]


def _pattern(route: HTTPRoute) -> re.Pattern[str]:
    parts = (
        re.escape(part) if isinstance(part, str) else (".+" if part.type is Path else "[^/]+")
        for part in route.path_components
    )
    return re.compile("/".join(parts))


def fresh_accounts(home: Home, clock: Clock) -> None:
    """Replace the accounts of a home by one a role, all with the same password."""
    units = _units(home)
    leads = next((u for u in units if u != units[0] and u in _inner(home)), units[0])
    shutil.rmtree(home.accounts)
    home.make()
    engine = sqlite_engine(home.accounts / ACCOUNTS, journal="wal", create=True)
    make_tables(engine)
    for role in ROLES:
        unit = {"leader": leads, "team": units[-1]}.get(role)
        kind: Any = "leader" if role == "team" else role
        directory.create(
            engine, clock, CHEAP.hash, email=f"{role}@x.org", role=kind, unit_id=unit,
            password=PASSWORD,
        )  # fmt: skip
    engine.dispose()


def _units(home: Home) -> list[str]:
    """List every unit that any released tree has, the newest tree's first."""
    waves = reversed(reading.waves(home.releases))
    trees = [reading.load(home.releases, wave).tree for wave in waves]
    return list(dict.fromkeys(unit.unit_id for tree in trees for unit in tree.units))


def _inner(home: Home) -> set[str | None]:
    newest = reading.waves(home.releases)[-1]
    return {unit.parent_id for unit in reading.load(home.releases, newest).tree.units}


def stands(home: Home, clock: Clock) -> Iterator[Stand]:
    """Yield the three apps of a home with all that parts of their addresses may be."""
    waves, units = reading.waves(home.releases), _units(home)
    units += [f"{unit}:others" for unit in units]
    current = read_current(home.published)
    files = sorted((home.published / str(current.wave)).glob("*.json"))
    intake = tuple(f"/w/{current.wave}/{path.name}" for path in files)
    yield Stand("staff", pulse.app.create_app(home), (NOBODY,), {}, {}, intake)
    limits = Limits(1_000, 1_000, 1_000)
    admin = pulse.admin.app.create_app(home, clock=clock, hasher=CHEAP, limits=limits)
    yield Stand("admin", admin, (NOBODY,), {"secret": ("made-up",)}, {}, ())
    every = tuple(f"wave={wave}" for wave in waves)
    some = (f"from={waves[0]}&to={waves[0]}", f"unit={units[0]}", "bom=true")
    yield Stand(
        "dashboards",
        dashboards.app.create_app(home, clock=clock, hasher=CHEAP, limits=limits),
        (NOBODY, *ROLES),
        {
            "unit_id": (*units, "nowhere"),
            "scale": tuple(load().scales),
            "path": ("openapi.json",),
            "secret": ("made-up",),
        },
        {"/api/v1/units/{unit_id}/cells": every, "/api/v1/export.csv": some},
        (),
    )  # fmt: skip


@contextmanager
def _client(app: Litestar, alter: Alter) -> Iterator[TestClient[Litestar]]:
    """Run an app, seen from this machine; whatever it answers passes through `alter`."""
    handle = app.asgi_handler

    async def from_here(scope: Any, receive: Any, send: Any) -> None:
        begun: list[Any] = []

        async def altered(message: Any) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
            elif message["type"] == "http.response.body" and begun:
                body = alter(scope["path"], message.get("body", b""))
                start = begun.pop()
                plain = [h for h in start["headers"] if h[0].lower() != b"content-length"]
                await send({**start, "headers": [*plain, (b"content-length", b"%d" % len(body))]})
                await send({**message, "body": body})
            else:
                await send(message)

        scope["client"] = _LOOPBACK
        await handle(scope, receive, altered)

    app.asgi_handler = from_here
    try:
        with TestClient(app, base_url=ADDRESS) as client:
            client.follow_redirects = False
            client.headers["accept-encoding"] = "identity"
            yield client
    finally:
        app.asgi_handler = handle


def _visit(stand: Stand, client: TestClient[Litestar]) -> Iterator[tuple[str, Reply]]:
    """Visit every address that the routes allow, and every link found on the way, once."""
    waiting = sorted(_addresses(stand))
    known = set(waiting)
    while waiting:
        address = waiting.pop(0)
        reply = client.get(address)
        yield address, Reply(reply.status_code, _headers(reply.headers), _plain(reply.content))
        found = {unescape(link.decode()) for link in _LINK.findall(reply.content)}
        found = {link for link in found if link.count("unit=") <= PAIR}
        if b'"items":[' in reply.content and b'"next":"' in reply.content:
            after = msgspec.json.decode(reply.content)["next"]
            found.add(f"{address}{'&' if '?' in address else '?'}after={after}")
        waiting += sorted(found - known)
        known |= found


def _addresses(stand: Stand) -> Iterator[str]:
    yield "/no/such/page"
    yield from stand.more
    for route in stand.app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods:
            parts = [
                (part,) if isinstance(part, str) else stand.values.get(part.name, ())
                for part in route.path_components
            ]
            for chosen in product(*parts):
                path = "/" + "/".join(chosen)
                yield path
                yield from (f"{path}?{query}" for query in stand.queries.get(route.path_format, ()))


def _headers(headers: Any) -> tuple[tuple[str, bytes], ...]:
    plain = ((n, _plain(v.encode())) for n, v in headers.multi_items() if n not in FRESH_HEADERS)
    return tuple(sorted(plain))


def _plain(content: bytes) -> bytes:
    for fresh in FRESH:
        content = fresh.sub(b"", content)
    return content
