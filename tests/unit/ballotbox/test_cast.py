"""Casting: every refusal in its order, nothing stored but real ballots, none lost or doubled."""

import asyncio
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from pulse.ballotbox.cast import BallotBox, BoxDesk, decode, on_curve
from pulse.errors import (
    AlreadyCounted,
    Busy,
    InvalidToken,
    InvalidValue,
    RequestError,
    UnknownWave,
    WaveShut,
)
from pulse.terms import SealedBallot
from pulse.token.encoding import b64u
from pulse.token.message import token_context, token_hash
from pulse.token.publishing import INDEX
from tests.booth import WAVE
from tests.station import CLOSED, Station

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


@pytest.fixture
def box(station: Station) -> Iterator[BallotBox]:
    """Return the ballot box that serves it."""
    box = BallotBox(station.rooms.ballotbox, station.home.published)
    yield box
    box.close()


async def attempt(box: BallotBox, ballot: SealedBallot, wave: str = WAVE) -> object:
    """Cast; return None or the class of the refusal."""
    try:
        await box.cast(wave, ballot)
    except RequestError as error:
        return type(error)
    return None


def cast(box: BallotBox, ballot: SealedBallot, wave: str = WAVE) -> object:
    """Cast one ballot."""
    return asyncio.run(attempt(box, ballot, wave))


def cast_all(box: BallotBox, ballots: Sequence[SealedBallot]) -> list[object]:
    """Cast many at once."""

    async def run() -> list[object]:
        return await asyncio.gather(*(attempt(box, ballot) for ballot in ballots))

    return asyncio.run(run())


def changed(ballot: SealedBallot, **fields: object) -> SealedBallot:
    """Return a ballot with some fields changed."""
    return msgspec.structs.replace(ballot, **fields)


def flipped(value: bytes, bit: int) -> bytes:
    """Return bytes with one bit turned."""
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


def test_a_ballot_is_stored_before_the_answer(station: Station, box: BallotBox) -> None:
    """After the answer it lies in the file; the same bytes again are fine; others are refused."""
    ballot = station.ballot()
    assert cast(box, ballot) is None
    assert list(station.box.records()) == [ballot]
    assert cast(box, ballot) is None
    other = changed(ballot, box=station.ballot().box)
    assert cast(box, other) is AlreadyCounted
    assert list(station.box.records()) == [ballot]


def test_tokens_of_elsewhere_are_refused(station: Station, box: BallotBox) -> None:
    """Another wave, group, key, version, an unknown group, the canaries' group: 403."""
    ballot = station.ballot()
    elsewhere = station.booth.token("00001", "2026-W10")
    swapped = station.booth.ballot("00002", (1,) * 6)
    for wrong in (
        changed(ballot, msg=elsewhere[0], sig=elsewhere[1]),
        changed(ballot, g="00002"),
        changed(ballot, g="00003"),
        changed(ballot, g="00000"),
        changed(ballot, g="1"),
        changed(ballot, g=""),
        changed(ballot, sig=swapped.sig),
        changed(ballot, msg=flipped(ballot.msg, 8 * 64)),  # the version's byte
        changed(ballot, sig=bytes(256)),
        changed(ballot, sig=b"\xff" * 256),
    ):
        assert cast(box, wrong) is InvalidToken
    assert station.box.count() == 0


def test_a_token_signed_for_another_version_is_refused(station: Station, box: BallotBox) -> None:
    """A validly signed message of version 2, or with another context, is no token here."""
    key = station.booth.keys["00001"]
    context = token_context(WAVE, "00001", key.spki)
    for middle in (b"\x02" + context, b"\x01" + bytes(32)):
        msg = secrets.token_bytes(32) + middle + secrets.token_bytes(32)
        ballot = changed(station.ballot(), msg=msg, sig=station.sign("00001", msg))
        assert cast(box, ballot) is InvalidToken
    msg = secrets.token_bytes(32) + b"\x01" + context + secrets.token_bytes(32)
    good = changed(station.ballot(), msg=msg, sig=station.sign("00001", msg))
    assert cast(box, good) is None


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BoxDesk, SealedBallot]]:
    """Return a desk that checks ballots, and a good one."""
    station = Station(tmp_path_factory.mktemp("stand"))
    desk = BoxDesk(station.rooms.ballotbox, 1, WAVE, station.index)
    yield desk, station.ballot()
    desk.close()


@given(st.data())
def test_any_turned_bit_of_a_token_is_refused(
    stand: tuple[BoxDesk, SealedBallot], bits: st.DataObject
) -> None:
    """No bit of message or signature is without meaning."""
    desk, ballot = stand
    desk.check(ballot)
    field, size = bits.draw(st.sampled_from([("msg", 97), ("sig", 256)]))
    bit = bits.draw(st.integers(0, size * 8 - 1))
    with pytest.raises(InvalidToken):
        desk.check(changed(ballot, **{field: flipped(getattr(ballot, field), bit)}))


def test_wrong_lengths_and_no_points_are_refused(station: Station, box: BallotBox) -> None:
    """One byte more or less, a compressed or foreign point, a coordinate over p: 422."""
    ballot = station.ballot()
    for field in ("msg", "sig", "box"):
        value = getattr(ballot, field)
        for wrong in (value[:-1], value + b"\0", b""):
            assert cast(box, changed(ballot, **{field: wrong})) is InvalidValue
    rest = ballot.box[65:]
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    high = b"\x04" + (p + 5).to_bytes(32, "big") + ballot.box[33:65]
    for point in (b"\x02" + ballot.box[1:65], bytes(65), b"\x04" + bytes(64), high):
        assert cast(box, changed(ballot, box=point + rest)) is InvalidValue
    assert station.box.count() == 0


def test_refusals_come_in_the_stated_order(station: Station, box: BallotBox) -> None:
    """With everything wrong: the wave, then the gate, then lengths and point, then the token."""
    ballot = station.ballot()
    bad_token = changed(ballot, g="00009")
    bad_both = changed(bad_token, box=bytes(194))
    assert cast(box, bad_both, "2026-W10") is UnknownWave
    assert cast(box, bad_both, "nonsense") is UnknownWave
    assert cast(box, bad_both, CLOSED) is WaveShut
    assert cast(box, bad_both) is InvalidValue
    assert cast(box, bad_token) is InvalidToken
    assert cast(box, ballot) is None
    station.shut()
    for late in (bad_both, bad_token, ballot, station.ballot()):
        assert cast(box, late) is WaveShut
    assert list(station.box.records()) == [ballot]
    station.destroy()
    box.refresh()
    assert cast(box, ballot) is WaveShut


def test_64_casts_of_one_token_have_one_winner(station: Station, box: BallotBox) -> None:
    """Of 64 boxes under one token exactly one counts; 64 identical ones all hear that it does."""
    ballot = station.ballot()
    plaintext, ctx = station.booth.plaintext((1,) * 6), bytes(32)
    rivals = [
        changed(ballot, box=station.booth.sealer.seal(plaintext, ctx, ballot.msg))
        for _ in range(64)
    ]
    answers = cast_all(box, rivals)
    assert answers.count(None) == 1
    assert answers.count(AlreadyCounted) == 63
    winner = rivals[answers.index(None)]
    assert list(station.box.records()) == [winner]
    assert cast_all(box, [winner] * 64) == [None] * 64
    assert station.box.count() == 1


def test_a_full_queue_is_busy_and_sending_again_counts_once(station: Station) -> None:
    """While the disk is held up some are told Busy; after all have sent again, all count once."""
    box = BallotBox(station.rooms.ballotbox, station.home.published, waiting=3)
    ballots = [station.ballot() for _ in range(12)]
    other = sqlite3.connect(station.box_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def run() -> list[object]:
        casting = [asyncio.create_task(attempt(box, ballot)) for ballot in ballots]
        await asyncio.sleep(0.05)
        other.execute("ROLLBACK")
        return await asyncio.gather(*casting)

    answers = asyncio.run(run())
    other.close()
    assert set(answers) == {None, Busy}
    assert station.box.count() == answers.count(None)
    for ballot in ballots:
        assert cast(box, ballot) is None
    assert station.box.count() == 12
    box.close()


def test_a_damaged_list_of_groups_turns_nobody_away(station: Station) -> None:
    """Under another key every token would seem forged: people come again, health is red."""
    ballot = station.ballot()
    index = station.home.published / WAVE / INDEX
    spki = station.index.index(b'"spki":"')
    index.write_bytes(station.index[: spki + 60] + b"AAAA" + station.index[spki + 64 :])
    box = BallotBox(station.rooms.ballotbox, station.home.published)
    assert cast(box, ballot) is Busy
    assert not box.works()
    index.write_bytes(station.index)
    box.refresh()
    assert cast(box, ballot) is None
    assert box.works()
    box.close()


def test_a_box_that_was_let_go_takes_nothing_more(station: Station) -> None:
    """What is put to a closed desk is refused, and not stored behind anybody's back."""
    desk = BoxDesk(station.rooms.ballotbox, 1, WAVE, station.index)
    desk.close()
    ballot = station.ballot()

    async def late() -> bool:
        return await desk.commits.submit((token_hash(ballot.msg), ballot))

    with pytest.raises(Busy):
        asyncio.run(late())
    assert station.box.count() == 0


def test_a_box_that_cannot_be_read_is_busy(station: Station, box: BallotBox) -> None:
    """A file overwritten under our hands, as destruction does, gives 503 and never an error."""
    ballot = station.ballot()
    assert cast(box, ballot) is None
    station.box.close()
    for path in station.home.ballotbox.glob(f"{WAVE}.db*"):
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
    assert cast(box, changed(ballot, sig=bytes(256))) is Busy
    assert cast(box, station.ballot()) is Busy


def test_a_box_whose_disk_failed_works_again_with_the_disk(
    station: Station, box: BallotBox
) -> None:
    """It works, it does not after a failed commit, and it does again once the disk does."""
    assert box.works()
    ballot = station.ballot()
    station.box.close()
    sound = {path: path.read_bytes() for path in station.home.ballotbox.glob(f"{WAVE}.db*")}
    for path, content in sound.items():
        path.write_bytes(bytes(len(content)))
    assert cast(box, ballot) is Busy
    assert not box.works()
    for path, content in sound.items():
        path.write_bytes(content)
    assert box.works()
    assert cast(box, ballot) is None
    assert station.box.count() == 1


def test_a_malformed_ballot_of_an_unknown_or_closed_wave_is_told_of_the_wave(
    box: BallotBox,
) -> None:
    """Whatever is wrong with a body, the wave that it names is judged first."""
    error = InvalidValue("malformed")
    told = {wave: asyncio.run(box.refusal(wave, error)) for wave in (WAVE, CLOSED, "2026-W20")}
    assert told[WAVE] is error
    assert (type(told[CLOSED]), type(told["2026-W20"])) == (WaveShut, UnknownWave)


def test_fields_are_read_in_one_spelling_only(station: Station) -> None:
    """`decode` refuses padding, other alphabets, wrong lengths and stray bits."""
    ballot = station.ballot()
    msg, sig, box = (b64u(part) for part in (ballot.msg, ballot.sig, ballot.box))
    assert decode("00001", msg, sig, box) == ballot
    for wrong in (msg + "=", msg[:-1], msg[:-1] + "_", msg + "A", " " + msg, ""):
        with pytest.raises(InvalidValue):
            decode("00001", wrong, sig, box)


@given(st.integers(1, 2**255), st.integers(0, 511))
def test_points_are_told_from_other_bytes(scalar: int, bit: int) -> None:
    """Every public key lies on the curve; with a bit turned it is refused as the library does."""
    numbers = ec.derive_private_key(scalar, ec.SECP256R1()).public_key().public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    assert on_curve(point)
    assert not on_curve(b"\x04" + flipped(point[1:], bit)) or _accepted(flipped(point, bit))


def _accepted(point: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True
