"""The message of a token binds wave, group and key, and is otherwise random."""

import hashlib

from pulse.token.message import context_of, new_message, token_context, token_hash

SPKI = b"\x30" * 294


def test_the_context_is_the_documented_hash() -> None:
    """The context hashes wave, group and the hash of the key, parted by zero bytes."""
    spki_hash = hashlib.sha256(SPKI).digest()
    expected = hashlib.sha256(b"pulse-token/v1\x002026-W09\x0000001\x00" + spki_hash).digest()
    assert token_context("2026-W09", "00001", SPKI) == expected


def test_another_wave_group_or_key_has_another_context() -> None:
    """No two of them share a context."""
    contexts = {
        token_context("2026-W09", "00001", SPKI), token_context("2026-W10", "00001", SPKI),
        token_context("2026-W09", "00002", SPKI), token_context("2026-W09", "00001", SPKI[1:]),
    }  # fmt: skip
    assert len(contexts) == 4


def test_a_message_has_its_parts_in_place() -> None:
    """97 bytes: prefix, version, context, nonce; prefix and nonce never repeat."""
    ctx = token_context("2026-W09", "00001", SPKI)
    messages = [new_message(ctx) for _ in range(50)]
    assert {len(msg) for msg in messages} == {97}
    assert {msg[32:65] for msg in messages} == {b"\x01" + ctx}
    assert len({msg[:32] for msg in messages} | {msg[65:] for msg in messages}) == 100
    assert context_of(messages[0]) == ctx


def test_other_messages_have_no_context() -> None:
    """Another length or version has no context to compare with."""
    msg = new_message(bytes(32))
    assert context_of(msg[:-1]) is None
    assert context_of(msg + b"\0") is None
    assert context_of(msg[:32] + b"\x02" + msg[33:]) is None


def test_a_ballots_key_is_the_hash_of_its_message() -> None:
    """It is plain SHA-256, which an outsider can recompute."""
    assert token_hash(b"x") == hashlib.sha256(b"x").digest()
