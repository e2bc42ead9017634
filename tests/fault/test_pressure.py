"""More than can be stored is refused at once, and nothing that was answered is ever lost."""

import contextlib
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from litestar import Litestar

from pulse.ballotbox.cast import BallotBox
from pulse.cli.patience import patient
from pulse.http.problems import HANDLERS
from pulse.issuer.desk import Issuer
from pulse.token.encoding import b64u, unb64u
from pulse.token.keys import MODULUS_BYTES
from pulse.web.casting import ballotbox_routes
from pulse.web.issuing import issuer_routes
from pulse.web.posting import lane
from tests.booth import WAVE
from tests.fault.load import Load
from tests.fault.running import running
from tests.shelves import rooms
from tests.station import GROUPS, Station, ballot_body

CLIENTS: Final = 80
WAITING: Final = 20
AT_ONCE: Final = 1.0  # seconds for a refusal, on a busy machine
Bodies = Sequence[dict[str, Any]]


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave with a link for every client."""
    return Station(tmp_path, CLIENTS // len(GROUPS))


def serve(station: Station, path: str, waiting: int) -> Any:
    """Return an application of one room whose queue holds `waiting`."""
    shelves, published = rooms(station.home), station.home.published
    room: Issuer | BallotBox
    if path == "/issue":
        room = Issuer(shelves.issuer, station.home.issuer_keys, published, waiting)
        routes = issuer_routes(room)
    else:
        room = BallotBox(shelves.ballotbox, published, waiting)
        routes = ballotbox_routes(room)
    app = Litestar(
        routes, exception_handlers=HANDLERS, openapi_config=None, logging_config=None,
        on_shutdown=[room.close],
    )  # fmt: skip
    app.asgi_handler = lane(app.asgi_handler, routes, https=False)
    return app


def bodies_for(station: Station, path: str) -> Bodies:
    """Return a sound body for each client."""
    if path == "/ballot":
        return [ballot_body(station.ballot()) for _ in range(CLIENTS)]
    return [
        {"v": 1, "secret": b64u(secret), "wave": WAVE,
         "blinded": b64u(bytes(1) + secrets.token_bytes(MODULUS_BYTES - 2) + b"\x01")}
        for g in GROUPS for secret in station.secrets[g]
    ]  # fmt: skip


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold up every commit: another connection has the write lock."""
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def pressed(station: Station, path: str, waiting: int, bodies: Bodies) -> tuple[Load, list[float]]:
    """Send everything at once while commits are held up; return it and when refusals came."""
    store = station.box_file if path == "/ballot" else station.issuer_file
    with running(serve(station, path, waiting), patient()) as (host, port):
        load = Load(f"http://{host}:{port}", path, bodies, CLIENTS)
        with held(store):
            load.start()
            load.wait_for_sent(CLIENTS)
            time.sleep(AT_ONCE)
            refusals = [sent.took for sent in load.sent if sent.status == 503]
            assert {sent.status for sent in load.sent} <= {0, 503}  # nothing is answered 200 yet
        load.join()
        again = Load(f"http://{host}:{port}", path, load.of_status(503), 4)
        again.start()
        again.join()
        assert {sent.status for sent in again.sent} <= {200}
    return load, refusals


@pytest.mark.parametrize("path", ["/ballot", "/issue"])
def test_a_full_queue_refuses_at_once_and_loses_nothing(station: Station, path: str) -> None:
    """503 with Retry-After within moments for what does not fit; all is stored once in the end."""
    bodies = bodies_for(station, path)
    load, refusals = pressed(station, path, WAITING, bodies)
    # Beside the queue there is what the writer has in hand: at most one batch of what waited.
    assert CLIENTS - 2 * WAITING - 2 <= len(refusals) <= CLIENTS - WAITING
    assert max(refusals) < AT_ONCE
    assert {sent.retry_after for sent in load.sent if sent.status == 503} == {"2"}
    assert len(load.of_status(200)) == CLIENTS - len(refusals)
    if path == "/ballot":
        in_box = [ballot.msg for ballot in station.box.records()]
        assert sorted(in_box) == sorted(unb64u(body["msg"]) for body in bodies)
    else:
        assert sum(station.issued.issued().values()) == CLIENTS


@pytest.mark.parametrize("path", ["/ballot", "/issue"])
def test_a_queue_without_an_end_is_noticed(station: Station, path: str) -> None:
    """The broken twin takes everything in and refuses nobody, however long it may last."""
    _, refusals = pressed(station, path, 10**9, bodies_for(station, path))
    assert refusals == []


def test_pressure_leaves_no_threads_behind(station: Station) -> None:
    """When the server has gone, so has every thread it had for this."""
    before = threading.active_count()
    pressed(station, "/ballot", WAITING, bodies_for(station, "/ballot"))
    assert threading.active_count() <= before
