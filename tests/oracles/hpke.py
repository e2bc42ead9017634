"""HPKE base mode of RFC 9180 for one suite, step by step: what the shipped sealing is held against.

Suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. Unlike `cryptography`'s public
interface it takes an aad, a given ephemeral key and a sequence number, as the vectors need.
"""

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE: Final = ec.SECP256R1()
KEM: Final = b"KEM\x00\x10"
HPKE: Final = b"HPKE\x00\x10\x00\x01\x00\x01"


def private_key(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a private scalar of 32 bytes."""
    return ec.derive_private_key(int.from_bytes(scalar, "big"), CURVE)


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the uncompressed public point, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def labeled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """Section 4: Extract(salt, "HPKE-v1" || suite_id || label || ikm)."""
    return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, hashlib.sha256)


def labeled_expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """Section 4, for at most one block of 32 bytes."""
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, labeled + b"\x01", hashlib.sha256)[:length]


def shared_secret(dh: bytes, enc: bytes, public: bytes) -> bytes:
    """Section 4.1: ExtractAndExpand."""
    eae_prk = labeled_extract(KEM, b"", b"eae_prk", dh)
    return labeled_expand(KEM, eae_prk, b"shared_secret", enc + public, 32)


def key_and_nonce(secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Section 5.1: KeySchedule in base mode."""
    context = b"\x00" + labeled_extract(HPKE, b"", b"psk_id_hash", b"")
    context += labeled_extract(HPKE, b"", b"info_hash", info)
    mixed = labeled_extract(HPKE, secret, b"secret", b"")
    key = labeled_expand(HPKE, mixed, b"key", context, 16)
    return key, labeled_expand(HPKE, mixed, b"base_nonce", context, 12)


def nonce_of(base: bytes, sequence: int) -> bytes:
    """Section 5.2: ComputeNonce."""
    return (int.from_bytes(base, "big") ^ sequence).to_bytes(12, "big")


def seal(
    public: bytes,
    info: bytes,
    plaintext: bytes,
    *,
    ephemeral: ec.EllipticCurvePrivateKey | None = None,
    aad: bytes = b"",
    sequence: int = 0,
) -> bytes:
    """Return enc || ciphertext || tag."""
    ours = ephemeral or ec.generate_private_key(CURVE)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
    enc = public_bytes(ours)
    key, base = key_and_nonce(shared_secret(ours.exchange(ec.ECDH(), theirs), enc, public), info)
    return enc + AESGCM(key).encrypt(nonce_of(base, sequence), plaintext, aad)


def open_sealed(
    private: ec.EllipticCurvePrivateKey, info: bytes, sealed: bytes, *, aad: bytes = b""
) -> bytes:
    """Return the plaintext of enc || ciphertext || tag."""
    enc, ciphertext = sealed[:65], sealed[65:]
    dh = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, enc))
    key, base = key_and_nonce(shared_secret(dh, enc, public_bytes(private)), info)
    return AESGCM(key).decrypt(base, ciphertext, aad)
