"""The issuer at work: finds invitations, marks them durably, then signs unseen.

The order of refusals of a request to sign is decided inside one write transaction (see
`IssuerStore.mark`), so that a close that happens in between is never missed.
"""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import gcd
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import BadKeyList, Busy, InvalidValue, RequestError
from pulse.issuer import keyfile
from pulse.issuer.store import IssuerStore, Mark, unknown_invitation
from pulse.store.desks import Desks, recovered, shut
from pulse.store.groupcommit import GroupCommit, busy
from pulse.store.shelf import Shelf
from pulse.token.encoding import b64u, sha256, unb64u
from pulse.token.invites import SECRET_LENGTH, invite_hash
from pulse.token.keys import MODULUS_BYTES, SigningKey, read_public
from pulse.token.publishing import read_index
from pulse.token.rfc9474 import blind_sign

WAITING: Final = 2_048
_SIGNERS: Final = 2


class Invitation(msgspec.Struct, frozen=True):
    """The answer to `/me`, the same for a used invitation and an unused one."""

    wave: str
    g: str
    file: str


class IssuerDesk:
    """The issuer's side of one wave: store, group commit, keys."""

    def __init__(self, shelf: Shelf, keys: Path, waiting: int, wave: str, index: bytes) -> None:
        groups = read_index(index, wave)
        self._files = {group.g: group.file for group in groups}
        self._public = {group.g: group.spki for group in groups}
        self._moduli: dict[str, int] = {}
        self._file = keys / f"{wave}.keys"
        self._private = dict(keyfile.read(self._file))
        self._keys: dict[str, SigningKey] = {}
        self._damaged: set[str] = set()
        self._open = True
        self.store = IssuerStore(shelf, wave)
        self.commits: GroupCommit[Mark, str] = GroupCommit(self.store.mark, waiting)

    def file(self, g: str) -> str:
        """Return the URL path of a group's file."""
        return self._files[g]

    def check(self, blinded: bytes, g: str) -> None:
        """Raise unless `blinded` can be signed with the key of group `g`; nothing is used up.

        Raises:
            InvalidValue: it is no blinded message for this key.
            Busy: the key was damaged on the disk; a sound file is taken up by itself.
        """
        number = int.from_bytes(blinded, "big")
        if g not in self._moduli:
            self._moduli[g] = read_public(unb64u(self._public[g])).public_numbers().n
        modulus = self._moduli[g]
        if len(blinded) != MODULUS_BYTES or number >= modulus or gcd(number, modulus) != 1:
            raise InvalidValue("This is no blinded message for this group.", where="blinded")
        self._key(g)

    def sign(self, g: str, blinded: bytes) -> bytes:
        """Sign with the key of group `g`; the same message gives the same bytes."""
        return blind_sign(self._key(g), blinded)

    def works(self) -> bool:
        """Tell whether the store takes writes, and every key that was asked for is sound."""
        for g in tuple(self._damaged):
            with contextlib.suppress(Busy):
                self._key(g)
        return not self._damaged and recovered(self.commits, self.store)

    def _key(self, g: str) -> SigningKey:
        """Return the key of a group, read at its first use; the file may have been mended since."""
        if g not in self._keys:
            try:
                if g in self._damaged and self._open:
                    self._private = dict(keyfile.read(self._file))
                key = SigningKey.from_der(self._private[g])
                sound = b64u(key.spki) == self._public[g]
            except (BadKeyList, InvalidValue, KeyError):
                if not self._open:
                    raise
                sound = False
            if not sound:
                self._damaged.add(g)
                raise busy()
            self._keys[g] = key
            self._damaged.discard(g)
        return self._keys[g]

    def close(self) -> None:
        """Answer what waits, forget the keys, let go of the store."""
        self.commits.close()
        self._open = False
        self._keys.clear()
        self._private.clear()
        self.store.close()


class Issuer:
    """Serves `/me` and `/issue`.

    Args:
        shelf: the issuer's stores.
        keys: folder of the signing keys, `{wave}.keys`.
        published: folder of the published files, `{wave}/groups.json`.
        waiting: how many requests may wait for a commit, and as many for a signature.
    """

    def __init__(self, shelf: Shelf, keys: Path, published: Path, waiting: int = WAITING) -> None:
        self._desks = Desks(shelf, published, partial(IssuerDesk, shelf, keys, waiting))
        self._waiting = waiting
        self._signers = ThreadPoolExecutor(_SIGNERS, thread_name_prefix="signer")
        self._signing = 0

    def me(self, secret: str) -> Invitation:
        """Find the invitation of an open wave that a link's secret (b64u) belongs to.

        Reads the disk: call it in a thread.

        Raises:
            InvalidValue: no canonical base64url of 32 bytes.
            UnknownInvitation: no invitation of an open wave, whatever else it may have been.
            Busy: the store or the keys could not be read just now.
        """
        h = invite_hash(unb64u(secret, SECRET_LENGTH))
        for wave, desk in self._desks.all().items():
            try:
                g = desk.store.open_group_of(h)
            except SQLAlchemyError as error:
                if isinstance(self._gone_or_busy(wave), Busy):
                    raise busy() from error
                continue  # the close has destroyed it meanwhile
            if g is not None:
                return Invitation(wave=wave, g=g, file=desk.file(g))
        raise busy() if self._desks.unserved() else unknown_invitation()

    async def issue(self, wave: str, secret: str, blinded: str) -> bytes:
        """Use up an invitation and sign its blinded message (both b64u), after the commit.

        Raises, in this order:
            UnknownWave: no such wave.
            WaveShut: the wave has closed.
            UnknownInvitation: no invitation of this wave.
            InvalidValue: malformed, out of range or not coprime; the invitation stays unused.
            AlreadyUsed: another message was signed for it.
            Busy: too much waits or the disk failed; the same request may be sent again.
        """
        desk = await self._desks.at(wave)
        try:
            h = invite_hash(unb64u(secret, SECRET_LENGTH))
        except InvalidValue as error:
            raise await asyncio.to_thread(_unless_shut, desk, error) from error
        if self._signing >= self._waiting:
            raise busy()
        message = _decode(blinded)
        mark = Mark(h=h, c=sha256(message), check=partial(desk.check, message))
        try:
            g = await desk.commits.submit(mark)
            return await self._sign(desk, g, message)
        except (Busy, KeyError) as error:
            raise await asyncio.to_thread(self._gone_or_busy, wave) from error

    def refresh(self) -> None:
        """Take up waves that have opened; forget keys and files of those that are gone."""
        self._desks.refresh()

    def works(self) -> bool:
        """Tell whether what comes now would be stored; writes, so call it in a thread."""
        return self._desks.works()

    def close(self) -> None:
        """Answer what waits and let go of everything."""
        self._desks.close()
        self._signers.shutdown()

    async def _sign(self, desk: IssuerDesk, g: str, blinded: bytes) -> bytes:
        self._signing += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._signers, desk.sign, g, blinded)
        finally:
            self._signing -= 1

    def _gone_or_busy(self, wave: str) -> RequestError:
        # The close may have destroyed the store and the keys under our hands.
        try:
            self._desks.find(wave)
        except RequestError as error:
            return error
        return busy()


def _decode(blinded: str) -> bytes:
    # What cannot be decoded is refused by `check`, in its turn: no message is empty.
    try:
        return unb64u(blinded, MODULUS_BYTES)
    except InvalidValue:
        return b""


def _unless_shut(desk: IssuerDesk, error: RequestError) -> RequestError:
    try:
        return error if desk.store.is_open() else shut()
    except SQLAlchemyError:
        return busy()
