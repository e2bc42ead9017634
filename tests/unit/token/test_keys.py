"""Signing keys: their size and exponent are enforced where they are read."""

import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from pulse.errors import InvalidValue
from pulse.terms import Secret
from pulse.token.keys import SigningKey, generate_der, read_public


def der_pair(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes]:
    """Return both halves of a key as DER."""
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return private, key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_key_survives_writing_and_reading(signing_key: SigningKey) -> None:
    """PKCS #8 and back gives the same numbers; the public half is 294 bytes of DER."""
    again = SigningKey.from_der(signing_key.private_der())
    assert (again.n, again.d_p, again.d_q, again.q_inverse) == (
        signing_key.n, signing_key.d_p, signing_key.d_q, signing_key.q_inverse,
    )  # fmt: skip
    assert again.spki == signing_key.spki
    assert len(again.spki) == 294
    assert read_public(again.spki).public_numbers().n == again.n


def test_a_pool_can_make_keys() -> None:
    """`generate_der` travels to another process, and what it makes is read as a key."""
    make = pickle.loads(pickle.dumps(generate_der))  # noqa: S301 - our own function
    assert SigningKey.from_der(make()).size == 256


def test_generate_gives_another_key_each_time(signing_key: SigningKey) -> None:
    """Two keys never share a modulus."""
    assert SigningKey.generate().n != signing_key.n


def test_keys_cannot_be_printed(signing_key: SigningKey) -> None:
    """Neither a key nor its DER shows a digit of itself."""
    assert repr(signing_key) == "SigningKey(…)"
    assert str(signing_key.private_der()) == "Secret(…)"


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - it is refused
        rsa.generate_private_key(public_exponent=3, key_size=2048),
        ec.generate_private_key(ec.SECP256R1()),
    ],
    ids=["1024 bits", "e = 3", "elliptic curve"],
)
def test_other_keys_are_refused(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    """A short key, another exponent and another kind of key are refused, both halves."""
    private, public = der_pair(key)
    with pytest.raises(InvalidValue):
        SigningKey.from_der(Secret(private))
    with pytest.raises(InvalidValue):
        read_public(public)


@pytest.mark.parametrize("other", [2, 1 << 500], ids=["near", "far"])
def test_a_key_whose_primes_are_not_its_own_is_refused(signing_key: SigningKey, other: int) -> None:
    """A first prime that does not divide the modulus is refused when the key is read."""
    der = signing_key.private_der().reveal()
    prime = int(signing_key.p).to_bytes(128, "big")
    assert prime in der
    tampered = der.replace(prime, (int(signing_key.p) ^ other).to_bytes(128, "big"))
    with pytest.raises(InvalidValue):
        SigningKey.from_der(tampered)


def test_primes_that_the_exponent_does_not_fit_are_refused(signing_key: SigningKey) -> None:
    """Where e divides p - 1 nothing could be signed: refused when the key is read."""
    p, q = 2 * 65537 * ((1 << 1024) // (2 * 65537) - 1) + 1, int(signing_key.q)
    n, public = p * q, rsa.RSAPublicNumbers(65537, p * q)
    assert n.bit_length() == 2048
    numbers = rsa.RSAPrivateNumbers(p, q, 3, 3, 3, pow(q, -1, p), public)
    private, _ = der_pair(numbers.private_key(unsafe_skip_rsa_key_validation=True))
    with pytest.raises(InvalidValue, match="exponent"):
        SigningKey.from_der(private)


def test_garbage_is_refused(signing_key: SigningKey) -> None:
    """Bytes that are no key at all are refused as such."""
    for garbage in (b"", b"\x30\x03\x02\x01\x00", signing_key.spki[:-1]):
        with pytest.raises(InvalidValue):
            SigningKey.from_der(garbage)
        with pytest.raises(InvalidValue):
            read_public(garbage)


def test_a_locked_or_foreign_private_key_is_refused(signing_key: SigningKey) -> None:
    """A key under a password, and one of an algorithm that nobody knows, are told as no key."""
    der = signing_key.private_der().reveal()
    known = load_der_private_key(der, password=None)
    locked = known.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    rsa_encryption = bytes.fromhex("06092a864886f70d010101")
    assert rsa_encryption in der
    foreign = der.replace(rsa_encryption, rsa_encryption[:-1] + b"\x63")
    for other in (locked, foreign):
        with pytest.raises(InvalidValue):
            SigningKey.from_der(other)


def test_a_public_key_has_one_spelling(signing_key: SigningKey) -> None:
    """No changed byte of the DER frame yields a key, and nothing may follow it."""
    spki = signing_key.spki
    frame = [*range(33), *range(289, 294)]
    for i in frame:
        for bit in range(8):
            changed = bytearray(spki)
            changed[i] ^= 1 << bit
            with pytest.raises(InvalidValue):
                read_public(bytes(changed))
    # rsaEncryption without its NULL, and the identifier of RSASSA-PSS: other spellings that parse.
    numbers = spki[19:]
    bare = bytes.fromhex("30820120300b06092a864886f70d010101") + numbers
    for other in (spki + b"\0", bare, bare[:16] + b"\x0a" + numbers):
        with pytest.raises(InvalidValue):
            read_public(other)
