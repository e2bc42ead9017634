"""Passwords that were found in breaches so often that guessing starts with them.

`common.bin` holds the first five bytes of the SHA-256 of each, sorted: 40 bits are enough that
a password of one's own is taken for one of them once in twenty million (NIST SP 800-63B-4,
section 3.1.1.2, asks for such a list; this README names its source).
"""

import hashlib
from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("common.bin")
_WIDTH: Final = 5
_DECORATION: Final = " 0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def is_common(password: str) -> bool:
    """Tell whether a password is a common one, in any case, or one with digits or signs around."""
    plain = password.casefold()
    return any(_holds(prefix(each)) for each in (plain, plain.strip(_DECORATION)))


def prefix(word: str) -> bytes:
    """Return what the list keeps of a word in lower case."""
    return hashlib.sha256(word.encode()).digest()[:_WIDTH]


def _holds(wanted: bytes) -> bool:
    known = _read()
    place = bisect_left(range(len(known) // _WIDTH), wanted, key=lambda at: _at(known, at))
    return _at(known, place) == wanted


def _at(known: bytes, place: int) -> bytes:
    return known[place * _WIDTH : (place + 1) * _WIDTH]


@cache
def _read() -> bytes:
    return FILE.read_bytes()
