"""RSA blind signatures: RSABSSA-SHA384-PSS (RFC 9474), the primitives.

Client:  prepare, blind → blinded          Issuer:  blind_sign(key, blinded) → blind_sig
Client:  finalize(blind_sig) → sig         Anybody: verify(spki, msg, sig)

Pulse uses the Randomized variant with a salt of 48 bytes. The other variants differ in the
prefix (empty) and the salt (empty) that the caller passes; they exist for the test vectors.
"""

import hashlib
import secrets
from typing import Final

import gmpy2  # type: ignore[import-untyped] # it ships no types
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384

from pulse.errors import Busy, InvalidToken, InvalidValue
from pulse.token.keys import SigningKey, read_public

HASH_LENGTH: Final = 48
SALT_LENGTH: Final = 48
_PSS: Final = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=SALT_LENGTH)


class Blinded(msgspec.Struct, frozen=True):
    """What the client sends (`blinded`, as long as the modulus) and what it keeps (`inv`)."""

    blinded: bytes
    inv: int

    def __repr__(self) -> str:
        """Return a constant: whoever knows `inv` links the token to the request."""
        return "Blinded(…)"


def prepare(msg: bytes, prefix: bytes) -> bytes:
    """Return the prepared message: `prefix` is 32 random bytes, or none (section 4.1)."""
    return prefix + msg


def emsa_pss_encode(msg: bytes, em_bits: int, salt: bytes) -> bytes:
    """Return EMSA-PSS-ENCODE(msg) with SHA-384 and MGF1 (RFC 8017 section 9.1.1).

    Args:
        msg: the prepared message.
        em_bits: bits of the result: one fewer than the modulus has.
        salt: 48 random bytes; empty for the PSSZERO variants.
    """
    em_length = (em_bits + 7) // 8
    m_hash = hashlib.sha384(msg).digest()
    digest = hashlib.sha384(bytes(8) + m_hash + salt).digest()
    data_block = bytes(em_length - len(salt) - HASH_LENGTH - 2) + b"\x01" + salt
    mask = _mgf1(digest, len(data_block))
    masked = bytearray(a ^ b for a, b in zip(data_block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * em_length - em_bits)
    return bytes(masked) + digest + b"\xbc"


def random_blind(n: int) -> int:
    """Return r, uniform in [1, n) by rejection sampling.

    Uniform matters: with r one byte short, blind_sig / sig tells requests and tokens apart.
    """
    while True:
        r = secrets.randbits(n.bit_length())
        if 1 <= r < n:
            return r


def blind(msg: bytes, n: int, e: int, salt: bytes, r: int) -> Blinded:
    """Blind a prepared message: m · r^e mod n (section 4.2).

    Args:
        msg: the prepared message.
        n: modulus.
        e: public exponent.
        salt: 48 random bytes, or none.
        r: blind, from `random_blind(n)`.

    Raises:
        InvalidValue: m or r shares a factor with n (never, for an honest key).
    """
    size = (n.bit_length() + 7) // 8
    m = int.from_bytes(emsa_pss_encode(msg, n.bit_length() - 1, salt), "big")
    if gmpy2.gcd(m, n) != 1 or gmpy2.gcd(r, n) != 1:
        raise InvalidValue("The message or the blind shares a factor with the modulus.")
    blinded = m * int(gmpy2.powmod(r, e, n)) % n
    return Blinded(blinded.to_bytes(size, "big"), int(gmpy2.invert(r, n)))


def blind_sign(key: SigningKey, blinded: bytes) -> bytes:
    """Sign a blinded message without learning it (section 4.3).

    The private operation runs on a number that a fresh random one hides (base blinding), with
    GMP's constant-time powers, and leaves only after it has been checked: one wrong CRT half
    would let anybody factor n (Boneh, DeMillo, Lipton 1997).

    Args:
        key: the group's signing key.
        blinded: as long as the modulus.

    Raises:
        InvalidValue: wrong length, not below n, or not coprime to n.
        Busy: the machine computed wrongly; nothing leaves, the same request may come again.
    """
    z = gmpy2.mpz(int.from_bytes(blinded, "big"))
    if len(blinded) != key.size or z >= key.n or gmpy2.gcd(z, key.n) != 1:
        raise InvalidValue("This is no blinded message for this key.", where="blinded")
    mask = gmpy2.mpz(random_blind(int(key.n)))
    hidden = z * gmpy2.powmod(mask, key.e, key.n) % key.n
    s = _private_power(key, hidden) * gmpy2.invert(mask, key.n) % key.n
    if gmpy2.powmod(s, key.e, key.n) != z:
        raise Busy("Signing failed; send the same request again.")
    return int(s).to_bytes(key.size, "big")


def finalize(msg: bytes, blind_sig: bytes, inv: int, n: int, e: int) -> bytes:
    """Unblind a signature and check it (section 4.4), for salts of 48 bytes.

    Returns:
        The signature on `msg`, as long as the modulus.

    Raises:
        InvalidToken: the issuer's answer is no signature on this message.
    """
    size = (n.bit_length() + 7) // 8
    if len(blind_sig) != size:
        raise InvalidToken("The blind signature has the wrong length.")
    sig = (int.from_bytes(blind_sig, "big") * inv % n).to_bytes(size, "big")
    verify(rsa.RSAPublicNumbers(e, n).public_key(), msg, sig)
    return sig


def verify(key: bytes | rsa.RSAPublicKey, msg: bytes, sig: bytes) -> None:
    """Check a token: RSASSA-PSS with SHA-384, MGF1 and a salt of exactly 48 bytes.

    Args:
        key: SPKI DER, or what `keys.read_public` made of it (do that once for many tokens).
        msg: the prepared message.
        sig: as long as the modulus.

    Raises:
        InvalidToken: the signature does not fit.
        InvalidValue: `key` is bytes and no key of ours.
    """
    public = read_public(key) if isinstance(key, bytes) else key
    try:
        public.verify(sig, msg, _PSS, SHA384())
    except InvalidSignature as error:
        raise InvalidToken("This token carries no valid signature.") from error


def _mgf1(seed: bytes, length: int) -> bytes:
    """Return MGF1 with SHA-384 (RFC 8017 appendix B.2.1)."""
    blocks = -(-length // HASH_LENGTH)
    mask = b"".join(hashlib.sha384(seed + i.to_bytes(4, "big")).digest() for i in range(blocks))
    return mask[:length]


def _private_power(key: SigningKey, c: gmpy2.mpz) -> gmpy2.mpz:
    """Return c^d mod n by Garner's recombination of the two halves (RFC 8017 section 5.1.2)."""
    s_p = gmpy2.powmod_sec(c % key.p, key.d_p, key.p)
    s_q = gmpy2.powmod_sec(c % key.q, key.d_q, key.q)
    return s_q + key.q * ((s_p - s_q) * key.q_inverse % key.p)
