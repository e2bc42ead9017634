"""RSABSSA as RFC 9474 writes it, and what our signer and verifier refuse."""

import json
import math
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384

from pulse.errors import Busy, InvalidToken, InvalidValue
from pulse.token import rfc9474
from pulse.token.keys import SigningKey
from pulse.token.message import new_message

VECTORS: Final[list[dict[str, str]]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "rfc9474_cfrg.json").read_text(encoding="utf-8")
)
E: Final = 65537


def number(vector: dict[str, str], field: str) -> int:
    """Read a number of a vector."""
    return int(vector[field], 16)


def value(vector: dict[str, str], field: str) -> bytes:
    """Read a byte string of a vector."""
    return bytes.fromhex(vector[field])


def by_name(vector: dict[str, str]) -> str:
    """Name a vector by its variant."""
    return vector["name"].removeprefix("RSABSSA-SHA384-")


def token(key: SigningKey, msg: bytes) -> bytes:
    """Run the whole exchange and return the signature."""
    n = int(key.n)
    blinded = rfc9474.blind(msg, n, E, secrets.token_bytes(48), rfc9474.random_blind(n))
    return rfc9474.finalize(msg, rfc9474.blind_sign(key, blinded.blinded), blinded.inv, n, E)


@pytest.mark.parametrize("vector", VECTORS, ids=by_name)
def test_blind_and_sign_give_the_published_bytes(vector: dict[str, str]) -> None:
    """All four variants: the blinded message and the blind signature are the RFC's."""
    n, inv = number(vector, "n"), number(vector, "inv")
    msg = rfc9474.prepare(value(vector, "msg"), value(vector, "msg_prefix"))
    assert msg == value(vector, "input_msg")
    blinded = rfc9474.blind(msg, n, E, value(vector, "salt"), pow(inv, -1, n))
    assert blinded.blinded == value(vector, "blinded_msg")
    assert blinded.inv == inv
    key = SigningKey(number(vector, "p"), number(vector, "q"))
    assert rfc9474.blind_sign(key, blinded.blinded) == value(vector, "blind_sig")


@pytest.mark.parametrize("vector", VECTORS, ids=by_name)
def test_encoding_gives_the_published_bytes(vector: dict[str, str]) -> None:
    """EMSA-PSS is the RFC's where it is printed, and else what the signature opens to."""
    n = number(vector, "n")
    encoded = rfc9474.emsa_pss_encode(value(vector, "input_msg"), 4095, value(vector, "salt"))
    assert int.from_bytes(encoded, "big") == pow(number(vector, "sig"), E, n)
    assert encoded.hex() == vector.get("encoded_msg", encoded.hex())


@pytest.mark.parametrize("vector", [VECTORS[0], VECTORS[2]], ids=by_name)
def test_finalize_gives_the_published_signature(vector: dict[str, str]) -> None:
    """With a salt of 48 bytes the finished signature is the RFC's."""
    n, inv = number(vector, "n"), number(vector, "inv")
    msg, blind_sig = value(vector, "input_msg"), value(vector, "blind_sig")
    assert rfc9474.finalize(msg, blind_sig, inv, n, E) == value(vector, "sig")


@pytest.mark.parametrize("vector", [VECTORS[1], VECTORS[3]], ids=by_name)
def test_signatures_without_salt_are_refused(vector: dict[str, str]) -> None:
    """The PSSZERO variants verify elsewhere and never here."""
    n, inv = number(vector, "n"), number(vector, "inv")
    msg, sig = value(vector, "input_msg"), value(vector, "sig")
    public = rsa.RSAPublicNumbers(E, n).public_key()
    public.verify(sig, msg, padding.PSS(padding.MGF1(SHA384()), 0), SHA384())
    with pytest.raises(InvalidToken):
        rfc9474.verify(public, msg, sig)
    with pytest.raises(InvalidToken):
        rfc9474.finalize(msg, value(vector, "blind_sig"), inv, n, E)


def test_a_token_verifies_here_and_with_openssl(signing_key: SigningKey, tmp_path: Path) -> None:
    """Blind, sign, finalize gives a signature that the command `openssl` accepts too."""
    msg = new_message(bytes(32))
    sig = token(signing_key, msg)
    rfc9474.verify(signing_key.spki, msg, sig)
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed.")
    for name, content in (("key", signing_key.spki), ("sig", sig), ("msg", msg)):
        (tmp_path / name).write_bytes(content)
    options = "rsa_padding_mode:pss", "rsa_pss_saltlen:48", "rsa_mgf1_md:sha384"
    command = [program, "dgst", "-sha384", "-keyform", "DER", "-verify", str(tmp_path / "key")]
    command += [word for option in options for word in ("-sigopt", option)]
    command += ["-signature", str(tmp_path / "sig"), str(tmp_path / "msg")]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"Verified OK\n"


def test_signing_twice_gives_the_same_bytes(signing_key: SigningKey) -> None:
    """A repeat of the same request is answered with the same bytes, whatever the base blinding."""
    n = int(signing_key.n)
    blinded = rfc9474.blind(b"m", n, E, bytes(48), rfc9474.random_blind(n)).blinded
    assert len({rfc9474.blind_sign(signing_key, blinded) for _ in range(3)}) == 1


def test_malformed_blinded_messages_are_refused(signing_key: SigningKey) -> None:
    """Wrong length, out of range or sharing a factor with n: refused before the key is used."""
    n, p = int(signing_key.n), int(signing_key.p)
    malformed = [b"", bytes(256), b"\x01" * 255, b"\x01" * 257, b"\xff" * 256]
    malformed += [x.to_bytes(256, "big") for x in (n, n + 1, p, 2 * p, n - p)]
    for blinded in malformed:
        with pytest.raises(InvalidValue) as caught:
            rfc9474.blind_sign(signing_key, blinded)
        assert caught.value.status == 422
    for smallest in (1, n - 1):
        rfc9474.blind_sign(signing_key, smallest.to_bytes(256, "big"))


def test_a_blind_that_shares_a_factor_is_refused(signing_key: SigningKey) -> None:
    """Blinding with a multiple of p, which would have no inverse, is refused."""
    n, p = int(signing_key.n), int(signing_key.p)
    with pytest.raises(InvalidValue):
        rfc9474.blind(b"m", n, E, bytes(48), p)


def unchecked(key: SigningKey, blinded: bytes) -> bytes:
    """Sign as `blind_sign` does but for its last look: the broken twin."""
    n, z, mask = int(key.n), int.from_bytes(blinded, "big"), rfc9474.random_blind(int(key.n))
    hidden = int(rfc9474._private_power(key, z * pow(mask, E, n) % n))
    return (hidden * pow(mask, -1, n) % n).to_bytes(256, "big")


@pytest.mark.parametrize(("half", "gives"), [("d_p", "q"), ("d_q", "p"), ("q_inverse", "q")])
@pytest.mark.parametrize("bit", [1, 500, 1000])
def test_a_faulty_half_never_leaves_the_signer(
    signing_key: SigningKey, half: str, gives: str, bit: int
) -> None:
    """A wrong CRT part raises; the unchecked twin answers, and one answer factors n."""
    faulty = SigningKey(int(signing_key.p), int(signing_key.q))
    setattr(faulty, half, getattr(faulty, half) ^ 1 << bit)
    n, z = int(faulty.n), 2**2046 + 12345
    blinded = z.to_bytes(256, "big")
    assert unchecked(signing_key, blinded) == rfc9474.blind_sign(signing_key, blinded)
    wrong = int.from_bytes(unchecked(faulty, blinded), "big")
    assert math.gcd(pow(wrong, E, n) - z, n) == int(getattr(signing_key, gives))
    for _ in range(3):
        with pytest.raises(Busy) as caught:
            rfc9474.blind_sign(faulty, blinded)
        assert caught.value.status == 503


def test_what_is_kept_for_unblinding_is_not_printed() -> None:
    """A blinded message shows neither itself nor its inverse."""
    assert repr(rfc9474.Blinded(b"secret", 12345)) == "Blinded(…)"


def test_finalize_refuses_what_is_no_signature(signing_key: SigningKey) -> None:
    """An issuer that answers with another number or length is caught by the client."""
    n = int(signing_key.n)
    msg = new_message(bytes(32))
    blinded = rfc9474.blind(msg, n, E, bytes(48), rfc9474.random_blind(n))
    good = rfc9474.blind_sign(signing_key, blinded.blinded)
    for bad in (b"", good[:-1], good + b"\0", b"\0" + good, blinded.blinded, bytes(256)):
        with pytest.raises(InvalidToken):
            rfc9474.finalize(msg, bad, blinded.inv, n, E)
    with pytest.raises(InvalidToken):
        rfc9474.finalize(new_message(bytes(32)), good, blinded.inv, n, E)


def test_every_changed_bit_of_a_token_is_refused(signing_key: SigningKey) -> None:
    """A flipped bit in message or signature, another length or another key: refused."""
    msg = new_message(bytes(32))
    sig = token(signing_key, msg)
    public = rsa.RSAPublicNumbers(E, int(signing_key.n)).public_key()
    pairs = [(flip(msg, i), sig) for i in range(97 * 8)]
    pairs += [(msg, flip(sig, i)) for i in range(256 * 8)]
    pairs += [(msg, sig[1:]), (msg, sig + b"\0"), (msg, b"\0" + sig), (msg, b"")]
    larger = int.from_bytes(sig, "big") + int(signing_key.n)
    if larger < 2**2048:
        pairs.append((msg, larger.to_bytes(256, "big")))
    for a_msg, a_sig in pairs:
        with pytest.raises(InvalidToken):
            rfc9474.verify(public, a_msg, a_sig)
    with pytest.raises(InvalidToken):
        rfc9474.verify(SigningKey.generate().spki, msg, sig)
    with pytest.raises(InvalidValue):
        rfc9474.verify(b"no key", msg, sig)


def flip(data: bytes, bit: int) -> bytes:
    """Return `data` with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
