"""Requests made beforehand: real tokens, really sealed boxes, one file of equal records.

The issuer's signature on a blinded message, unblinded, is an ordinary RSASSA-PSS signature
(RFC 9474 section 4.4), so tokens are signed directly: whoever verifies cannot tell.
"""

import secrets
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_der_private_key

from pulse.ballotbox import responses, seal
from pulse.store.lifeline import end_with_parent
from pulse.terms import Response
from pulse.token.encoding import b64u
from pulse.token.keys import SigningKey, generate_der
from pulse.token.message import new_message, token_context

WAVE: Final = "2026-W09"
GROUPS: Final = 20  # with keys of their own
_PSS: Final = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=48)
_CHUNK: Final = 2_000


class Requests(msgspec.Struct, frozen=True):
    """A file of `count` requests of `length` bytes each: all that follows method and path."""

    path: str
    length: int
    count: int


class Premade(msgspec.Struct, frozen=True):
    """What a run sends, and what its wave needs to take it.

    `keys` are the groups' signing keys (PKCS #8 DER) by group number; `secrets` the links'
    secrets, one per request to sign, dealt to the groups in turn.
    """

    keys: dict[str, bytes]
    secrets: list[bytes]
    ballots: Requests
    signings: Requests


def premade(scratch: Path, count: int, groups: int = GROUPS) -> Premade:
    """Return at least `count` ballots and as many requests to sign, made now or kept from before.

    Args:
        scratch: folder that keeps them (1.2 kB a request).
        count: how many of each.
        groups: over how many groups they are dealt.
    """
    kept = scratch / "premade.json"
    if kept.exists():
        found = msgspec.json.decode(kept.read_bytes(), type=Premade)
        if found.ballots.count >= count:
            return found
    scratch.mkdir(parents=True, exist_ok=True)
    keys = {f"{i:05d}": generate_der() for i in range(1, groups + 1)}
    points = (seal.generate_pair()[1], seal.generate_pair()[1])
    with ProcessPoolExecutor(initializer=end_with_parent) as pool:
        chunks = [(keys, points, min(_CHUNK, count - at)) for at in range(0, count, _CHUNK)]
        ballots = _write(scratch / "ballots.http", pool.map(_ballots, chunks))
    links = [secrets.token_bytes(32) for _ in range(count)]
    moduli = [int(SigningKey.from_der(der).n) for der in keys.values()]
    signings = _write(
        scratch / "signings.http",
        [[_signing(link, moduli[i % groups]) for i, link in enumerate(links)]],
    )
    made = Premade(keys=keys, secrets=links, ballots=ballots, signings=signings)
    kept.write_bytes(msgspec.json.encode(made))
    return made


def _ballots(chunk: tuple[dict[str, bytes], tuple[bytes, bytes], int]) -> list[bytes]:
    keys, points, count = chunk
    signers = {g: _signer(der) for g, der in keys.items()}
    contexts = {g: token_context(WAVE, g, SigningKey.from_der(der).spki) for g, der in keys.items()}
    sealer = seal.Sealer(*points)
    made = []
    for _ in range(count):
        g = secrets.choice(list(keys))
        msg = new_message(contexts[g])
        answers = Response(0, tuple(secrets.randbelow(5) + 1 for _ in range(6)))
        box = sealer.seal(responses.encode(answers, 6), contexts[g], msg)
        sig = signers[g].sign(msg, _PSS, SHA384())
        fields = {"v": 1, "wave": WAVE, "g": g}
        parts = {"msg": b64u(msg), "sig": b64u(sig), "box": b64u(box)}
        made.append(_record(fields | parts))
    return made


def _signer(der: bytes) -> rsa.RSAPrivateKey:
    key = load_der_private_key(der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _signing(link: bytes, modulus: int) -> bytes:
    # What a client sends is uniform below n: any such number is as good a blinded message.
    blinded = b64u(secrets.randbelow(modulus).to_bytes(256, "big"))
    return _record({"v": 1, "secret": b64u(link), "wave": WAVE, "blinded": blinded})


def _record(fields: dict[str, object]) -> bytes:
    """Return all of a request that follows its method and path."""
    body = msgspec.json.encode(fields)
    head = (
        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _write(path: Path, chunks: Iterable[list[bytes]]) -> Requests:
    lengths: Counter[int] = Counter()
    with path.open("wb") as file:
        for chunk in chunks:
            lengths.update(map(len, chunk))
            file.writelines(chunk)
    (length,) = lengths  # one length for everybody, as the protocol has it
    return Requests(path=str(path), length=length, count=lengths[length])
