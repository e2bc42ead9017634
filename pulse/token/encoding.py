"""Canonical base64url and domain-separated SHA-256 (`protocol` encodings)."""

import base64
import binascii
import hashlib
import hmac
from typing import Final

from pulse.errors import InvalidValue

# What base64url writes as - and _; base64's own + and / and its padding are foreign here.
_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/???")


def b64u(value: bytes) -> str:
    """Encode as base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def unb64u(text: str, length: int | None = None) -> bytes:
    """Decode canonical base64url: exactly one text stands for each byte string.

    Args:
        text: base64url without padding.
        length: the number of bytes it must hold, where that is known.

    Raises:
        InvalidValue: another alphabet, padding, stray bits at the end or the wrong length.
    """
    try:
        padded = text.encode("ascii").translate(_STANDARD) + b"=" * (-len(text) % 4)
        value = binascii.a2b_base64(padded)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise InvalidValue("This is not base64url.") from error
    # Python's decoder skips foreign characters and stray bits; encoding again shows them.
    again = binascii.b2a_base64(value, newline=False)
    if again != padded or (length is not None and len(value) != length):
        raise InvalidValue("This is not canonical base64url of the right length.")
    return value


def sha256(value: bytes) -> bytes:
    """Return the SHA-256 of `value`, 32 bytes."""
    return hashlib.sha256(value).digest()


def h(domain: bytes, *parts: bytes) -> bytes:
    r"""Return H(domain || \0 || parts): SHA-256 under a name that no other use shares.

    The caller makes the parts unambiguous (fixed lengths, or a zero byte between them).
    """
    return sha256(domain + b"\0" + b"".join(parts))


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104), 32 bytes."""
    return hmac.digest(key, message, "sha256")
