"""A box without the ballots that a disk has damaged: the sound ones alone, in their own order."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pulse.ballotbox.damage import Sifted
from pulse.ballotbox.peeled import read_groups
from pulse.terms import SealedBallot
from pulse.token.message import token_hash
from tests.booth import WAVE, Booth


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    """Return a wave of two groups of eight."""
    return Booth(tmp_path)


def sifted(booth: Booth, ballots: list[SealedBallot], wave: str = WAVE) -> Sifted:
    """Sift ballots with the booth's own groups."""
    return Sifted(ballots, wave, read_groups(booth.groups))


def in_order(ballots: list[SealedBallot]) -> list[SealedBallot]:
    """Return ballots ascending by token."""
    return sorted(ballots, key=lambda ballot: token_hash(ballot.msg))


def flipped(data: bytes, at: int) -> bytes:
    """Return bytes with one bit turned."""
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def test_sound_ballots_all_come_back_by_token(booth: Booth) -> None:
    """Nothing is left out of a sound box, and the order is that of the tokens."""
    ballots = in_order([booth.ballot(g, (1,) * 6) for g in ("00001", "00002") for _ in range(3)])
    for brought in (ballots, ballots[::-1]):
        sound = sifted(booth, brought)
        assert list(sound.records()) == ballots
        assert sound.damaged == 0


DAMAGE: dict[str, Callable[[SealedBallot], dict[str, object]]] = {
    "message": lambda ballot: {"msg": flipped(ballot.msg, 3)},
    "context": lambda ballot: {"msg": flipped(ballot.msg, 40)},
    "signature": lambda ballot: {"sig": flipped(ballot.sig, 200)},
    "signature, cut": lambda ballot: {"sig": ballot.sig[:-1]},
    "box, cut": lambda ballot: {"box": ballot.box[:-1]},
    "text for bytes": lambda ballot: {"box": ballot.box.decode("latin-1")},
    "another group": lambda _: {"g": "00002"},
    "no group": lambda _: {"g": "00003"},
    "foreign digits": lambda _: {"g": "\u0660\u0660\u0660\u0660\u0661"},
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_ballot_is_left_out_and_counted(booth: Booth, what: str) -> None:
    """Whatever was changed in a ballot's token, group or shape, the others are as they were."""
    first, hurt, last = in_order([booth.ballot("00001", (1,) * 6) for _ in range(3)])
    damaged = msgspec.structs.replace(hurt, **DAMAGE[what](hurt))
    sound = sifted(booth, [first, damaged, last])
    assert list(sound.records()) == [first, last]
    assert sound.damaged == 1


def test_a_bit_in_a_sealed_box_is_not_seen_here(booth: Booth) -> None:
    """A box has no proof of its own before the peel, which counts it as spoiled."""
    ballot = booth.ballot("00001", (1,) * 6)
    hurt = msgspec.structs.replace(ballot, box=flipped(ballot.box, 100))
    assert list(sifted(booth, [hurt]).records()) == [hurt]


def test_a_token_that_lies_there_twice_counts_once(booth: Booth) -> None:
    """A page that a disk gives back twice makes no second ballot."""
    ballot = booth.ballot("00001", (1,) * 6)
    sound = sifted(booth, [ballot, ballot])
    assert list(sound.records()) == [ballot]
    assert sound.damaged == 1


def test_a_ballot_of_another_wave_is_no_sound_one(booth: Booth) -> None:
    """Tokens of one wave are none of the next, though group and key are the same."""
    assert sifted(booth, [booth.ballot("00001", (1,) * 6)], "2026-W10").damaged == 1
