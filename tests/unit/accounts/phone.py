"""A phone with an authenticator app, made of RFC 4226 and RFC 6238 alone: no library of ours."""

import base64
import hashlib
import hmac
import struct

from pulse.clock import Clock


def code_of(secret: str, clock: Clock, *, later: int = 0) -> str:
    """Return the six digits that a phone shows, `later` seconds from now (RFC 4226, section 5.3).

    Args:
        secret: in base32, with or without blanks.
        clock: the phone's.
        later: seconds, negative for before.
    """
    key = base64.b32decode(secret.replace(" ", ""))
    step = (int(clock.now().timestamp()) + later) // 30
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"
