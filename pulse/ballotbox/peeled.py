"""P: the ballots without their tokens, as the holder gives them back, and how they are opened.

one JSON line {v, wave, keys, ballots: {g: count}, spoiled_outer, repeated, tokens}
records of 118 bytes: g (5) || inner box (113), ascending, unique
"""

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from pulse.ballotbox import responses
from pulse.ballotbox.export import GROUP, LONGEST_HEADER, Exported, chunks, split
from pulse.ballotbox.seal import INNER_LENGTH, Opener
from pulse.ballotbox.shares import shared
from pulse.errors import Held, Spoiled
from pulse.store.files import write_atomically
from pulse.terms import Secret
from pulse.token.encoding import unb64u
from pulse.token.message import token_context

RECORD: Final = GROUP + INNER_LENGTH


class Listed(msgspec.Struct, frozen=True):
    """What is read of an entry of `groups.json`: number, people invited, SPKI in base64url."""

    g: str
    invited: int
    spki: str


class PeelHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of P.

    `ballots` counts BOX's records by group, before anything was spoiled; of those,
    `spoiled_outer` did not peel and `repeated` had the inner box of another one. `tokens` is
    the hash over all tokens, 64 hex digits.
    """

    v: int
    wave: str
    keys: str
    ballots: Mapping[str, int]
    spoiled_outer: int
    repeated: int
    tokens: str


class Opened(msgspec.Struct, frozen=True):
    """The opened answers, in memory only: one group number and n answers per good ballot."""

    groups: "array[int]"
    answers: bytearray
    wrong: int


def read_groups(path: Path) -> dict[str, Listed]:
    """Read a wave's `groups.json` by group number.

    Raises:
        Held: the file is missing or no list of groups.
    """
    try:
        listed = msgspec.json.decode(path.read_bytes(), type=tuple[Listed, ...])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Held("The wave's list of groups cannot be read.", where=path.name) from error
    return {each.g: each for each in listed}


def encode_peeled(header: PeelHeader, records: Iterable[bytes]) -> bytes:
    """Return P; `records` are ascending and unique."""
    return msgspec.json.encode(header) + b"\n" + b"".join(records)


def write_peeled(path: Path, header: PeelHeader, records: Iterable[bytes]) -> None:
    """Write P (0600), completely or not at all; `records` are ascending and unique."""
    write_atomically(path, encode_peeled(header, records))


def read_peeled(path: Path) -> tuple[PeelHeader, int]:
    """Return the header of P and the offset of its first record.

    Raises:
        Held: the file is no P, or its records are not as many as the header says.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST_HEADER)
        header = msgspec.json.decode(line, type=PeelHeader)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Held("The peeled ballots cannot be read.", where=path.name) from error
    kept = sum(header.ballots.values()) - header.spoiled_outer - header.repeated
    sound = header.v == 1 and min(header.spoiled_outer, header.repeated, kept) >= 0
    if not sound or path.stat().st_size != len(line) + kept * RECORD:
        raise Held("The peeled ballots are not as many as they should be.", where=path.name)
    return header, len(line)


def digest(path: Path) -> str:
    """Return H(P) in hex, on whose confirmation a council destroys its key."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_peeled(path: Path, wave: str, keys: str, exported: Exported) -> None:
    """Check that P was made of the very ballots that were exported, before anything opens it.

    Args:
        path: P, as a holder on another machine gave it back.
        wave: the wave's id.
        keys: the URL path of its key list.
        exported: ballots by group, and the hash over all tokens, as the exporting side has them.

    Raises:
        Held: it is cut off, of another wave, list or BOX, out of order, or holds more ballots
            of a group than were exported.
    """
    header, offset = read_peeled(path)
    if (header.wave, header.keys) != (wave, keys):
        raise Held(f"These are peeled ballots of another wave ({header.wave}) or key list.")
    if header.tokens != exported.tokens or dict(header.ballots) != dict(exported.ballots):
        raise Held("These are peeled ballots of another BOX than was exported.")
    last, found = b"", dict.fromkeys(exported.ballots, 0)
    for chunk in chunks(path, offset, RECORD):
        for record in split(chunk, RECORD):
            g = record[:GROUP].decode("ascii", "replace")
            found[g] = found.get(g, 0) + 1
            if record <= last or found[g] > exported.ballots.get(g, 0):
                raise Held("The peeled ballots do not stand as a peel writes them.")
            last = record


def open_peeled(path: Path, inner_key: Path, groups: Path, *, form: int, n: int) -> Opened:
    """Open every inner box of P and decode it strictly; wrong contents are only counted.

    Args:
        path: P.
        inner_key: the operator's key file, a private scalar of 32 bytes.
        groups: the wave's `groups.json`.
        form: the wave's rotation block.
        n: how many items it asks.

    Raises:
        Held: P or the list of groups cannot be read.
    """
    header, offset = read_peeled(path)
    opened = Opened(array("I"), bytearray(), 0)
    wrong = 0
    for numbers, answers, spoiled in shared(
        chunks(path, offset, RECORD),
        (path.stat().st_size - offset) // RECORD,
        _Opening,
        header.wave,
        inner_key,
        groups,
        form,
        n,
    ):
        opened.groups.extend(numbers)
        opened.answers.extend(answers)
        wrong += spoiled
    return msgspec.structs.replace(opened, wrong=wrong)


class _Opening:
    """Opens chunks of P with keys read once."""

    def __init__(self, wave: str, inner_key: Path, groups: Path, form: int, n: int) -> None:
        self._contexts = {
            g: token_context(wave, g, unb64u(each.spki)) for g, each in read_groups(groups).items()
        }
        self._opener = Opener(Secret(inner_key.read_bytes()))
        self._form, self._n = form, n

    def __call__(self, chunk: bytes) -> "tuple[array[int], bytes, int]":
        numbers, answers, wrong = array("I"), bytearray(), 0
        for record in split(chunk, RECORD):
            g = record[:GROUP].decode("ascii", "replace")
            try:
                plaintext = self._opener.open(self._contexts.get(g, b""), record[GROUP:])
                response = responses.decode(plaintext, self._form, self._n)
            except Spoiled:
                wrong += 1
            else:
                numbers.append(int(g))
                answers += bytes(response.answers)
        return numbers, bytes(answers), wrong
