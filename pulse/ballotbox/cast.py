"""Casting: what a sealed ballot must be before it may lie in the box.

The token is verified before anything is queued. The gate is read in the transaction that
stores; only where a ballot is refused for its own sake is the gate asked first, so that a
closed survey says so whatever was sent.
"""

import asyncio
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from sqlalchemy.exc import SQLAlchemyError

from pulse.ballotbox.store import BoxStore
from pulse.errors import Busy, InvalidToken, InvalidValue, RequestError
from pulse.store.desks import Desks, recovered, shut
from pulse.store.groupcommit import GroupCommit, busy
from pulse.store.shelf import Shelf
from pulse.terms import SealedBallot
from pulse.token.encoding import unb64u
from pulse.token.keys import MODULUS_BYTES, read_public
from pulse.token.message import MESSAGE_LENGTH, context_of, token_context, token_hash
from pulse.token.publishing import read_index
from pulse.token.rfc9474 import verify

WAITING: Final = 8_192
BOX_LENGTH: Final = 194
_POINT_LENGTH: Final = 65
_UNCOMPRESSED: Final = 4

# P-256, y² = x³ - 3x + b over the field of p (SEC 2, section 2.4.2: secp256r1).
_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def decode(g: str, msg: str, sig: str, box: str) -> SealedBallot:
    """Read the base64url fields of a ballot.

    Raises:
        InvalidValue: a field is not canonical or not of its one length.
    """
    return SealedBallot(
        g=g,
        msg=unb64u(msg, MESSAGE_LENGTH),
        sig=unb64u(sig, MODULUS_BYTES),
        box=unb64u(box, BOX_LENGTH),
    )


def on_curve(point: bytes) -> bool:
    """Tell whether 65 bytes are an uncompressed point of P-256 (SEC 1, section 2.3.4)."""
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return (
        point[0] == _UNCOMPRESSED
        and x < _P
        and y < _P
        and (y * y - x * x * x + 3 * x - _B) % _P == 0
    )


class BoxDesk:
    """The ballot box's side of one wave: store, group commit, public keys."""

    def __init__(self, shelf: Shelf, waiting: int, wave: str, index: bytes) -> None:
        self._wave = wave
        self._spki = {group.g: group.spki for group in read_index(index, wave)}
        self._keys: dict[str, tuple[RSAPublicKey, bytes]] = {}
        self.store = BoxStore(shelf, wave)
        self.commits: GroupCommit[tuple[bytes, SealedBallot], bool] = GroupCommit(
            self.store.cast, waiting
        )

    def check(self, ballot: SealedBallot) -> None:
        """Check everything that the ballot itself shows.

        Raises:
            InvalidValue: a wrong length, or a sealed box that begins with no point.
            InvalidToken: an unknown group, another context or version, a wrong signature.
        """
        lengths = (len(ballot.msg), len(ballot.sig), len(ballot.box))
        if lengths != (MESSAGE_LENGTH, MODULUS_BYTES, BOX_LENGTH):
            raise InvalidValue("A part of this ballot has the wrong length.")
        if not on_curve(ballot.box[:_POINT_LENGTH]):
            raise InvalidValue("This is no sealed box.", where="box")
        if ballot.g not in self._spki:
            raise InvalidToken("This survey has no such group.", where="g")
        key, context = self._key(ballot.g)
        if context_of(ballot.msg) != context:
            raise InvalidToken("This token belongs to another survey or group.", where="msg")
        verify(key, ballot.msg, ballot.sig)

    def works(self) -> bool:
        """Tell whether the store takes writes."""
        return recovered(self.commits, self.store)

    def close(self) -> None:
        """Answer what waits and let go of the store."""
        self.commits.close()
        self.store.close()

    def _key(self, g: str) -> tuple[RSAPublicKey, bytes]:
        if g not in self._keys:
            spki = unb64u(self._spki[g])
            self._keys[g] = (read_public(spki), token_context(self._wave, g, spki))
        return self._keys[g]


class BallotBox:
    """Serves `/ballot`.

    Args:
        shelf: the ballot box's stores.
        published: folder of the published files, `{wave}/groups.json`.
        waiting: how many ballots of a wave may wait for a commit.
    """

    def __init__(self, shelf: Shelf, published: Path, waiting: int = WAITING) -> None:
        self._desks = Desks(shelf, published, partial(BoxDesk, shelf, waiting))

    async def cast(self, wave: str, ballot: SealedBallot) -> None:
        """Put a ballot into the box; returns after the commit, also for an identical repeat.

        Raises, in this order:
            UnknownWave: no such wave.
            WaveShut: the wave has closed.
            InvalidValue: a wrong length or no point of the curve.
            InvalidToken: unknown group, wrong context, wrong signature.
            AlreadyCounted: other bytes lie under this token.
            Busy: too much waits or the disk failed; the same bytes may be sent again.
        """
        desk = await self._desks.at(wave)
        try:
            desk.check(ballot)
        except RequestError as error:
            raise await self.refusal(wave, error) from error
        try:
            await desk.commits.submit((token_hash(ballot.msg), ballot))
        except Busy as error:
            raise await self.refusal(wave, error) from error

    async def refusal(self, wave: str, error: RequestError) -> RequestError:
        """Return what to answer to a request that fails with `error`: its wave comes first."""
        return await asyncio.to_thread(self._refusal, wave, error)

    def refresh(self) -> None:
        """Take up waves that have opened and let go of those that are gone."""
        self._desks.refresh()

    def works(self) -> bool:
        """Tell whether what comes now would be stored; writes, so call it in a thread."""
        return self._desks.works()

    def close(self) -> None:
        """Answer what waits and let go of everything."""
        self._desks.close()

    def _refusal(self, wave: str, error: RequestError) -> RequestError:
        try:
            return error if self._desks.find(wave).store.is_open() else shut()
        except RequestError as absence:
            return absence
        except SQLAlchemyError:
            return busy()
