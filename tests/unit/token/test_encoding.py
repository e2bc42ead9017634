"""Base64url has one spelling per value, and each hash its own name."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import InvalidValue
from pulse.token.encoding import b64u, h, hmac_sha256, unb64u

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def lenient(text: str) -> bytes:
    """Decode as many libraries do: the broken twin of `unb64u`."""
    return base64.urlsafe_b64decode(text + "==")


@given(st.binary(max_size=300))
def test_bytes_come_back(value: bytes) -> None:
    """Whatever is encoded decodes to the same bytes, without padding."""
    text = b64u(value)
    assert unb64u(text) == unb64u(text, len(value)) == value
    assert set(text) <= set(ALPHABET)


@given(st.text(st.sampled_from(ALPHABET + "+/=\n "), max_size=12))
def test_one_text_per_value(text: str) -> None:
    """A text either is the only spelling of its bytes, or is refused."""
    try:
        value = unb64u(text)
    except InvalidValue:
        return
    assert b64u(value) == text


@pytest.mark.parametrize("text", ["AB", "AAB", "AA==", "AA AA ==", "AAAA\n", "AA.AA"])
def test_second_spellings_are_refused(text: str) -> None:
    """Stray bits, padding and white space are refused where a lenient decoder takes them."""
    lenient(text)
    with pytest.raises(InvalidValue):
        unb64u(text)


@pytest.mark.parametrize("text", ["A", "AAAAA", "ÄÄ", "+/", "A.A", "=", "\ud800"])
def test_other_texts_are_refused(text: str) -> None:
    """Impossible lengths and foreign characters are refused, never an unexpected error."""
    with pytest.raises(InvalidValue):
        unb64u(text)


def test_length_is_checked() -> None:
    """A known length must be met exactly; zero is a length too."""
    for length in (0, 2, 4):
        with pytest.raises(InvalidValue):
            unb64u("AAAA", length)
    assert unb64u("AAAA", 3) == bytes(3)
    assert unb64u("", 0) == b""


def test_hashes_carry_their_name() -> None:
    """H is SHA-256 of domain, a zero byte and the parts in order."""
    assert h(b"pulse-x/v1", b"a", b"b") == hashlib.sha256(b"pulse-x/v1\0ab").digest()


def test_hmac_follows_rfc_4231() -> None:
    """HMAC-SHA256 gives the answer of RFC 4231 test case 2."""
    mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?")
    assert mac.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
