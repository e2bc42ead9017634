"""The issuer while waves come and go: what it finds, counts and lets go of."""

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse.issuer import keyfile
from pulse.issuer.desk import Issuer, IssuerDesk
from pulse.issuer.store import IssuerStore
from pulse.token.encoding import b64u
from pulse.token.invites import invite_hash
from pulse.token.publishing import INDEX
from tests.booth import WAVE
from tests.shelves import rooms
from tests.station import Station

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets

NEXT = "2026-W10"


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


@pytest.fixture
def issuer(station: Station) -> Iterator[Issuer]:
    """Return an issuer for two people at a time, which also serves the week that follows."""
    home = station.home
    shutil.copytree(home.published / WAVE, home.published / NEXT)
    index = station.index.replace(f"/w/{WAVE}/".encode(), f"/w/{NEXT}/".encode())
    (home.published / NEXT / INDEX).write_bytes(index)
    private = [(g, key.private_der().reveal()) for g, key in station.booth.keys.items()]
    keyfile.write(home.issuer_keys / f"{NEXT}.keys", NEXT, private)
    issuer = Issuer(rooms(home).issuer, home.issuer_keys, home.published, waiting=2)
    yield issuer
    issuer.close()


def test_a_destroyed_wave_hides_no_other(station: Station, issuer: Issuer) -> None:
    """Between a destruction and the next look, links of the week that follows are found."""
    secret = secrets.token_bytes(32)
    store = IssuerStore.create(station.rooms.issuer, NEXT, [(invite_hash(secret), "00002")])
    store.open_gate()
    store.close()
    issuer.refresh()
    assert issuer.me(b64u(secret)).wave == NEXT
    station.destroy()
    assert issuer.me(b64u(secret)).wave == NEXT


def test_a_signature_takes_a_place_until_it_is_given(station: Station, issuer: Issuer) -> None:
    """While two are signed the third is Busy; once all are answered every place is free."""

    async def run() -> list[object]:
        bodies = [station.issue_body(person=person) for person in range(2)]
        asked = (issuer.issue(body["wave"], body["secret"], body["blinded"]) for body in bodies)
        return await asyncio.gather(*asked)

    assert all(isinstance(answer, bytes) for answer in asyncio.run(run()))
    assert issuer._signing == 0


def test_a_closed_desk_lets_go_of_its_files(station: Station) -> None:
    """No descriptor of the store is left open: what was destroyed gives its blocks back."""
    home = station.home
    station.issued.close()
    desk = IssuerDesk(rooms(home).issuer, home.issuer_keys, 1, WAVE, station.index)
    assert desk.store.is_open()
    assert str(station.issuer_file) in opened()
    desk.close()
    assert str(station.issuer_file) not in opened()


def opened() -> list[str]:
    """List the files that this process has open."""
    listed = Path("/proc/self/fd")
    if not listed.exists():
        pytest.skip("This system does not list a process's open files.")
    return [str(link.readlink()) for link in listed.iterdir() if link.is_symlink()]
