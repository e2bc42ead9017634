r"""BOX: what leaves the ballot box after it has shut, for the holder of the outer key.

    one JSON line {v, wave, keys, issued: {g: count}}
    records of 552 bytes: g (5) || msg (97) || sig (256) || box (194), ascending by t

The database itself never leaves: it shows the order of arrival. The order here is that of
t = H(msg), which is random.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

import msgspec

from pulse.errors import Held
from pulse.store.files import companion, put_in_place
from pulse.terms import SealedBallot
from pulse.token.message import token_hash

GROUP: Final = 5
MESSAGE_END: Final = GROUP + 97
SIGNATURE_END: Final = MESSAGE_END + 256
RECORD: Final = SIGNATURE_END + 194
_PARTS: Final = [GROUP, 97, 256, 194]
_BYTES: Final = [False, True, True, True]
_AT_ONCE: Final = 1_000
LONGEST_HEADER: Final = 1 << 22


class BoxHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: `keys` is the URL path of the key list, `issued` counts tokens by group."""

    v: int
    wave: str
    keys: str
    issued: Mapping[str, int]


class Exported(msgspec.Struct, frozen=True):
    """What the exporting side knows of BOX: ballots by group and the hash over all tokens."""

    ballots: Mapping[str, int]
    tokens: str


class Records(Protocol):
    """A ballot box that has shut."""

    def records(self) -> Iterator[SealedBallot]:
        """Yield every ballot, ascending by t."""
        ...


class TokenList:
    r"""H("pulse-tokens/v1\0" || wave || 0x00 || all t ascending), fed one token at a time.

    Both sides compute it and compare; the list itself is never kept.
    """

    def __init__(self, wave: str) -> None:
        self._hash = hashlib.sha256(b"pulse-tokens/v1\0" + wave.encode() + b"\0")
        self._last = b""

    def add(self, msg: bytes) -> None:
        """Add the token of one message.

        Raises:
            Held: it does not follow the one before (a token twice, or an order of arrival).
        """
        t = token_hash(msg)
        if t <= self._last:
            raise Held("The ballots do not stand in the order of their tokens.")
        self._hash.update(t)
        self._last = t

    def hex(self) -> str:
        """Return the hash over the tokens so far, 64 hex digits."""
        return self._hash.hexdigest()


def export(store: Records, header: BoxHeader, out: Path) -> Exported:
    """Write BOX to `out` (0600), completely or not at all.

    Args:
        store: the wave's ballot box, shut before this call.
        header: the first line.
        out: where BOX goes; an unfinished one of an earlier run is written anew.

    Raises:
        Held: the store yields a ballot that is not as it was cast, or one out of order.
    """
    tokens, ballots = TokenList(header.wave), dict.fromkeys(header.issued, 0)
    unfinished = companion(out, ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(header) + b"\n")
        for ballot in store.records():
            if not whole(ballot):
                raise Held("A ballot in the box is not as it was cast.")
            record = ballot.g.encode() + ballot.msg + ballot.sig + ballot.box
            tokens.add(ballot.msg)
            ballots[ballot.g] = ballots.get(ballot.g, 0) + 1
            file.write(record)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(unfinished, out)
    return Exported(ballots=dict(sorted(ballots.items())), tokens=tokens.hex())


def whole(ballot: SealedBallot) -> bool:
    """Tell whether the parts of a ballot have the types and lengths that were stored."""
    parts: tuple[object, ...] = (ballot.g, ballot.msg, ballot.sig, ballot.box)
    sized = [isinstance(each, str | bytes) and len(each) for each in parts]
    kinds = [isinstance(each, bytes) for each in parts]
    return sized == _PARTS and kinds == _BYTES and ballot.g.isascii()


def read_header(path: Path) -> tuple[BoxHeader, int]:
    """Return the header of BOX and the offset of its first record.

    Raises:
        Held: the file is no BOX, or its last record is cut off.
    """
    with path.open("rb") as file:
        line = file.readline(LONGEST_HEADER)
    try:
        header = msgspec.json.decode(line, type=BoxHeader)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Held(f"The exported ballots cannot be read: {error}.", where=path.name) from error
    if header.v != 1 or not line.endswith(b"\n") or (path.stat().st_size - len(line)) % RECORD:
        raise Held("The exported ballots are not whole.", where=path.name)
    return header, len(line)


def chunks(path: Path, offset: int, record: int, at_once: int = _AT_ONCE) -> Iterator[bytes]:
    """Yield the bytes after `offset`, a whole number of records of `record` bytes at a time."""
    with path.open("rb") as file:
        file.seek(offset)
        while chunk := file.read(record * at_once):
            yield chunk


def split(chunk: bytes, record: int) -> Iterator[bytes]:
    """Yield the records of a chunk."""
    return (chunk[at : at + record] for at in range(0, len(chunk), record))
