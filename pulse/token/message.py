r"""The message that a token signs, and its names.

ctx = H("pulse-token/v1\0" || wave || 0x00 || g || 0x00 || H(spki))
msg = prefix(32 random) || 0x01 || ctx || nonce(32 random)            97 bytes
t   = H(msg)                                                          the ballot's only key
"""

import secrets
from typing import Final

from pulse.token.encoding import h, sha256

CONTEXT_LENGTH: Final = 32
PREFIX_LENGTH: Final = 32
MESSAGE_LENGTH: Final = 97
_VERSION: Final = b"\x01"


def token_context(wave: str, g: str, spki: bytes) -> bytes:
    """Return ctx, 32 bytes: it binds a token to one wave, group and key."""
    return h(b"pulse-token/v1", wave.encode(), b"\0", g.encode(), b"\0", sha256(spki))


def new_message(ctx: bytes) -> bytes:
    """Return a fresh prepared message for `ctx`, 97 bytes (RFC 9474: PrepareRandomize)."""
    return secrets.token_bytes(PREFIX_LENGTH) + _VERSION + ctx + secrets.token_bytes(32)


def context_of(msg: bytes) -> bytes | None:
    """Return the ctx inside a message; None if it is no message of version 1."""
    if len(msg) != MESSAGE_LENGTH or msg[PREFIX_LENGTH : PREFIX_LENGTH + 1] != _VERSION:
        return None
    return msg[PREFIX_LENGTH + 1 : PREFIX_LENGTH + 1 + CONTEXT_LENGTH]


def token_hash(msg: bytes) -> bytes:
    """Return t = H(msg), 32 bytes."""
    return sha256(msg)
