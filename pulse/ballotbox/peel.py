"""The peel: the holder takes the outer layer off and drops every token and every order.

Run as `python -m pulse.ballotbox.peel BOX --key F --groups G --k K --out P`, in a process of
its own: it alone reads the outer key. With `--lifeline FD` it ends when that pipe does. It prints
P's header as JSON, or the reason of a refusal with exit code 1. One pass counts and checks
everything that can be refused; only then is the first box peeled.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from pulse.ballotbox.export import (
    GROUP,
    MESSAGE_END,
    RECORD,
    SIGNATURE_END,
    BoxHeader,
    TokenList,
    chunks,
    read_header,
    split,
)
from pulse.ballotbox.peeled import Listed, PeelHeader, read_groups, write_peeled
from pulse.ballotbox.seal import Peeler, public_of
from pulse.ballotbox.shares import shared
from pulse.errors import Held, InvalidToken, PulseError, Spoiled
from pulse.store.failures import told
from pulse.store.files import companion, write_atomically
from pulse.store.lifeline import end_with
from pulse.terms import Secret
from pulse.token.encoding import unb64u
from pulse.token.keylist import K_FLOOR
from pulse.token.keys import read_public
from pulse.token.message import context_of, token_context
from pulse.token.rfc9474 import verify

MARK: Final = ".peeled"
ReadKey = Callable[[], Secret]


class Surveyed(msgspec.Struct, frozen=True):
    """BOX as it was read once and found fit to be peeled: `digest` is H(BOX) in hex."""

    header: BoxHeader
    offset: int
    ballots: Mapping[str, int]
    tokens: str
    digest: str


def peel_file(
    box: Path, key: Path, groups: Path, k: int, out: Path, *, public: bytes = b""
) -> PeelHeader:
    """Check BOX, peel every box in it and write P, on the operator's own machine.

    Args:
        box: the exported ballots.
        key: the outer key, a private scalar of 32 bytes; the mark of what was peeled with it
            is kept beside it.
        groups: the wave's `groups.json`.
        k: fewest people behind anything published.
        out: where P goes.
        public: the outer point that people were given; where it is known, a damaged key is
            refused instead of spoiling every ballot.

    Raises:
        Held: as `survey` and `peel`, another BOX was peeled for this wave, or the key is not
            that of `public`. Nothing was peeled.
    """
    listed = read_groups(groups)
    surveyed = survey(box, listed, k)
    mark, mine = companion(key, MARK), surveyed.digest.encode()
    if mark.exists() and mark.read_bytes() != mine:
        raise Held("Other ballots of this wave were peeled before; these are not.")
    header, unique = peel(box, surveyed, partial(_scalar, key, public), listed)
    # Two peels of almost the same ballots would show whose inner box the difference is.
    write_atomically(mark, mine)
    write_peeled(out, header, unique)
    return header


def survey(box: Path, listed: Mapping[str, Listed], k: int) -> Surveyed:
    """Read BOX once and refuse whatever can be refused before the first box is peeled.

    Args:
        box: the exported ballots.
        listed: the wave's groups.
        k: fewest people behind anything published.

    Raises:
        Held: a group with fewer than max(5, k) invited; fewer than k ballots; more ballots
            than tokens in a group; a ballot of an unknown group or out of order.
    """
    header, offset = read_header(box)
    tokens, ballots = TokenList(header.wave), dict.fromkeys(header.issued, 0)
    digest = hashlib.sha256()
    for chunk in _fed(box, offset, digest.update):
        for record in split(chunk, RECORD):
            tokens.add(record[GROUP:MESSAGE_END])
            g = record[:GROUP].decode("ascii", "replace")
            ballots[g] = ballots.get(g, 0) + 1
    _refuse(header, listed, ballots, max(K_FLOOR, k))
    counted = dict(sorted(ballots.items()))
    return Surveyed(header, offset, counted, tokens.hex(), digest.hexdigest())


def peel(
    box: Path, surveyed: Surveyed, read_key: ReadKey, listed: Mapping[str, Listed]
) -> tuple[PeelHeader, list[bytes]]:
    """Return P's header and its records, ascending and unique; nothing is written.

    Args:
        box: the exported ballots.
        surveyed: what `survey` found in them.
        read_key: reads the outer key; it must pickle, for processes may share the work.
        listed: the wave's groups.

    Raises:
        Held: a ballot without a valid token, or BOX is another than was surveyed.
    """
    digest = hashlib.sha256()
    chunks_again = _fed(box, surveyed.offset, digest.update)
    kept: list[bytes] = []
    spoiled, records = 0, sum(surveyed.ballots.values())
    wave = surveyed.header.wave
    for inner, wrong in shared(chunks_again, records, _Peeling, wave, read_key, listed):
        kept += inner
        spoiled += wrong
    if digest.hexdigest() != surveyed.digest:
        raise Held("The exported ballots changed while they were read; nothing was peeled.")
    unique = sorted(set(kept))
    header = PeelHeader(
        v=1,
        wave=wave,
        keys=surveyed.header.keys,
        ballots=surveyed.ballots,
        spoiled_outer=spoiled,
        repeated=len(kept) - len(unique),
        tokens=surveyed.tokens,
    )
    return header, unique


def _fed(box: Path, offset: int, feed: Callable[[bytes], None]) -> Iterator[bytes]:
    """Yield the records of BOX, and feed the whole file to a hash on the way."""
    with box.open("rb") as file:
        feed(file.read(offset))
    for chunk in chunks(box, offset, RECORD):
        feed(chunk)
        yield chunk


def _scalar(key: Path, public: bytes = b"") -> Secret:
    secret = Secret(key.read_bytes())
    if public and public_of(secret) != public:
        raise Held(
            "The outer key is not the one that was published: its file was damaged. Nothing was "
            "peeled; bring back a sound copy and run it again.",
            where=key.name,
        )
    return secret


def _refuse(
    header: BoxHeader, listed: Mapping[str, Listed], ballots: Mapping[str, int], k: int
) -> None:
    for g, each in listed.items():
        if each.invited < k:
            raise Held(f"Group {g} has only {each.invited} invited people; it is not opened.")
    for g, count in ballots.items():
        if count and g not in listed:
            raise Held("A ballot names a group that is not in the wave's list.", where="box")
        if count > header.issued.get(g, 0):
            raise Held(f"Group {g} has more ballots than tokens were issued.", where=g)
    if sum(ballots.values()) < k:
        raise Held(f"A wave with fewer than {k} ballots is never opened.")


class _Peeling:
    """Verifies and peels chunks of BOX with keys read once."""

    def __init__(self, wave: str, read_key: ReadKey, listed: Mapping[str, Listed]) -> None:
        self._peeler = Peeler(read_key())
        self._keys = {
            g: (read_public(spki), token_context(wave, g, spki))
            for g, spki in ((g, unb64u(each.spki)) for g, each in listed.items())
        }

    def __call__(self, chunk: bytes) -> tuple[list[bytes], int]:
        inner, wrong = [], 0
        for record in split(chunk, RECORD):
            g, msg = record[:GROUP], record[GROUP:MESSAGE_END]
            self._check(g.decode("ascii", "replace"), msg, record[MESSAGE_END:SIGNATURE_END])
            try:
                inner.append(g + self._peeler.peel(msg, record[SIGNATURE_END:]))
            except Spoiled:
                wrong += 1
        return inner, wrong

    def _check(self, g: str, msg: bytes, sig: bytes) -> None:
        refusal = Held(f"A ballot of group {g} has no valid token.", where=g)
        key, ctx = self._keys.get(g, (None, b""))
        if key is None or context_of(msg) != ctx:
            raise refusal
        try:
            verify(key, msg, sig)
        except InvalidToken as error:
            raise refusal from error


def main(arguments: Sequence[str] | None = None, watch: Callable[[int], None] = end_with) -> int:
    """Peel as the command line says; 0 with P's header on standard output, 1 with a reason.

    Args:
        arguments: the command line; by default this process's.
        watch: given the lifeline, ends this process with it.
    """
    parser = argparse.ArgumentParser(prog="python -m pulse.ballotbox.peel")
    parser.add_argument("box", type=Path)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--groups", type=Path, required=True)
    parser.add_argument("--k", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--public", default="", help="the outer point, in base64url")
    parser.add_argument("--lifeline", type=int, help="end when this pipe does")
    given = parser.parse_args(arguments)
    if given.lifeline is not None:
        watch(given.lifeline)
    try:
        public = unb64u(given.public)
        header = peel_file(given.box, given.key, given.groups, given.k, given.out, public=public)
    except (PulseError, OSError) as error:
        reason = (told(error) if isinstance(error, OSError) else error).message
        sys.stdout.write(msgspec.json.encode({"error": reason}).decode() + "\n")
        return 1
    sys.stdout.write(msgspec.json.encode(header).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
