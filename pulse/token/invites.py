"""The secret in a person's link: derived, hashed for the issuer, written into the link."""

import hashlib
import re
from typing import Final

from pulse.errors import InvalidValue
from pulse.terms import Secret
from pulse.token.encoding import b64u, h, hmac_sha256, unb64u
from pulse.token.keylist import FINGERPRINT_LENGTH, fingerprint16

SECRET_LENGTH: Final = 32
CARD_ROUNDS: Final = 300_000  # 50 ms for a browser; 80 random bits are what protects the code
_LINK: Final = re.compile(r"[^#]*/s#([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{22})")


def person_secret(kwave: Secret, person_id: str) -> bytes:
    r"""Return a person's secret of a wave: HMAC-SHA256(K_wave, "pulse-person/v1\0" || person_id).

    It opens `/me` and `/issue` and nothing else: no token is ever derived from it.

    Returns:
        32 bytes.
    """
    return hmac_sha256(kwave.reveal(), b"pulse-person/v1\0" + person_id.encode())


def card_secret(code: bytes, wave: str) -> bytes:
    r"""Return a code's secret: PBKDF2-SHA256(code, "pulse-card/v1\0" || wave, 300,000 rounds).

    Args:
        code: 16 Crockford characters, upper case, no blanks.
        wave: the ISO week; the same code of another week opens nothing.

    Returns:
        32 bytes, used as a mailed link's secret is.
    """
    salt = b"pulse-card/v1\0" + wave.encode()
    return hashlib.pbkdf2_hmac("sha256", code, salt, CARD_ROUNDS, SECRET_LENGTH)


def invite_hash(secret: bytes) -> bytes:
    r"""Return H("pulse-invite/v1\0" || secret), 32 bytes: all that the issuer stores of it."""
    return h(b"pulse-invite/v1", secret)


def link(base_url: str, secret: bytes, m1_bytes: bytes) -> str:
    """Return the link that a person gets; browsers never send what stands behind the #.

    Args:
        base_url: address of the staff pages.
        secret: 32 bytes.
        m1_bytes: the key list exactly as published.
    """
    return f"{base_url.rstrip('/')}/s#{b64u(secret)}.{b64u(fingerprint16(m1_bytes))}"


def parse_link(url: str) -> tuple[bytes, bytes]:
    """Return the secret (32 bytes) and the key list's fingerprint (16 bytes) of a link.

    Raises:
        InvalidValue: not a personal link.
    """
    found = _LINK.fullmatch(url)
    if not found:
        raise InvalidValue("This is no personal link.", where="link")
    return unb64u(found[1], SECRET_LENGTH), unb64u(found[2], FINGERPRINT_LENGTH)
