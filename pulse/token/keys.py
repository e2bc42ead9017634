"""RSA-2048 keys of the issuer, one per wave and group: made, read, written.

The size and the exponent are checked here, where a key is read, and not in the primitives:
the published test vectors of RFC 9474 use 4096 bits.
"""

from functools import cached_property
from typing import Final, Self

import gmpy2  # type: ignore[import-untyped] # it ships no types
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from pulse.errors import InvalidValue
from pulse.terms import Secret

MODULUS_BITS: Final = 2048
MODULUS_BYTES: Final = MODULUS_BITS // 8
EXPONENT: Final = 65537


class SigningKey:
    """A private key in the form that signing needs (RFC 8017 section 3.2, CRT quintuple).

    Args:
        p: first prime.
        q: second prime.
        e: public exponent.
    """

    def __init__(self, p: int, q: int, e: int = EXPONENT) -> None:
        self.p, self.q, self.e = gmpy2.mpz(p), gmpy2.mpz(q), gmpy2.mpz(e)
        self.n = self.p * self.q
        self.d_p = gmpy2.invert(self.e, self.p - 1)
        self.d_q = gmpy2.invert(self.e, self.q - 1)
        self.q_inverse = gmpy2.invert(self.q, self.p)
        self.size = (self.n.bit_length() + 7) // 8

    @classmethod
    def generate(cls) -> Self:
        """Make a new key (50-90 ms)."""
        return cls.from_der(generate_der())

    @classmethod
    def from_der(cls, der: Secret | bytes) -> Self:
        """Read a PKCS #8 key.

        The library's own check tests both primes again, 20 ms a key and so minutes for a large
        wave. Here the product is compared; primes that are none would make signatures that the
        fault check holds back.

        Raises:
            InvalidValue: not an RSA key of 2048 bits with e = 65537.
        """
        raw = der.reveal() if isinstance(der, Secret) else der
        try:
            key = load_der_private_key(raw, password=None, unsafe_skip_rsa_key_validation=True)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InvalidValue("This is no private key.", where="key") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise InvalidValue("A signing key is an RSA key.", where="key")
        _check_numbers(key.public_key().public_numbers())
        numbers = key.private_numbers()
        if numbers.p * numbers.q != numbers.public_numbers.n or not numbers.public_numbers.n & 1:
            raise InvalidValue("The primes of this key are not its own.", where="key")
        try:
            return cls(numbers.p, numbers.q)
        except ZeroDivisionError as error:
            raise InvalidValue("The exponent does not fit these primes.", where="key") from error

    def private_der(self) -> Secret:
        """Return the key as PKCS #8 DER."""
        d = int(gmpy2.invert(self.e, gmpy2.lcm(self.p - 1, self.q - 1)))
        public = rsa.RSAPublicNumbers(int(self.e), int(self.n))
        numbers = rsa.RSAPrivateNumbers(
            int(self.p), int(self.q), d, int(self.d_p), int(self.d_q), int(self.q_inverse), public
        )
        return Secret(_pkcs8(numbers.private_key()))

    @cached_property
    def spki(self) -> bytes:
        """The public half as SubjectPublicKeyInfo DER: 294 bytes at 2048 bits."""
        return spki_of(rsa.RSAPublicNumbers(int(self.e), int(self.n)).public_key())

    def __repr__(self) -> str:
        """Return a constant."""
        return "SigningKey(…)"


def generate_der() -> bytes:
    """Make a new key as PKCS #8 DER; a plain function, so that a pool of processes can run it."""
    return _pkcs8(rsa.generate_private_key(public_exponent=EXPONENT, key_size=MODULUS_BITS))


def read_public(spki: bytes) -> rsa.RSAPublicKey:
    """Read a group's public key from its only allowed encoding.

    Raises:
        InvalidValue: not the canonical DER of an RSA key of 2048 bits with e = 65537.
    """
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidValue("This is no public key.", where="spki") from error
    if not isinstance(key, rsa.RSAPublicKey) or spki_of(key) != spki:
        raise InvalidValue("This is no RSA key in canonical DER.", where="spki")
    _check_numbers(key.public_numbers())
    return key


def spki_of(key: rsa.RSAPublicKey) -> bytes:
    """Return the SubjectPublicKeyInfo DER of `key`."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _pkcs8(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _check_numbers(numbers: rsa.RSAPublicNumbers) -> None:
    if numbers.n.bit_length() != MODULUS_BITS or numbers.e != EXPONENT:
        raise InvalidValue("A signing key has 2048 bits and e = 65537.", where="key")
