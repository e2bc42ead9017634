"""The issuer at work: every refusal in its order, one signature an invitation, keys that go."""

import asyncio
import gc
import secrets
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pulse.errors import (
    AlreadyUsed,
    Busy,
    InvalidValue,
    RequestError,
    UnknownInvitation,
    UnknownWave,
    WaveShut,
)
from pulse.issuer import keyfile
from pulse.issuer.desk import Invitation, Issuer, IssuerDesk
from pulse.token import rfc9474
from pulse.token.encoding import b64u, unb64u
from pulse.token.keys import SigningKey
from tests.booth import WAVE
from tests.shelves import rooms
from tests.station import CLOSED, Station

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


@pytest.fixture
def issuer(station: Station) -> Iterator[Issuer]:
    """Return the issuer that serves it."""
    home = station.home
    issuer = Issuer(rooms(home).issuer, home.issuer_keys, home.published)
    yield issuer
    issuer.close()


def outcome(work: Callable[[], Awaitable[Any]]) -> object:
    """Return what `work` gives, or the class of its refusal."""

    async def run() -> object:
        try:
            return await work()
        except RequestError as error:
            return type(error)

    return asyncio.run(run())


def issue(issuer: Issuer, body: dict[str, Any]) -> object:
    """Ask for a signature."""
    return outcome(lambda: issuer.issue(body["wave"], body["secret"], body["blinded"]))


def test_a_used_and_an_unused_invitation_look_the_same(station: Station, issuer: Issuer) -> None:
    """`me` gives wave, group and file before and after issuing; nothing else opens anything."""
    secret = b64u(station.secrets["00002"][1])
    before = issuer.me(secret)
    assert before == Invitation(WAVE, "00002", station.files["00002"])
    assert isinstance(issue(issuer, station.issue_body("00002", 1)), bytes)
    assert issuer.me(secret) == before
    with pytest.raises(UnknownInvitation):
        issuer.me(b64u(secrets.token_bytes(32)))
    with pytest.raises(InvalidValue):
        issuer.me(secret + "A")
    station.shut()
    with pytest.raises(UnknownInvitation):
        issuer.me(secret)


def test_a_signature_finalizes_and_repeats_byte_by_byte(station: Station, issuer: Issuer) -> None:
    """The same request gives the same bytes, which unblind to a valid token."""
    blinded = station.blinded("00001")
    body = station.issue_body(blinded=b64u(blinded.blinded))
    first = issue(issuer, body)
    assert isinstance(first, bytes)
    assert issue(issuer, body) == first
    assert issue(issuer, station.issue_body()) is AlreadyUsed
    assert station.issued.issued() == {"00001": 1}


@pytest.mark.parametrize("g", ["00001", "00002"])
def test_what_cannot_be_signed_leaves_the_invitation_good(
    station: Station, issuer: Issuer, g: str
) -> None:
    """Malformed, short, zero, out of range, not coprime: 422, and then the real one is signed."""
    key = station.booth.keys[g]
    n = int(key.n)
    numbers = (0, n, n + 1, 2**2048 - 1, int(key.p), 2 * int(key.q))
    malformed = [b64u(number.to_bytes(256, "big")) for number in numbers]
    malformed += ["", "AAAA", "!" * 342, b64u(bytes(255)), b64u(b"\1" * 257), "é" * 342]
    for blinded in malformed:
        assert issue(issuer, station.issue_body(g, blinded=blinded)) is InvalidValue
    assert station.issued.issued() == {}
    assert isinstance(issue(issuer, station.issue_body(g)), bytes)


def test_refusals_come_in_the_stated_order(station: Station, issuer: Issuer) -> None:
    """With everything wrong the wave speaks first, then the gate, then the link, then the value."""
    stranger, nonsense = b64u(bytes(32)), "nonsense"
    wrong = station.issue_body(secret=stranger, blinded=nonsense)
    assert issue(issuer, wrong | {"wave": "2026-W10"}) is UnknownWave
    assert issue(issuer, wrong | {"wave": "../x", "secret": nonsense}) is UnknownWave
    assert issue(issuer, wrong | {"wave": CLOSED}) is WaveShut
    assert issue(issuer, wrong) is UnknownInvitation
    assert issue(issuer, wrong | {"secret": nonsense}) is InvalidValue
    assert issue(issuer, station.issue_body(blinded=nonsense)) is InvalidValue
    assert isinstance(issue(issuer, station.issue_body()), bytes)
    assert issue(issuer, station.issue_body(blinded=nonsense)) is InvalidValue
    assert issue(issuer, station.issue_body()) is AlreadyUsed
    station.shut()
    assert issue(issuer, wrong) is WaveShut
    assert issue(issuer, wrong | {"secret": nonsense}) is WaveShut
    assert issue(issuer, station.issue_body()) is WaveShut


def test_64_requests_at_once_have_one_winner(station: Station, issuer: Issuer) -> None:
    """Of 64 blinded messages for one invitation exactly one is signed, however they interleave."""
    bodies = [station.issue_body() for _ in range(64)]

    async def run() -> list[object]:
        asked = (issuer.issue(body["wave"], body["secret"], body["blinded"]) for body in bodies)
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(run())
    (winner,) = [i for i, answer in enumerate(answers) if isinstance(answer, bytes)]
    refused = [answer for answer in answers if not isinstance(answer, bytes)]
    assert all(isinstance(answer, AlreadyUsed) for answer in refused)
    assert issue(issuer, bodies[winner]) == answers[winner]
    key = station.booth.keys["00001"]
    assert answers[winner] == rfc9474.blind_sign(key, unb64u(bodies[winner]["blinded"]))
    assert station.issued.issued() == {"00001": 1}


def test_a_closed_wave_leaves_no_key_in_the_process(tmp_path: Path) -> None:
    """After the stores are destroyed one refresh drops every signing key; the answer is 410."""
    station = Station(tmp_path)
    home = station.home
    issuer = Issuer(rooms(home).issuer, home.issuer_keys, home.published)
    body = station.issue_body()
    assert isinstance(issue(issuer, body), bytes)
    gc.collect()
    before = sum(isinstance(thing, SigningKey) for thing in gc.get_objects())
    station.destroy()
    issuer.refresh()
    gc.collect()
    after = sum(isinstance(thing, SigningKey) for thing in gc.get_objects())
    assert before - after == 1
    assert issue(issuer, body) is WaveShut
    issuer.close()


def test_a_closed_desk_holds_no_key(station: Station) -> None:
    """Whoever still has a desk after its wave has closed can sign nothing with it any more."""
    home = station.home
    desk = IssuerDesk(rooms(home).issuer, home.issuer_keys, 1, WAVE, station.index)
    message = station.blinded("00001").blinded
    assert desk.sign("00001", message) == rfc9474.blind_sign(station.booth.keys["00001"], message)
    desk.close()
    for g in ("00001", "00002"):  # the key that was used, and one that never was
        with pytest.raises(KeyError):
            desk.sign(g, message)
    assert not desk.commits._thread.is_alive()


def test_a_closed_issuer_leaves_no_thread(station: Station) -> None:
    """The threads that sign and the one that commits end with the issuer."""

    def ours() -> list[str]:
        names = (thread.name for thread in threading.enumerate())
        return [name for name in names if name.startswith(("signer", "group-commit"))]

    before, home = ours(), station.home
    issuer = Issuer(rooms(home).issuer, home.issuer_keys, home.published)
    assert isinstance(issue(issuer, station.issue_body()), bytes)
    assert len(ours()) == len(before) + 2
    issuer.close()
    assert ours() == before


def test_a_store_destroyed_under_way_answers_shut(station: Station, issuer: Issuer) -> None:
    """Between destruction and the next refresh it is 410 and 404 too, never an error."""
    assert isinstance(issue(issuer, station.issue_body()), bytes)
    station.destroy()
    assert issue(issuer, station.issue_body(person=1)) is WaveShut
    with pytest.raises(UnknownInvitation):
        issuer.me(b64u(station.secrets["00001"][1]))


def test_a_failing_signature_may_be_asked_for_again(station: Station, issuer: Issuer) -> None:
    """A lost key file makes the request Busy, not lost: the mark stands for the same message."""
    body = station.issue_body()
    desk = issuer._desks.find(WAVE)
    key = desk._private.pop("00001")
    assert issue(issuer, body) is Busy
    desk._private["00001"] = key
    assert isinstance(issue(issuer, body), bytes)


def test_too_many_at_once_are_busy_and_may_come_again(station: Station) -> None:
    """With room for two, some of sixteen people are told Busy; asking again serves them all."""
    home = station.home
    issuer = Issuer(rooms(home).issuer, home.issuer_keys, home.published, waiting=2)
    bodies = [station.issue_body(g, i) for g in ("00001", "00002") for i in range(8)]

    async def attempt(body: dict[str, Any]) -> object:
        try:
            return await issuer.issue(body["wave"], body["secret"], body["blinded"])
        except Busy:
            return Busy

    async def run() -> list[object]:
        return await asyncio.gather(*(attempt(body) for body in bodies))

    assert Busy in asyncio.run(run())
    for body in bodies:
        while not isinstance(issue(issuer, body), bytes):
            pass
    assert station.issued.issued() == {"00001": 8, "00002": 8}
    issuer.close()


def test_a_signature_queue_has_its_own_limit(station: Station, issuer: Issuer) -> None:
    """When as many wait for signatures as may, nothing is marked and the answer is Busy."""
    issuer._signing = issuer._waiting
    assert issue(issuer, station.issue_body()) is Busy
    assert station.issued.issued() == {}
    issuer._signing = 0
    assert isinstance(issue(issuer, station.issue_body()), bytes)


def test_a_store_that_cannot_be_read_is_busy(station: Station, issuer: Issuer) -> None:
    """A file overwritten under our hands, as destruction does, gives 503 and never an error."""
    secret = b64u(station.secrets["00001"][0])
    assert issuer.me(secret).wave == WAVE
    station.issued.close()
    with station.issuer_file.open("r+b") as file:
        file.write(bytes(station.issuer_file.stat().st_size))
    with pytest.raises(Busy):
        issuer.me(secret)
    assert issue(issuer, station.issue_body() | {"secret": "?"}) is Busy
    assert issue(issuer, station.issue_body()) is Busy


def test_an_issuer_whose_disk_failed_works_again_with_the_disk(
    station: Station, issuer: Issuer
) -> None:
    """It works, it does not after a failed commit, and it does again once the disk does."""
    assert issuer.works()
    body, sound = station.issue_body(), station.issuer_file.read_bytes()
    station.issued.close()
    station.issuer_file.write_bytes(bytes(len(sound)))
    assert issue(issuer, body) is Busy
    assert not issuer.works()
    station.issuer_file.write_bytes(sound)
    assert issuer.works()
    assert isinstance(issue(issuer, body), bytes)


@pytest.mark.parametrize("harm", ["no key", "another key", "no such group"])
def test_a_damaged_key_is_told_before_anything_is_used_up(station: Station, harm: str) -> None:
    """Its group waits, another one does not; the desk is unwell until a sound file lies there."""
    file = station.home.issuer_keys / f"{WAVE}.keys"
    sound = file.read_bytes()
    ders = {g: der.reveal() for g, der in keyfile.read(file).items()}
    damaged = {"no key": b"damaged", "another key": ders["00002"], "no such group": b""}[harm]
    kept = ders | {"00001": damaged}
    keyfile.write(file, WAVE, [(g, der) for g, der in kept.items() if der])
    desk = IssuerDesk(rooms(station.home).issuer, station.home.issuer_keys, 1, WAVE, station.index)
    messages = {g: station.blinded(g).blinded for g in station.booth.keys}
    desk.check(messages["00002"], "00002")
    assert desk.works()
    with pytest.raises(Busy):
        desk.check(messages["00001"], "00001")
    assert not desk.works()
    file.write_bytes(b"worse")
    assert not desk.works()
    file.write_bytes(sound)
    assert desk.works()
    desk.check(messages["00001"], "00001")
    assert desk.sign("00001", messages["00001"])
    desk.close()


def test_a_wave_without_its_keys_makes_no_link_a_wrong_one(station: Station) -> None:
    """While the file cannot be read nobody is told that they are unknown."""
    file = station.home.issuer_keys / f"{WAVE}.keys"
    sound = file.read_bytes()
    file.write_bytes(b"damaged")
    issuer = Issuer(rooms(station.home).issuer, station.home.issuer_keys, station.home.published)
    with pytest.raises(Busy):
        issuer.me(b64u(station.secrets["00001"][0]))
    assert issue(issuer, station.issue_body()) is Busy
    assert not issuer.works()
    file.write_bytes(sound)
    issuer.refresh()
    assert issuer.me(b64u(station.secrets["00001"][0])).g == "00001"
    issuer.close()
