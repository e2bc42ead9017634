"""Ballots that a disk has damaged in the box, told from those that are as they were cast.

Every ballot was verified before it was stored, so one whose token does not verify now was
changed where it lay. A box has no proof of its own: a bit flipped there is found by the peel,
which counts the ballot as spoiled.
"""

from collections.abc import Iterable, Iterator, Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from pulse.ballotbox.export import whole
from pulse.ballotbox.peeled import Listed
from pulse.errors import InvalidToken
from pulse.terms import SealedBallot
from pulse.token.encoding import unb64u
from pulse.token.keys import read_public
from pulse.token.message import context_of, token_context, token_hash
from pulse.token.rfc9474 import verify


class Sifted:
    """A ballot box without its damaged ballots, in the order of tokens again.

    Args:
        ballots: what lies in the box, in whatever order.
        wave: the wave's id.
        listed: its groups.

    Attributes:
        damaged: how many ballots were left out.
    """

    def __init__(
        self, ballots: Iterable[SealedBallot], wave: str, listed: Mapping[str, Listed]
    ) -> None:
        self._wave, self._listed = wave, listed
        self._keys: dict[str, tuple[RSAPublicKey, bytes]] = {}
        found = list(ballots)
        kept = {token_hash(ballot.msg): ballot for ballot in found if self._sound(ballot)}
        self._kept = [kept[t] for t in sorted(kept)]
        self.damaged = len(found) - len(kept)

    def records(self) -> Iterator[SealedBallot]:
        """Return the sound ballots, ascending by t."""
        return iter(self._kept)

    def _sound(self, ballot: SealedBallot) -> bool:
        if not whole(ballot) or ballot.g not in self._listed:
            return False
        key, ctx = self._key(ballot.g)
        if context_of(ballot.msg) != ctx:
            return False
        try:
            verify(key, ballot.msg, ballot.sig)
        except InvalidToken:
            return False
        return True

    def _key(self, g: str) -> tuple[RSAPublicKey, bytes]:
        if g not in self._keys:
            spki = unb64u(self._listed[g].spki)
            self._keys[g] = (read_public(spki), token_context(self._wave, g, spki))
        return self._keys[g]
