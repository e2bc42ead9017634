"""A council with a machine of its own: its key file, and what an operator would bring there."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec

from pulse.ballotbox import bundle, pairs, seal
from pulse.ballotbox.export import BoxHeader, Exported, export
from pulse.ballotbox.holder import PeeledHere, peel_box
from pulse.terms import SealedBallot
from pulse.token import rfc9474
from pulse.token.encoding import b64u
from pulse.token.keylist import KeyList, encode, hex_hash, leaf
from pulse.token.merkle import merkle_root
from pulse.token.message import new_message, token_context
from tests.booth import SALT, WAVE, Booth, Ordered, signing_key

ANSWERS = [(1, 2, 3, 4, 5, 6), (5, 5, 5, 5, 5, 5), (0,) * 6, (2, 2, 2, 2, 2, 2), (4, 0, 6, 1, 3, 5)]
ITEMS = ("A1", "A2", "S1", "E1", "C1", "W1")


@cache
def _token(g: str, wave: str, number: int) -> tuple[bytes, bytes]:
    del number
    key = signing_key(int(g))
    n, e = int(key.n), int(key.e)
    msg = new_message(token_context(wave, g, key.spki))
    blinded = rfc9474.blind(msg, n, e, bytes(SALT), rfc9474.random_blind(n))
    signed = rfc9474.blind_sign(key, blinded.blinded)
    return msg, rfc9474.finalize(msg, signed, blinded.inv, n, e)


class Away(Booth):
    """A booth whose outer key is the council's: F and F.pub lie in `folder / "council"`.

    Args:
        folder: an empty folder.
        invited: people invited in group 00001, 00002, …
        pairs: how many keys the council made.
    """

    def __init__(self, folder: Path, invited: Sequence[int] = (8, 8), waves: int = 3) -> None:
        super().__init__(folder, invited)
        self._drawn = dict.fromkeys(self.keys, 0)
        self.outer_key.unlink()  # nothing of the second key is here
        self.council = folder / "council"
        self.council.mkdir()
        self.key = self.council / "F"
        pairs.make(self.key, waves)
        self.points = pairs.read_halves(self.council / "F.pub")
        self.publish(self.points[0], invited)

    def publish(
        self, outer: bytes, invited: Sequence[int] = (8, 8), wave: str = WAVE, **changes: object
    ) -> None:
        """Publish a key list with this outer key, and write the groups' index."""
        inner = seal.public_of(self.inner_private)
        self.sealer = seal.Sealer(inner, outer)
        self.list_groups(invited)
        entries = msgspec.json.decode(self.groups.read_bytes(), type=tuple[bundle.Entry, ...])
        rows = [leaf(each.g, each.invited, each.label, self.keys[each.g].spki) for each in entries]
        terms = KeyList(
            wave=wave, closes="2026-02-27T17:00:00+00:00", k=5, form=self.form, n=self.n,
            items=ITEMS, box=b64u(inner), outer=b64u(outer), holder="council", page="0" * 64,
            texts={"en": "0" * 64}, groups=len(rows), invited=sum(invited),
            root=b64u(merkle_root(rows)),
        )  # fmt: skip
        self.list = self.folder / "keys.json"
        self.list.write_bytes(encode(msgspec.structs.replace(terms, **changes)))
        self.path = f"/w/{wave}/keys-{hex_hash(self.list.read_bytes())}.json"
        self.wave = wave

    def token(self, g: str, wave: str = WAVE) -> tuple[bytes, bytes]:
        """Return the next of a group's tokens, the same ones in each test (they take long)."""
        self._drawn[g] += 1
        return _token(g, wave, self._drawn[g])

    def ballots(self) -> list[SealedBallot]:
        """Cast five ballots in each of two groups."""
        return [self.ballot(g, given) for g in self.keys for given in ANSWERS]

    def bring(
        self,
        ballots: Iterable[SealedBallot],
        name: str = "BOX",
        issued: dict[str, int] | None = None,
    ) -> tuple[Path, Exported]:
        """Write BOX, and its list beside it, as the operator's close does."""
        box = self.council / f"{name}.box"
        header = BoxHeader(1, self.wave, self.path, issued or dict.fromkeys(self.keys, 8))
        exported = export(Ordered(ballots), header, box)
        bundle.write_bundle(bundle.beside(box), self.list, self.groups)
        return box, exported

    def peel(self, box: Path, out: str = "P") -> PeeledHere:
        """Peel as the command does."""
        return peel_box(box, self.key, self.council / out)
