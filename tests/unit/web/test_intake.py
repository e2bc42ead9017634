"""The intake over HTTP: statuses, types and bytes as the protocol states them."""

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.app import create_app
from pulse.errors import Busy
from pulse.http.problems import answer
from pulse.token import rfc9474
from pulse.token.encoding import b64u, unb64u
from pulse.token.keys import SigningKey
from pulse.token.message import new_message, token_context
from tests.booth import WAVE
from tests.station import ANSWERS, CLOSED, Station, ballot_body

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets

Browser = TestClient[Litestar]


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


@pytest.fixture
def browser(station: Station) -> Iterator[Browser]:
    """Return a client of the staff app."""
    with TestClient(create_app(station.home)) as browser:
        yield browser


def said(browser: Browser, path: str, body: object) -> tuple[int, str]:
    """Post a body; return status and problem type (empty when all is well)."""
    reply = browser.post(path, json=body)
    assert reply.headers["cache-control"] == "no-store"
    assert "set-cookie" not in reply.headers
    return reply.status_code, reply.json().get("type", "")


def test_a_ballot_travels_from_link_to_box(station: Station, browser: Browser) -> None:
    """me, issue, finalize, cast: as a browser does it, over the wire."""
    secret = b64u(station.secrets["00001"][4])
    current = browser.get("/w/current").json()
    assert current == {"wave": WAVE, "keys": station.keys_path}
    me = browser.post("/me", json={"v": 1, "secret": secret}).json()
    assert me == {"wave": WAVE, "g": "00001", "file": station.files["00001"]}
    group = browser.get(me["file"]).json()
    spki = unb64u(group["spki"])
    key = station.booth.keys["00001"]
    assert spki == key.spki
    ctx = token_context(WAVE, "00001", spki)
    msg, n, e = new_message(ctx), int(key.n), int(key.e)
    blinded = rfc9474.blind(msg, n, e, bytes(48), rfc9474.random_blind(n))
    body = {"v": 1, "secret": secret, "wave": WAVE, "blinded": b64u(blinded.blinded)}
    reply = browser.post("/issue", json=body)
    assert list(reply.json()) == ["blind_sig"]
    sig = rfc9474.finalize(msg, unb64u(reply.json()["blind_sig"]), blinded.inv, n, e)
    box = station.booth.sealer.seal(station.booth.plaintext(ANSWERS), ctx, msg)
    fields = ("00001", msg, sig, box)
    cast = {"v": 1, "wave": WAVE} | dict(
        zip(("g", "msg", "sig", "box"), ("00001", b64u(msg), b64u(sig), b64u(box)), strict=True)
    )
    first, again = browser.post("/ballot", json=cast), browser.post("/ballot", json=cast)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.status_code == 200
    (stored,) = station.box.records()
    assert (stored.g, stored.msg, stored.sig, stored.box) == fields


def test_me_tells_nobody_who_took_part(station: Station, browser: Browser) -> None:
    """Status, headers and bytes are the same before and after a link is used."""
    ask = {"v": 1, "secret": b64u(station.secrets["00002"][0])}
    before = browser.post("/me", json=ask)
    assert browser.post("/issue", json=station.issue_body("00002")).status_code == 200
    after = browser.post("/me", json=ask)
    assert (before.content, before.headers) == (after.content, after.headers)


def test_every_unknown_link_gets_one_fixed_404(station: Station, browser: Browser) -> None:
    """A stranger's secret and, once shut, everybody's give the same bytes."""
    stranger = browser.post("/me", json={"v": 1, "secret": b64u(bytes(32))})
    assert stranger.status_code == 404
    station.shut()
    known = browser.post("/me", json={"v": 1, "secret": b64u(station.secrets["00001"][0])})
    assert (known.status_code, known.content) == (404, stranger.content)
    assert known.headers == stranger.headers


def test_issue_answers_in_the_stated_order(station: Station, browser: Browser) -> None:
    """404, 410, 404, 422, 200, the same 200, 409."""
    good = station.issue_body()
    wrong = good | {"secret": b64u(bytes(32)), "blinded": "x"}
    assert said(browser, "/issue", wrong | {"wave": "2025-W01"}) == (404, "unknown_wave")
    assert said(browser, "/issue", wrong | {"wave": CLOSED}) == (410, "closed")
    assert said(browser, "/issue", wrong) == (404, "unknown_invitation")
    assert said(browser, "/issue", good | {"blinded": "x"}) == (422, "invalid_value")
    first = browser.post("/issue", json=good)
    assert first.status_code == 200
    assert browser.post("/issue", json=good).content == first.content
    assert said(browser, "/issue", station.issue_body()) == (409, "already_used")
    station.shut()
    assert said(browser, "/issue", good) == (410, "closed")


def test_ballot_answers_in_the_stated_order(station: Station, browser: Browser) -> None:
    """404, 410, 422, 403, 200, the same 200, 409; nothing refused is stored."""
    ballot = station.ballot()
    wrong = ballot_body(ballot, g="00009", msg="x", sig="===")
    assert said(browser, "/ballot", wrong | {"wave": "2025-W01"}) == (404, "unknown_wave")
    assert said(browser, "/ballot", wrong | {"wave": CLOSED}) == (410, "closed")
    assert said(browser, "/ballot", wrong) == (422, "invalid_value")
    assert said(browser, "/ballot", ballot_body(ballot, g="00009")) == (403, "invalid_token")
    assert station.box.count() == 0
    assert said(browser, "/ballot", ballot_body(ballot)) == (200, "")
    assert said(browser, "/ballot", ballot_body(ballot)) == (200, "")
    other = ballot_body(ballot, box=b64u(station.ballot().box))
    assert said(browser, "/ballot", other) == (409, "already_counted")
    station.shut()
    assert said(browser, "/ballot", wrong) == (410, "closed")
    assert said(browser, "/ballot", ballot_body(station.ballot())) == (410, "closed")
    assert station.box.count() == 1


@pytest.mark.parametrize("path", ["/me", "/issue", "/ballot"])
def test_bodies_are_read_strictly(browser: Browser, path: str) -> None:
    """400, 413 and 415 come before anything is looked up; other methods are 405 with Allow."""
    assert said(browser, path, {}) == (400, "malformed_body")
    assert said(browser, path, {"v": 1, "more": 2}) == (400, "malformed_body")
    assert said(browser, path, ["x" * 3000]) == (413, "body_too_large")
    plain = browser.post(path, content=b"{}", headers={"content-type": "text/plain"})
    assert (plain.status_code, plain.json()["type"]) == (415, "wrong_content_type")
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        reply = browser.request(method, path)
        assert (reply.status_code, reply.headers["allow"]) == (405, "POST")


def test_busy_asks_to_come_again() -> None:
    """503 carries Retry-After in whole seconds."""
    reply = answer(None, Busy("later"))  # type: ignore[arg-type] # the request is not looked at
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0


def test_without_any_wave_all_is_calm(tmp_path: Path) -> None:
    """A home that never opened a wave answers 404 and null, not errors."""
    station = Station(tmp_path)
    station.destroy()
    (station.home.published / "current.json").unlink()
    with TestClient(create_app(station.home)) as browser:
        assert browser.get("/w/current").json() == {"wave": None}
        assert said(browser, "/me", {"v": 1, "secret": b64u(bytes(32))})[0] == 404
        assert said(browser, "/issue", station.issue_body()) == (410, "closed")
        assert said(browser, "/issue", station.issue_body(wave="2030-W01"))[0] == 404


@pytest.mark.slow
def test_a_serving_app_forgets_the_keys_of_a_closed_wave(station: Station) -> None:
    """Within moments of the destruction no signing key of the wave is left in the process."""

    def keys() -> int:
        gc.collect()
        return sum(isinstance(thing, SigningKey) for thing in gc.get_objects())

    with TestClient(create_app(station.home)) as browser:
        assert browser.post("/issue", json=station.issue_body()).status_code == 200
        held = keys()
        station.destroy()
        until = time.monotonic() + 10
        while keys() == held and time.monotonic() < until:
            time.sleep(0.05)
        assert keys() == held - 1
