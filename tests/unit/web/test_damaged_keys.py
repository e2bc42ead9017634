"""A key file that is damaged or cannot be read: people are asked to come again, health is red.

Nobody's invitation is used up, nobody is told that their link is wrong, and a sound file is taken
up without a restart.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.app import create_app
from pulse.issuer import keyfile
from pulse.token.encoding import b64u
from tests.booth import WAVE, signing_key
from tests.station import Station, ballot_body

# An event loop wakes itself through a pair of sockets; apps look at their files once a second.
pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]
WITHIN = 20.0  # seconds: one look a second, one try every three

Browser = TestClient[Litestar]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """Return an open wave."""
    made = Station(tmp_path)
    yield made
    made.issued.close()
    made.box.close()


def file_of(station: Station) -> Path:
    """Return the file of the signing keys."""
    return station.home.issuer_keys / f"{WAVE}.keys"


def rewrite(station: Station, g: str, der: bytes) -> None:
    """Put another key into the file, as damage would that leaves its frame alone."""
    keys = {each: secret.reveal() for each, secret in keyfile.read(file_of(station)).items()}
    keyfile.write(file_of(station), WAVE, list((keys | {g: der}).items()))


def said(browser: Browser, path: str, body: object) -> tuple[int, str]:
    """Post a body; return status and problem type."""
    reply = browser.post(path, json=body)
    assert "key" not in reply.json().get("message", "")
    return reply.status_code, reply.json().get("type", "")


def health_becomes(browser: Browser, status: int) -> None:
    """Wait for health to say so."""
    until = time.monotonic() + WITHIN
    while browser.get("/health").status_code != status:
        assert time.monotonic() < until
        time.sleep(0.2)


@pytest.mark.parametrize("harm", ["garbage", "cut off", "gone"])
def test_a_key_file_that_cannot_be_read_turns_nobody_away_for_good(
    station: Station, harm: str
) -> None:
    """503 with "come again" instead of "unknown link", health red, ballots taken as ever."""
    sound = file_of(station).read_bytes()
    if harm == "gone":
        file_of(station).unlink()
    else:
        file_of(station).write_bytes(b"garbage" if harm == "garbage" else sound[:-9])
    me = {"v": 1, "secret": b64u(station.secrets["00001"][0])}
    asked = station.issue_body()
    with TestClient(create_app(station.home)) as browser:
        assert browser.get("/health").status_code == 503
        assert said(browser, "/me", me) == (503, "busy")
        assert said(browser, "/issue", asked) == (503, "busy")
        assert said(browser, "/ballot", ballot_body(station.ballot()))[0] == 200
        assert station.issued.issued() == {}
        file_of(station).write_bytes(sound)
        until = time.monotonic() + WITHIN
        while said(browser, "/me", me)[0] != 200:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert said(browser, "/issue", asked)[0] == 200


def another() -> bytes:
    """Return a sound key that is not the one which was published."""
    return signing_key(7).private_der().reveal()


@pytest.mark.parametrize("harm", ["no key", "another key"])
def test_one_damaged_key_stops_its_group_alone_and_uses_nothing_up(
    station: Station, harm: str
) -> None:
    """Its people are asked to come again, the others get their tokens, and health is red."""
    sound = file_of(station).read_bytes()
    rewrite(station, "00001", b"damaged" if harm == "no key" else another())
    with TestClient(create_app(station.home)) as browser:
        asked = station.issue_body("00001")
        for _ in range(2):
            assert said(browser, "/issue", asked) == (503, "busy")
        assert said(browser, "/issue", station.issue_body("00002"))[0] == 200
        assert station.issued.issued() == {"00002": 1}
        health_becomes(browser, 503)
        file_of(station).write_bytes(sound)
        assert said(browser, "/issue", asked)[0] == 200
        health_becomes(browser, 200)
