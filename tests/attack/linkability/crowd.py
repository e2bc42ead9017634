"""A crowd with a polling booth, lived through beside a twin: everything but the real servers."""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final, Protocol

from pulse.terms import SealedBallot
from pulse.token import rfc9474
from pulse.token.message import token_context
from tests.attack.linkability.loot import Loot
from tests.attack.linkability.pairing import Score, Sights, attack, opened
from tests.attack.linkability.people import (
    ITEMS,
    PEOPLE,
    Kind,
    Moment,
    Voter,
    answers,
    lineup,
    names,
    schedule,
)
from tests.attack.linkability.sight import Scanner, needles
from tests.booth import SALT, WAVE, Booth

GROUP: Final = "00001"


class Twin(Protocol):
    """A system that keeps one thing too many."""

    loot: Loot
    keys: Sequence[tuple[str, bytes]]  # opening keys that the attacker has too
    inners: Sequence[bytes]  # inner boxes that lie about

    def issue(self, at: float, voter: Voter) -> None:
        """Use up a person's invitation."""
        ...

    def cast(self, at: float, voter: Voter) -> None:
        """Take a ballot in."""
        ...

    def end(self) -> None:
        """Close, and leave behind what is left behind."""
        ...


class Crowd:
    """Forty people with links, tokens, boxes and answers; a fresh one for each seed.

    Args:
        folder: an empty folder for the booth.
        seed: decides orders and answers.
        nonce: makes a token's nonce out of a link's secret; by chance unless given.
        padded: whether every box has one length.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        *,
        nonce: Callable[[bytes], bytes] | None = None,
        padded: bool = True,
    ) -> None:
        self.chance = Random(seed)
        self.booth = Booth(folder, (PEOPLE,), n=ITEMS)
        self.ctx = token_context(WAVE, GROUP, self.booth.keys[GROUP].spki)
        given = answers(self.chance)
        self.voters = [
            self._voter(name, row, nonce, padded=padded)
            for name, row in zip(names(), given, strict=True)
        ]
        self.moments: list[Moment] = schedule(self.chance)

    def live(self, twin: Twin) -> None:
        """Let everybody come and answer."""
        for moment in self.moments:
            act = twin.issue if moment.what == "issue" else twin.cast
            act(moment.at, self.voters[moment.number])
        twin.end()

    def attacked(self, twin: Twin, *, noted: bool = False) -> dict[tuple[Kind, Kind], Score]:
        """Attack what a twin left behind."""
        seen, truth = lineup(self.voters, self.moments, self.chance)
        seen = opened(seen, twin.keys, twin.inners, self.ctx)
        return attack(seen, truth, sighted(twin.loot, Scanner(needles(seen))), WAVE, noted=noted)

    def ballot(self, voter: Voter) -> SealedBallot:
        """Return a voter's ballot."""
        return SealedBallot(GROUP, voter.msg, voter.sig, voter.box)

    def _voter(
        self,
        name: str,
        row: Sequence[int],
        nonce: Callable[[bytes], bytes] | None,
        *,
        padded: bool,
    ) -> Voter:
        secret = secrets.token_bytes(32)
        last = nonce(secret) if nonce else secrets.token_bytes(32)
        msg = secrets.token_bytes(32) + b"\x01" + self.ctx + last
        key = self.booth.keys[GROUP]
        n, e = int(key.n), int(key.e)
        hidden = rfc9474.blind(msg, n, e, secrets.token_bytes(SALT), rfc9474.random_blind(n))
        sig = rfc9474.finalize(msg, rfc9474.blind_sign(key, hidden.blinded), hidden.inv, n, e)
        plain = self.booth.plaintext(row)
        if padded:
            return Voter(
                name, secret, msg, sig, self.booth.sealer.seal(plain, self.ctx, msg), plain
            )
        plain = plain[:9] + secrets.token_bytes(self.chance.randrange(1, 2_000))
        # Nobody but the length opens this one.
        return Voter(name, secret, msg, sig, secrets.token_bytes(162 + len(plain)), plain)


def sighted(loot: Loot, scanner: Scanner) -> Sights:
    """Scan everything that was carried off."""
    return Sights(
        files=scanner.look(loot.artefacts),
        tables=scanner.look_into(loot.tables),
        histories={
            name: [scanner.look_into(state) for state in states]
            for name, states in loot.histories.items()
        },
    )
