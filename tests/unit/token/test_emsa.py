"""EMSA-PSS for moduli of any length, checked as RFC 8017 section 9.1.2 reads it."""

import hashlib

import pytest

from pulse.token import rfc9474
from pulse.token.rfc9474 import emsa_pss_encode

SALT = bytes(range(48))


def mgf1(seed: bytes, length: int) -> bytes:
    """Return MGF1 with SHA-384, one byte after the other."""
    return bytes(
        hashlib.sha384(seed + (at // 48).to_bytes(4, "big")).digest()[at % 48]
        for at in range(length)
    )


def reads(encoded: bytes, msg: bytes, em_bits: int) -> bool:
    """Tell whether `encoded` is consistent, step by step as the RFC has it."""
    em_length = -(-em_bits // 8)
    masked, digest, end = encoded[: em_length - 49], encoded[em_length - 49 : -1], encoded[-1:]
    if len(encoded) != em_length or end != b"\xbc" or int.from_bytes(encoded, "big") >> em_bits:
        return False
    block = bytes(a ^ b for a, b in zip(masked, mgf1(digest, len(masked)), strict=True))
    unused = 8 * em_length - em_bits
    block = bytes([block[0] & (0xFF >> unused)]) + block[1:]
    hashed = hashlib.sha384(bytes(8) + hashlib.sha384(msg).digest() + SALT).digest()
    return block == bytes(len(masked) - 49) + b"\x01" + SALT and digest == hashed


@pytest.mark.parametrize("em_bits", range(1016, 1026))
def test_an_encoding_fits_its_modulus_to_the_bit(em_bits: int) -> None:
    """Whatever the number of bits, the result has as many, and reads as the RFC reads it."""
    for number in range(8):  # half of all slips in the first bits show in one message
        msg = number.to_bytes(4, "big")
        encoded = emsa_pss_encode(msg, em_bits, SALT)
        assert reads(encoded, msg, em_bits)
        assert not reads(encoded, msg + b"x", em_bits)


def test_a_blinded_message_is_as_long_as_its_modulus() -> None:
    """One bit over a whole number of bytes takes a byte more."""
    n = 2**2048 + 1  # odd, and no product of small primes
    blinded = rfc9474.blind(b"m", n, 65537, SALT, 12345)
    assert len(blinded.blinded) == 257
