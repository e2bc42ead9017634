"""A polling booth for tests: real tokens and real sealed boxes of a small wave, made quickly."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from pulse.ballotbox import responses, seal
from pulse.ballotbox.export import BoxHeader, Exported, export
from pulse.terms import Response, SealedBallot
from pulse.token import rfc9474
from pulse.token.encoding import b64u
from pulse.token.keys import SigningKey
from pulse.token.message import new_message, token_context, token_hash

WAVE = "2026-W09"
KEYS = "/w/2026-W09/keys-0.json"
SALT = 48


@cache
def signing_key(number: int) -> SigningKey:
    """Return the same key for the same number all through one test run (making one is slow)."""
    del number
    return SigningKey.generate()


class Ordered:
    """A ballot box in memory that gives its ballots in a chosen order."""

    def __init__(self, ballots: Iterable[SealedBallot], *, by_token: bool = True) -> None:
        self.ballots = list(ballots)
        if by_token:
            self.ballots.sort(key=lambda ballot: token_hash(ballot.msg))

    def records(self) -> Iterator[SealedBallot]:
        """Yield the ballots."""
        yield from self.ballots


class Booth:
    """One wave's keys, and what a browser would do with them.

    Args:
        folder: where `groups.json`, `inner` and `outer` are written.
        invited: people invited in group 00001, 00002, …
        form: the rotation block.
        n: items asked.
    """

    def __init__(
        self, folder: Path, invited: Sequence[int] = (8, 8), *, form: int = 3, n: int = 6
    ) -> None:
        self.folder, self.form, self.n = folder, form, n
        self.keys = {f"{i:05d}": signing_key(i) for i in range(1, len(invited) + 1)}
        self.inner_private, inner = seal.generate_pair()
        self.outer_private, outer = seal.generate_pair()
        self.sealer = seal.Sealer(inner, outer)
        self.inner_key, self.outer_key = folder / "inner", folder / "outer"
        self.inner_key.write_bytes(self.inner_private.reveal())
        self.outer_key.write_bytes(self.outer_private.reveal())
        self.groups = folder / "groups.json"
        self.list_groups(invited)

    def list_groups(self, invited: Sequence[int]) -> None:
        """Write `groups.json`."""
        listed = [
            {"g": g, "unit_id": g, "label": g, "invited": people, "leaders": False,
             "spki": b64u(key.spki), "file": ""}
            for (g, key), people in zip(self.keys.items(), invited, strict=True)
        ]  # fmt: skip
        self.groups.write_bytes(msgspec.json.encode(listed))

    def token(self, g: str, wave: str = WAVE) -> tuple[bytes, bytes]:
        """Return a fresh token: its message and the issuer's signature."""
        key = self.keys[g]
        msg = new_message(token_context(wave, g, key.spki))
        n, e = int(key.n), int(key.e)
        blinded = rfc9474.blind(msg, n, e, secrets.token_bytes(SALT), rfc9474.random_blind(n))
        signed = rfc9474.blind_sign(key, blinded.blinded)
        return msg, rfc9474.finalize(msg, signed, blinded.inv, n, e)

    def plaintext(self, answers: Sequence[int]) -> bytes:
        """Return the 32 bytes of a response."""
        return responses.encode(Response(self.form, tuple(answers)), self.n)

    def ballot(self, g: str, answers: Sequence[int]) -> SealedBallot:
        """Return a ballot as a browser casts it."""
        return self.sealed(g, self.plaintext(answers))

    def sealed(self, g: str, plaintext: bytes) -> SealedBallot:
        """Return a ballot with any 32 bytes in it."""
        msg, sig = self.token(g)
        ctx = token_context(WAVE, g, self.keys[g].spki)
        return SealedBallot(g, msg, sig, self.sealer.seal(plaintext, ctx, msg))

    def box(
        self,
        ballots: Iterable[SealedBallot],
        issued: dict[str, int] | None = None,
        name: str = "BOX",
        *,
        by_token: bool = True,
    ) -> tuple[Path, Exported]:
        """Export ballots to a BOX file; by default as many tokens as people were issued."""
        out = self.folder / name
        counts = issued if issued is not None else dict.fromkeys(self.keys, 8)
        header = BoxHeader(v=1, wave=WAVE, keys=KEYS, issued=counts)
        return out, export(Ordered(ballots, by_token=by_token), header, out)
