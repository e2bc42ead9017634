"""Finds whatever is known of people, tokens and answers in any bytes, however written."""

import hmac
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Final

import msgspec
import numpy as np

from tests.attack.linkability.loot import Artefact, Table
from tests.attack.linkability.people import Entity, Kind, Lineup

WIDTH: Final = 8  # bytes: fewer are found by luck
KINDS: Final[tuple[Kind, ...]] = ("people", "tokens", "answers")
_AT_ONCE: Final = 1 << 24
# Words that might stand in a derivation, ours and a naive designer's.
_WORDS: Final = (
    b"", b"pulse-token/v1", b"pulse-invite/v1", b"pulse-slot/v1", b"pulse-person/v1",
    b"pulse-nonce/v1", b"pulse-box/v1", b"pulse-outer/v1", b"token", b"nonce", b"ballot",
)  # fmt: skip

Who = tuple[Kind, int]
Needles = Mapping[bytes, tuple[Who, ...]]


class Seen(msgspec.Struct, frozen=True):
    """A file of the loot with the places (offset, needle) where anything known stands in it."""

    file: Artefact
    found: tuple[tuple[int, bytes], ...]


class SeenTable(msgspec.Struct, frozen=True):
    """A table with the needles found in each of its rows."""

    table: Table
    found: tuple[frozenset[bytes], ...]


def forms(value: bytes) -> set[bytes]:
    """Return the first and the last eight bytes of a value as it may be written."""
    text = urlsafe_b64encode(value).rstrip(b"=")
    written = (value, value.hex().encode(), value.hex().upper().encode(), text,
               text.replace(b"-", b"+").replace(b"_", b"/"))  # fmt: skip
    ends = ({each[:WIDTH], each[-WIDTH:]} for each in written if len(each) >= WIDTH)
    return set().union(*ends)


def needles(lineup: Lineup) -> Needles:
    """Return by its ends of eight bytes whatever is known of one person, token or answer alone."""
    owners: defaultdict[tuple[bytes, Kind], set[int]] = defaultdict(set)
    for kind in KINDS:
        for place, entity in enumerate(lineup.of(kind)):
            for value in entity.known:
                for form in forms(value):
                    owners[form, kind].add(place)
    found: defaultdict[bytes, tuple[Who, ...]] = defaultdict(tuple)
    for (needle, kind), places in owners.items():
        if len(places) == 1:
            found[needle] += ((kind, min(places)),)
    return dict(found)


class Scanner:
    """Looks for many needles of eight bytes at once."""

    def __init__(self, sought: Iterable[bytes]) -> None:
        self._sought = frozenset(sought)
        self._begin = np.zeros(1 << 24, dtype=bool)
        for needle in self._sought:
            self._begin[int.from_bytes(needle[:3], "little")] = True

    def find(self, content: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield offset and needle of everything found, by offset."""
        for start in range(0, max(len(content) - WIDTH + 1, 0), _AT_ONCE):
            part = np.frombuffer(content[start : start + _AT_ONCE + 2], dtype=np.uint8)
            wide = part.astype(np.int32)
            heads = wide[:-2] | wide[1:-1] << 8 | wide[2:] << 16
            for offset in np.flatnonzero(self._begin[heads]).tolist():
                needle = content[start + offset : start + offset + WIDTH]
                if needle in self._sought:
                    yield start + offset, needle

    def look(self, artefacts: Iterable[Artefact], *, keep: bool = True) -> list[Seen]:
        """Scan files; without `keep` their bytes are dropped once they are scanned."""
        return [
            Seen(each if keep else msgspec.structs.replace(each, content=b""), found)
            for each in artefacts
            if (found := tuple(self.find(each.content))) or keep
        ]

    def look_into(self, tables: Iterable[Table]) -> list[SeenTable]:
        """Scan every row of tables."""
        return [
            SeenTable(table, tuple(frozenset(self._in_row(row)) for row in table.rows))
            for table in tables
        ]

    def _in_row(self, row: Sequence[object]) -> Iterator[bytes]:
        for cell in row:
            content = bytes_of(cell)
            if len(content) > 4 * WIDTH or content[:WIDTH] not in self._sought:
                yield from (needle for _, needle in self.find(content))
            else:
                yield content[:WIDTH]


def bytes_of(cell: object) -> bytes:
    """Return the bytes of a cell that has any."""
    if isinstance(cell, bytes | memoryview):
        return bytes(cell)
    return cell.encode() if isinstance(cell, str) else b""


@cache
def derived(secret: bytes, wave: str) -> tuple[bytes, ...]:
    """Return what a system might have made out of a link's secret: hashes and keyed hashes."""
    made: list[bytes] = []
    for word in _WORDS:
        for tag in {word, word + b"\0", word + b"\0" + wave.encode(), word + wave.encode()}:
            made += (
                sha256(tag + secret).digest(),
                sha256(secret + tag).digest(),
                hmac.digest(secret, tag, "sha256"),
                hmac.digest(tag, secret, "sha256"),
            )
    return (*made, *(sha256(each).digest() for each in made))


def windows(content: bytes) -> set[bytes]:
    """Return every run of eight bytes that is no filling."""
    return {run for run in runs_of(content) if len(set(run)) > 2}


def runs_of(content: bytes) -> Iterator[bytes]:
    """Yield every run of eight bytes."""
    return (content[at : at + WIDTH] for at in range(len(content) - WIDTH + 1))


def known_windows(entity: Entity) -> set[bytes]:
    """Return every run of eight bytes in what is known of somebody, as bytes and as text."""
    found: set[bytes] = set()
    for value in entity.known:
        found |= windows(value)
    return found
