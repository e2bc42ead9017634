"""The council's key file F, made on a machine of its own, and F.pub, which the operator imports.

    F      {"v":1,"kind":"pulse council secret keys","pairs":N}
           {"pair":…,"public":…,"secret":…}                     one line a pair
    F.pub  {"v":1,"kind":"pulse council public halves","pairs":N}
           {"pair":…,"public":…}

`public` is a point of 65 bytes and `secret` its scalar of 32, in base64url; `pair` names them by
the first 16 hex digits of H(point). F is written once: afterwards only secrets change, which are
overwritten where they stand, with as many zeros.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from pulse.ballotbox.seal import PLAINTEXT_LENGTH, Opener, Peeler, Sealer, generate_pair, public_of
from pulse.errors import InvalidValue, Refused, Spoiled
from pulse.store.files import companion, destroy_file, sync_folder
from pulse.terms import Secret
from pulse.token.encoding import b64u, sha256, unb64u
from pulse.token.keylist import FINGERPRINT_LENGTH, proquints
from pulse.token.message import CONTEXT_LENGTH, MESSAGE_LENGTH

PUBLIC: Final = ".pub"
_VERSION: Final = 1
_SECRET_KIND: Final = "pulse council secret keys"  # noqa: S105 - the name of a kind of file
_PUBLIC_KIND: Final = "pulse council public halves"
_DESTROYED: Final = b64u(bytes(32))  # zero is no scalar of the curve
_NAME_LENGTH: Final = 16

MakePair = Callable[[], tuple[Secret, bytes]]


class Header(msgspec.Struct, frozen=True):
    """The first line of either file."""

    v: int
    kind: str
    pairs: int


class Half(msgspec.Struct, frozen=True):
    """A line of F.pub."""

    pair: str
    public: str


class Pair(msgspec.Struct, frozen=True):
    """A line of F."""

    pair: str
    public: str
    secret: str

    def __repr__(self) -> str:
        """Return the pair's name alone."""
        return f"Pair({self.pair}, …)"


class Made(msgspec.Struct, frozen=True):
    """A new key file: where its halves lie, and eight words over F.pub to compare at import."""

    out: str
    public: str
    waves: int
    fingerprint: str


_Line = TypeVar("_Line", Half, Pair)
_Written = TypeVar("_Written", Header, Half, Pair)


def pair_name(point: bytes) -> str:
    """Return what a pair is called: the first 16 hex digits of H(point)."""
    return sha256(point).hex()[:_NAME_LENGTH]


def make(out: Path, waves: int, make_pair: MakePair = generate_pair) -> Made:
    """Write F (0600) and F.pub for as many waves, and try every pair as it stands in the file.

    Args:
        out: F; nothing is ever overwritten.
        waves: how many pairs, 1 or more.
        make_pair: makes one.

    Raises:
        Refused: one of the files exists, or a pair failed its trial; nothing was kept.
    """
    public = companion(out, PUBLIC)
    for path in (out, public):
        if path.exists():
            raise Refused("This file exists already; nothing was overwritten.", where=str(path))
    lines = [_new_line(*make_pair()) for _ in range(waves)]
    _write_new(out, 0o600, _SECRET_KIND, lines)
    try:
        _write_new(public, 0o644, _PUBLIC_KIND, [Half(line.pair, line.public) for line in lines])
        for point in read_halves(public):
            _try(out, point)
    except BaseException:
        destroy_file(out)
        destroy_file(public)
        raise
    return Made(str(out), str(public), waves, fingerprint(public))


def fingerprint(public: Path) -> str:
    """Return eight words over F.pub: whoever imports it compares them with whoever made it."""
    return proquints(sha256(public.read_bytes())[:FINGERPRINT_LENGTH])


def read_halves(public: Path) -> list[bytes]:
    """Return the points of F.pub, 65 bytes each, in the order in which waves will use them.

    Raises:
        Refused: no file of public halves, a repeated half, or one that is no point.
    """
    return [unb64u(line.public) for line in _read(public, _PUBLIC_KIND, Half)]


def read_secret(key: Path, point: bytes) -> Secret:
    """Return the secret half in F of a public one.

    Raises:
        Refused: F is no key file, holds no such pair, or its secret was destroyed or damaged.
    """
    public = b64u(point)
    for line in _read(key, _SECRET_KIND, Pair):
        if line.public == public:
            if line.secret == _DESTROYED:
                raise Refused("The key of this wave was destroyed.", where=line.pair)
            return _sound(line, point)
    raise Refused(
        f"This key file does not hold the wave's key {pair_name(point)}; another one may.",
        where=key.name,
    )


def _sound(line: Pair, point: bytes) -> Secret:
    try:
        secret = Secret(unb64u(line.secret))
        if public_of(secret) == point:
            return secret
    except InvalidValue:
        pass  # said below, without a word of what stands there
    raise Refused(
        "The secret half of this key was damaged; use a sound copy of the key file.",
        where=line.pair,
    )


def destroy(key: Path, name: str) -> None:
    """Overwrite one secret in F where it stands, durably; again is fine.

    Raises:
        Refused: F is no key file, or holds no pair of this name.
    """
    for line in _read(key, _SECRET_KIND, Pair):
        if line.pair == name:
            before = f'"public":"{line.public}","secret":"'.encode()
            with key.open("r+b", buffering=0) as file:
                file.seek(key.read_bytes().index(before) + len(before))
                file.write(_DESTROYED.encode())
                os.fsync(file.fileno())
            return
    raise Refused("This key file holds no such pair.", where=name)


def _new_line(key: Secret, point: bytes) -> Pair:
    return Pair(pair_name(point), b64u(point), b64u(key.reveal()))


def _try(out: Path, point: bytes) -> None:
    """Seal with the public half in both layers, and open with the secret one as it is kept."""
    ctx, msg = secrets.token_bytes(CONTEXT_LENGTH), secrets.token_bytes(MESSAGE_LENGTH)
    box = Sealer(point, point).seal(bytes(PLAINTEXT_LENGTH), ctx, msg)
    try:
        key = read_secret(out, point)
        Opener(key).open(ctx, Peeler(key).peel(msg, box))
    except (Refused, Spoiled) as error:
        raise Refused("A fresh pair failed its trial; nothing was kept.") from error


def _write_new(path: Path, mode: int, kind: str, lines: Sequence[msgspec.Struct]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        for line in (Header(_VERSION, kind, len(lines)), *lines):
            file.write(msgspec.json.encode(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _read(path: Path, kind: str, line_type: type[_Line]) -> list[_Line]:
    first, *rest = path.read_bytes().split(b"\n")
    header = _decode(first, Header, path, 1)
    if header.kind != kind:
        if header.kind == _SECRET_KIND:
            raise Refused(
                "This is the council's secret file; only F.pub may leave its machine. "
                "Nothing was read from it; the council should make new keys.",
                where=path.name,
            )
        raise Refused(f"This is no file of {kind}.", where=path.name)
    if header.v != _VERSION:
        raise Refused("This file was made by another version of Pulse.", where=path.name)
    if rest[-1:] != [b""] or len(rest) != header.pairs + 1 or not header.pairs:
        raise Refused("This file is not whole.", where=path.name)
    lines = [_line(raw, line_type, path, at) for at, raw in enumerate(rest[:-1], start=2)]
    if len({line.public for line in lines}) != len(lines):
        raise Refused("A key stands in this file twice.", where=path.name)
    return lines


def _line(raw: bytes, line_type: type[_Line], path: Path, at: int) -> _Line:
    line = _decode(raw, line_type, path, at)
    where = f"{path.name}:{at}"
    try:
        point = unb64u(line.public)
        Sealer(point, point)
    except InvalidValue as error:
        raise Refused("This is no point of the curve P-256.", where=where) from error
    if line.pair != pair_name(point):
        raise Refused("This pair does not bear its own name.", where=where)
    return line


def _decode(raw: bytes, kind: type[_Written], path: Path, at: int) -> _Written:
    refusal = Refused("This line is not one that Pulse writes.", where=f"{path.name}:{at}")
    try:
        line = msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise refusal from None  # whose words may quote the line
    # One spelling only, no field more: a secret is found again, and overwritten, where it stands.
    if msgspec.json.encode(line) != raw:
        raise refusal
    return line
