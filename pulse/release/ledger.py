"""The ledger: one line a release, each with the hash of the line before."""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from pulse.errors import BadRelease

NAME: Final = "ledger.jsonl"
FIRST: Final = "0" * 64


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One release in the ledger.

    `manifest` is the SHA-256 of its manifest.json, `previous` that of the line before without
    its newline (64 zeros on the first line); both in hex.
    """

    v: int
    wave: str
    manifest: str
    previous: str


def line(entry: Entry) -> bytes:
    """Return the line of an entry, without its newline."""
    return msgspec.json.encode(entry)


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def whole_lines(releases: Path) -> list[bytes]:
    """Return the ledger's finished lines; a tail without newline was never acknowledged."""
    path = releases / NAME
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def read(releases: Path) -> list[Entry]:
    """Return every entry, oldest first, the chain being whole.

    Raises:
        BadRelease: a line is no entry, does not follow from the one before, or names a wave twice.
    """
    entries: list[Entry] = []
    previous = FIRST
    for number, text in enumerate(whole_lines(releases), start=1):
        where = f"{NAME}:{number}"
        try:
            entry = msgspec.json.decode(text, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadRelease(f"This is no ledger line: {error}.", where=where) from error
        if entry.previous != previous or line(entry) != text:
            raise BadRelease("This line does not follow from the one before.", where=where)
        if any(entry.wave == earlier.wave for earlier in entries):
            raise BadRelease("A wave is released once.", where=where)
        entries.append(entry)
        previous = digest(text)
    return entries


def head(releases: Path) -> str:
    """Return the hash of the last line, 64 zeros for an empty ledger; cheap, checks nothing."""
    lines = whole_lines(releases)
    return digest(lines[-1]) if lines else FIRST
