"""Sealing is HPKE as published: vectors → a reference with aad → what we ship, both ways."""

import secrets

from cryptography.hazmat.primitives.asymmetric import ec

from pulse.ballotbox import seal
from pulse.terms import Secret
from tests.oracles import hpke
from tests.oracles.hpke_vectors import published


def test_the_reference_gives_the_published_bytes() -> None:
    """Every encryption of the RFC 9180 vector (P-256, AES-128-GCM) comes out exactly."""
    vector = published()
    private = hpke.private_key(bytes.fromhex(vector["skRm"]))
    ephemeral = hpke.private_key(bytes.fromhex(vector["skEm"]))
    public, info = bytes.fromhex(vector["pkRm"]), bytes.fromhex(vector["info"])
    enc = bytes.fromhex(vector["enc"])
    assert hpke.public_bytes(private) == public
    assert hpke.public_bytes(ephemeral) == enc
    dh = ephemeral.exchange(ec.ECDH(), private.public_key())
    shared = hpke.shared_secret(dh, enc, public)
    assert shared.hex() == vector["shared_secret"]
    key, base = hpke.key_and_nonce(shared, info)
    assert (key.hex(), base.hex()) == (vector["key"], vector["base_nonce"])
    assert len(vector["encryptions"]) == 257
    for sequence, row in enumerate(vector["encryptions"][:16]):
        plaintext, aad = bytes.fromhex(row["pt"]), bytes.fromhex(row["aad"])
        sealed = hpke.seal(public, info, plaintext, ephemeral=ephemeral, aad=aad, sequence=sequence)
        assert sealed == enc + bytes.fromhex(row["ct"])
    first = vector["encryptions"][0]
    sealed = enc + bytes.fromhex(first["ct"])
    opened = hpke.open_sealed(private, info, sealed, aad=bytes.fromhex(first["aad"]))
    assert opened == bytes.fromhex(first["pt"])


def test_the_reference_opens_what_we_seal() -> None:
    """Both layers of a shipped box open step by step, under the documented infos."""
    (inner, box), (outer, outer_pub) = seal.generate_pair(), seal.generate_pair()
    ctx, msg, plaintext = (secrets.token_bytes(size) for size in (32, 97, 32))
    sealed = seal.seal(plaintext, ctx, msg, box, outer_pub)
    outer_key, inner_key = hpke.private_key(outer.reveal()), hpke.private_key(inner.reveal())
    peeled = hpke.open_sealed(outer_key, b"pulse-outer/v1\0" + msg, sealed)
    assert hpke.open_sealed(inner_key, b"pulse-box/v1\0" + ctx, peeled) == plaintext


def test_we_open_what_the_reference_seals() -> None:
    """A box made step by step opens with the shipped code, also with the published keys."""
    vector = published()
    private = Secret(bytes.fromhex(vector["skRm"]))
    public = seal.public_of(private)
    assert public.hex() == vector["pkRm"]
    ctx, msg, plaintext = (secrets.token_bytes(size) for size in (32, 97, 32))
    inner = hpke.seal(public, b"pulse-box/v1\0" + ctx, plaintext)
    sealed = hpke.seal(public, b"pulse-outer/v1\0" + msg, inner)
    assert seal.open_inner(private, ctx, seal.peel(private, msg, sealed)) == plaintext
