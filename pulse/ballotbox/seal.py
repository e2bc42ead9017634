r"""Two layers of HPKE around a response, so that no single key holder opens anything.

    inner = HPKE(box,   info = "pulse-box/v1\0"   || ctx, plaintext)       32 -> 113 bytes
    box   = HPKE(outer, info = "pulse-outer/v1\0" || msg, inner)          113 -> 194 bytes

RFC 9180 base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: each layer adds the
65-byte encapsulated point and a 16-byte tag. The outer info binds a box to its token.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pulse.errors import InvalidValue, Spoiled
from pulse.terms import Secret

PLAINTEXT_LENGTH: Final = 32
POINT_LENGTH: Final = 65
SCALAR_LENGTH: Final = 32
TAG_LENGTH: Final = 16
INNER_LENGTH: Final = POINT_LENGTH + PLAINTEXT_LENGTH + TAG_LENGTH
BOX_LENGTH: Final = POINT_LENGTH + INNER_LENGTH + TAG_LENGTH
_CURVE: Final = ec.SECP256R1()
_SUITE: Final = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_INNER_INFO: Final = b"pulse-box/v1\0"
_OUTER_INFO: Final = b"pulse-outer/v1\0"


class Sealer:
    """Seals for one wave; keeps both public keys read.

    Args:
        box_pub: inner public key, an uncompressed point of 65 bytes.
        outer_pub: outer public key, likewise.

    Raises:
        InvalidValue: no point of P-256.
    """

    def __init__(self, box_pub: bytes, outer_pub: bytes) -> None:
        self._box, self._outer = _point(box_pub), _point(outer_pub)

    def seal(self, plaintext: bytes, ctx: bytes, msg: bytes) -> bytes:
        """Return the sealed box, 194 bytes, of a 32-byte plaintext under its token."""
        return _SUITE.encrypt(self.inner(plaintext, ctx), self._outer, _OUTER_INFO + msg)

    def inner(self, plaintext: bytes, ctx: bytes) -> bytes:
        """Return the inner box alone, 113 bytes: what is left of a sealed box after the peel."""
        if len(plaintext) != PLAINTEXT_LENGTH:
            raise InvalidValue("A plaintext has exactly 32 bytes.", where="plaintext")
        return _SUITE.encrypt(plaintext, self._box, _INNER_INFO + ctx)


class Peeler:
    """Takes the outer layer off; the holder's work. Keeps the private key read."""

    def __init__(self, outer_private: Secret) -> None:
        self._key = _private(outer_private)

    def peel(self, msg: bytes, sealed: bytes) -> bytes:
        """Return the inner box, 113 bytes.

        Raises:
            Spoiled: not sealed to this key under this token, or changed since.
        """
        return _open(self._key, sealed, _OUTER_INFO + msg, BOX_LENGTH)


class Opener:
    """Opens inner boxes; the operator's work. Keeps the private key read."""

    def __init__(self, inner_private: Secret) -> None:
        self._key = _private(inner_private)

    def open(self, ctx: bytes, inner: bytes) -> bytes:
        """Return the plaintext, 32 bytes.

        Raises:
            Spoiled: not sealed to this key for this wave, group and signing key, or changed.
        """
        return _open(self._key, inner, _INNER_INFO + ctx, INNER_LENGTH)


def generate_pair() -> tuple[Secret, bytes]:
    """Make a key pair: the private scalar (32 bytes) and the public point (65 bytes)."""
    key = ec.generate_private_key(_CURVE)
    scalar = key.private_numbers().private_value.to_bytes(SCALAR_LENGTH, "big")
    return Secret(scalar), public_of(Secret(scalar))


def public_of(private: Secret) -> bytes:
    """Return the uncompressed public point, 65 bytes, of a private scalar."""
    public = _private(private).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def point_of(half: Secret | bytes) -> bytes:
    """Return the public point of a key of which either half is here."""
    return public_of(half) if isinstance(half, Secret) else half


def seal(plaintext: bytes, ctx: bytes, msg: bytes, box_pub: bytes, outer_pub: bytes) -> bytes:
    """Seal one plaintext (see `Sealer`, which is quicker for many)."""
    return Sealer(box_pub, outer_pub).seal(plaintext, ctx, msg)


def peel(outer_private: Secret, msg: bytes, sealed: bytes) -> bytes:
    """Peel one sealed box (see `Peeler`, which is quicker for many)."""
    return Peeler(outer_private).peel(msg, sealed)


def open_inner(inner_private: Secret, ctx: bytes, inner: bytes) -> bytes:
    """Open one inner box (see `Opener`, which is quicker for many)."""
    return Opener(inner_private).open(ctx, inner)


def _open(key: ec.EllipticCurvePrivateKey, sealed: bytes, info: bytes, length: int) -> bytes:
    if len(sealed) != length:
        raise Spoiled("The box has the wrong length.")
    try:
        return _SUITE.decrypt(sealed, key, info)
    except (InvalidTag, ValueError) as error:
        raise Spoiled("The box does not open.") from error


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    if len(raw) != POINT_LENGTH:
        raise InvalidValue("A public point has exactly 65 bytes.", where="box")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)
    except ValueError as error:
        raise InvalidValue("This is no point of the curve P-256.", where="box") from error


def _private(scalar: Secret) -> ec.EllipticCurvePrivateKey:
    raw = scalar.reveal()
    try:
        # A scalar of another length is no key of ours: 0 is refused by the curve.
        value = int.from_bytes(raw, "big") if len(raw) == SCALAR_LENGTH else 0
        return ec.derive_private_key(value, _CURVE)
    except ValueError as error:
        raise InvalidValue("This is no private key of the curve P-256.", where="key") from error
