"""A sealed box opens with both keys, under its own token, unchanged; and not otherwise."""

import secrets
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.ballotbox import responses, seal
from pulse.errors import InvalidValue, Spoiled
from pulse.terms import Response, Secret

INNER, BOX = seal.generate_pair()
OUTER, OUTER_PUB = seal.generate_pair()
SEALER: Final = seal.Sealer(BOX, OUTER_PUB)
PEELER: Final = seal.Peeler(OUTER)
OPENER: Final = seal.Opener(INNER)
PLAINTEXT: Final = bytes(range(32))


class Cast(msgspec.Struct, frozen=True):
    """A sealed box with what it is bound to."""

    ctx: bytes
    msg: bytes
    box: bytes


def cast(plaintext: bytes = PLAINTEXT, ctx: bytes = bytes(32)) -> Cast:
    """Seal a plaintext under a fresh token message."""
    msg = secrets.token_bytes(97)
    return Cast(ctx, msg, SEALER.seal(plaintext, ctx, msg))


def unseal(ballot: Cast) -> bytes:
    """Peel and open."""
    return OPENER.open(ballot.ctx, PEELER.peel(ballot.msg, ballot.box))


def flips(data: bytes) -> list[bytes]:
    """Return every string that differs from `data` in one bit."""
    value = int.from_bytes(data, "big")
    return [(value ^ 1 << bit).to_bytes(len(data), "big") for bit in range(8 * len(data))]


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_box_opens_with_both_keys(plaintext: bytes, ctx: bytes) -> None:
    """Whatever 32 bytes are sealed come out, 113 bytes after the peel."""
    ballot = cast(plaintext, ctx)
    inner = PEELER.peel(ballot.msg, ballot.box)
    assert len(inner) == seal.INNER_LENGTH == 113
    assert OPENER.open(ctx, inner) == plaintext
    assert seal.open_inner(INNER, ctx, seal.peel(OUTER, ballot.msg, ballot.box)) == plaintext


@given(st.integers(1, 29), st.data())
def test_every_box_is_194_bytes(n: int, data: st.DataObject) -> None:
    """No answer, skipped item or form changes the length of a box."""
    answers = data.draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    form = data.draw(st.integers(0, 255))
    box = cast(responses.encode(Response(form, tuple(answers)), n)).box
    assert len(box) == seal.BOX_LENGTH == 194


def test_equal_answers_look_different() -> None:
    """Two boxes of the same answers share no encapsulated key and no ciphertext block."""
    one, two = cast().box, cast().box
    assert one[:65] != two[:65]
    assert not set(blocks(one)) & set(blocks(two))


def blocks(box: bytes) -> list[bytes]:
    """Cut a box into pieces of 8 bytes."""
    return [box[i : i + 8] for i in range(len(box) - 8)]


def test_every_changed_bit_spoils_a_box() -> None:
    """A flipped bit anywhere in the box is noticed at the peel."""
    ballot = cast()
    for box in flips(ballot.box):
        with pytest.raises(Spoiled):
            PEELER.peel(ballot.msg, box)


def test_every_changed_bit_spoils_an_inner_box() -> None:
    """A flipped bit anywhere in the inner box is noticed at opening."""
    ballot = cast()
    for inner in flips(PEELER.peel(ballot.msg, ballot.box)):
        with pytest.raises(Spoiled):
            OPENER.open(ballot.ctx, inner)


def test_every_changed_bit_of_the_token_spoils_a_box() -> None:
    """A box belongs to its message and context to the last bit."""
    ballot = cast()
    for msg in flips(ballot.msg):
        with pytest.raises(Spoiled):
            PEELER.peel(msg, ballot.box)
    inner = PEELER.peel(ballot.msg, ballot.box)
    for ctx in flips(ballot.ctx):
        with pytest.raises(Spoiled):
            OPENER.open(ctx, inner)


def test_copied_and_swapped_boxes_spoil() -> None:
    """A box moved to another token, or two boxes exchanged, never open."""
    one, two = cast(), cast()
    for mixed in (Cast(one.ctx, one.msg, two.box), Cast(two.ctx, two.msg, one.box)):
        with pytest.raises(Spoiled):
            unseal(mixed)
    halves = Cast(one.ctx, one.msg, one.box[:65] + two.box[65:])
    with pytest.raises(Spoiled):
        unseal(halves)


def test_a_box_moved_to_another_group_spoils() -> None:
    """An inner box says nothing under the context of another group."""
    inner = PEELER.peel((ballot := cast()).msg, ballot.box)
    with pytest.raises(Spoiled):
        OPENER.open(bytes(31) + b"\x01", inner)


def test_an_unbound_twin_would_be_copied() -> None:
    """Sealed without the message in its info, a copied box would open: so the binding matters."""
    unbound = cast()
    nobody = SEALER.seal(PLAINTEXT, bytes(32), b"")
    assert PEELER.peel(b"", nobody)
    with pytest.raises(Spoiled):
        PEELER.peel(unbound.msg, nobody)


def test_neither_holder_opens_anything_alone() -> None:
    """With one private key, in either role, a box stays shut."""
    ballot = cast()
    inner = PEELER.peel(ballot.msg, ballot.box)
    with pytest.raises(Spoiled):
        seal.peel(INNER, ballot.msg, ballot.box)
    for key, part in ((INNER, ballot.box[:113]), (INNER, ballot.box[65:178]), (OUTER, inner)):
        with pytest.raises(Spoiled):
            seal.open_inner(key, ballot.ctx, part)
    assert PLAINTEXT not in inner


@pytest.mark.parametrize("change", [b"", b"\0"])
def test_other_lengths_spoil(change: bytes) -> None:
    """A box or inner box that is shorter or longer is spoiled before any key is used."""
    ballot = cast()
    inner = PEELER.peel(ballot.msg, ballot.box)
    with pytest.raises(Spoiled, match="length"):
        PEELER.peel(ballot.msg, ballot.box + change if change else ballot.box[:-1])
    with pytest.raises(Spoiled, match="length"):
        OPENER.open(ballot.ctx, inner + change if change else inner[:-1])


@pytest.mark.parametrize("size", [0, 31, 33])
def test_only_32_bytes_are_sealed(size: int) -> None:
    """A plaintext of another length is refused, so that no length tells anything."""
    with pytest.raises(InvalidValue):
        seal.seal(bytes(size), bytes(32), bytes(97), BOX, OUTER_PUB)


def test_only_points_of_the_curve_are_public_keys() -> None:
    """Compressed, truncated, infinite and invented points are refused as keys."""
    for bad in (b"", BOX[:-1], b"\x02" + BOX[1:33], b"\x04" + bytes(64), bytes(65)):
        with pytest.raises(InvalidValue):
            seal.Sealer(bad, OUTER_PUB)
        with pytest.raises(InvalidValue):
            seal.Sealer(BOX, bad)


def test_only_scalars_of_the_curve_are_private_keys() -> None:
    """Zero, too large and wrongly long scalars are refused."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for bad in (b"", bytes(32), b"\x01" * 31, b"\x01" * 33, order.to_bytes(32, "big")):
        with pytest.raises(InvalidValue):
            seal.Opener(Secret(bad))


def test_pairs_never_repeat_and_do_not_print() -> None:
    """Every pair is new, its private half cannot be printed, its public half follows from it."""
    private, public = seal.generate_pair()
    assert len(private.reveal()) == 32
    assert private.reveal() != INNER.reveal()
    assert "…" in repr(private)
    assert seal.public_of(private) == public
