"""The waves that a serving process has open: one desk for each store on a shelf.

Stores come at opening and go at closing, while the process serves. A desk is opened when its
store and files are there and closed as soon as one of them is gone or another, with all that it
held in memory: the signing keys of a closed wave must not outlive it here.
"""

import asyncio
import contextlib
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import PulseError, RequestError, UnknownWave, WaveShut
from pulse.store.gate import GatedStore
from pulse.store.groupcommit import GroupCommit, busy
from pulse.store.shelf import Shelf
from pulse.terms import WAVE_ID

_Stamp = tuple[Hashable, int, int, int]
_INDEX: Final = "groups.json"


class Desk(Protocol):
    """What serves one wave."""

    def works(self) -> bool:
        """Tell whether the last commit was stored, or the next one would be."""
        ...

    def close(self) -> None:
        """Finish what waits and let go of files and keys."""
        ...


D = TypeVar("D", bound=Desk)


class Desks(Generic[D]):
    """The desks of a room, by wave.

    Args:
        shelf: holds the room's stores and remembers the closed waves.
        published: holds `{wave}/groups.json`.
        open_desk: makes a desk from a wave's id and what its `groups.json` holds.
    """

    def __init__(
        self,
        shelf: Shelf,
        published: Path,
        open_desk: Callable[[str, bytes], D],
    ) -> None:
        self._shelf = shelf
        self._published = published
        self._open_desk = open_desk
        self._lock = Lock()
        self._desks: dict[str, tuple[_Stamp, D]] = {}
        self._unserved: frozenset[str] = frozenset()
        # A server that is away must not stop a start: requests say Busy, and looking goes on.
        with contextlib.suppress(OSError, SQLAlchemyError):
            self.refresh()

    def known(self, wave: str) -> D | None:
        """Return the desk of `wave` if it is open in this process, without touching a disk."""
        entry = self._desks.get(wave)
        return entry[1] if entry else None

    def all(self) -> Mapping[str, D]:
        """Return the open desks by wave."""
        return {wave: desk for wave, (_, desk) in self._desks.items()}

    async def at(self, wave: str) -> D:
        """Return the desk of `wave`, as `find` does, without holding up the event loop."""
        desk = self.known(wave)
        return desk if desk is not None else await asyncio.to_thread(self.find, wave)

    def find(self, wave: str) -> D:
        """Return the desk of `wave`, looking at the shelf if it is not open here yet.

        Raises:
            UnknownWave: there never was such a wave.
            WaveShut: it has closed and its store is gone.
            Busy: the shelf, or what else the wave needs, could not be read just now.
        """
        try:
            return self._find(wave)
        except (OSError, SQLAlchemyError) as error:
            raise busy() from error

    def _find(self, wave: str) -> D:
        if WAVE_ID.fullmatch(wave) and self._shelf.exists(wave):
            desk = self.known(wave)
            if desk is None:
                self.refresh()
                desk = self.known(wave)
            if desk is not None:
                return desk
            if self.unserved(wave):
                raise busy()
        raise self.absence(wave)

    def unserved(self, wave: str = "") -> bool:
        """Tell whether a wave (any, if none is named) has its store but could not be served.

        Its key file is damaged or cannot be read, say: nobody must take their link for a wrong one.
        """
        return wave in self._unserved if wave else bool(self._unserved)

    def absence(self, wave: str) -> RequestError:
        """Return the error for a wave without a store: closed, or never there."""
        if WAVE_ID.fullmatch(wave) and wave in self._shelf.closed():
            return shut()
        return UnknownWave("There is no survey of this name.")

    def refresh(self) -> None:
        """Open desks for new stores; close those whose stores are gone or replaced."""
        with self._lock:
            present = self._present()
            for wave, (stamp, desk) in list(self._desks.items()):
                if present.get(wave) != stamp:
                    del self._desks[wave]
                    desk.close()
            for wave, stamp in present.items():
                if wave not in self._desks:
                    self._try_open(wave, stamp)
            self._unserved = frozenset(present) - self._desks.keys()

    def works(self) -> bool:
        """Tell whether what comes now would be stored: tried without touching any store.

        A wave whose store is complete and which cannot be served (its keys cannot be read, say)
        is as bad: everybody's link of it would be answered as unknown.
        Only a desk whose last commit failed tries its store itself, so that it recovers without
        a visitor and nothing marks the time in a sound one.
        """
        try:
            self._shelf.try_writing()
        except (OSError, SQLAlchemyError):
            return False
        return not self._unserved and all(desk.works() for desk in self.all().values())

    def close(self) -> None:
        """Close every desk."""
        with self._lock:
            for _, desk in self._desks.values():
                desk.close()
            self._desks.clear()
        self._shelf.close()

    def _present(self) -> dict[str, _Stamp]:
        stamps: dict[str, _Stamp] = {}
        for wave, stamp in self._shelf.stamps().items():
            try:
                index = (self._published / wave / _INDEX).stat()
            except OSError:  # closing removes it while we look
                continue
            stamps[wave] = (stamp, index.st_ino, index.st_size, index.st_mtime_ns)
        return stamps

    def _try_open(self, wave: str, stamp: _Stamp) -> None:
        try:
            index = (self._published / wave / _INDEX).read_bytes()
            self._desks[wave] = (stamp, self._open_desk(wave, index))
        except (OSError, PulseError):
            return  # half opened, half destroyed or damaged: the next look sees more


def recovered(commits: GroupCommit[Any, Any], store: GatedStore) -> bool:
    """Tell whether `store` takes writes: as its last commit said, or tried again if that failed."""
    if commits.failing:
        try:
            store.try_writing()
        except SQLAlchemyError:
            return False
        commits.failing = False
    return True


def shut() -> WaveShut:
    """Return the error for a wave that has closed."""
    return WaveShut("This survey has closed.")
