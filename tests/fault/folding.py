"""Folding under faults: a ballot box that folds its log all the time, and what is seen of it.

The real one folds after 2,000 ballots, and no server of a harness lives for so many. What a log
shows of itself is read as SQLite lays it out ("WAL-Index File Format", section 2; "Database File
Format", section 4.1), without SQLite.
"""

import fcntl
import os
import struct
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from litestar import Litestar

from pulse import app
from pulse.ballotbox.cast import WAITING, BallotBox, BoxDesk
from pulse.ballotbox.store import BoxStore
from pulse.store.databases import ballotbox_shelf
from pulse.store.desks import Desks
from pulse.store.groupcommit import GroupCommit
from pulse.store.shelf import Shelf
from pulse.web.casting import ballotbox_routes

FOLDING: Final = "casting, folding all the time"
FOLD_EVERY: Final = 1  # ballots

_FOLDED, _FOLDING = 96, 128  # in the index: frames that are folded, and that are to be
_FOLDS, _RECOVERS = 121, 122  # bytes of the index: who recovers has locked both
_NUMBER: Final = 16  # in the log: one more whenever it begins anew
_ANOTHER: Final = 1 << 16  # nobody begins it anew so often between two looks
_LOCK: Final = struct.Struct("hhqqi4x")  # fcntl(2), of Linux: type, whence, start, length, process


class Log:
    """The write-ahead log of a file that others use; of no log nothing is seen.

    Args:
        file: the database beside which it lies.
    """

    def __init__(self, file: Path) -> None:
        self._log, self._index = (file.with_name(file.name + end) for end in ("-wal", "-shm"))
        self._count, self._last = 0, self._number()

    def folding(self) -> bool:
        """Tell whether somebody folds it just now."""
        try:
            with _opened(self._index) as index:
                locked = _locked(index, _FOLDS) and not _locked(index, _RECOVERS)
        except OSError:
            return False
        return locked and self.unfinished()

    def unfinished(self) -> bool:
        """Tell whether folding was begun and not ended, whoever died over it."""
        return _number(self._index, _FOLDED, "=I") != _number(self._index, _FOLDING, "=I")

    def begun_anew(self) -> int:
        """Count how often it has begun anew since it was seen first.

        A log that takes the place of one without a single commit has another number altogether.
        """
        last, self._last = self._last, self._number() or self._last
        self._count += step if (step := (self._last - last) % 2**32) < _ANOTHER else 0
        return self._count

    def _number(self) -> int:
        return _number(self._log, _NUMBER, ">I")


def _locked(file: BinaryIO, at: int) -> bool:
    asked = _LOCK.pack(fcntl.F_WRLCK, 0, at, 1, 0)
    kind: int = _LOCK.unpack(fcntl.fcntl(file, fcntl.F_GETLK, asked))[0]
    return kind != fcntl.F_UNLCK


def _number(file: Path, at: int, how: str) -> int:
    try:
        with _opened(file) as opened:
            opened.seek(at)
            return int(*struct.unpack(how, opened.read(4)))
    except (OSError, struct.error):  # there is none, or it is shorter
        return 0


def _opened(file: Path) -> BinaryIO:
    # Noting when it was read could wait for the disk, which may be frozen.
    return open(os.open(file, os.O_RDONLY | os.O_NOATIME), "rb")  # noqa: PTH123 - by number


class FoldingDesk(BoxDesk):
    """Folds its log again as soon as it has folded it."""

    def __init__(self, shelf: Shelf, wave: str, index: bytes) -> None:
        super().__init__(shelf, WAITING, wave, index)
        super().close()
        self.store = BoxStore(shelf, wave, fold_every=FOLD_EVERY)
        self.commits = GroupCommit(self.store.cast, WAITING)


class _Box(BallotBox):
    def __init__(self, shelf: Shelf, published: Path, desk: type[FoldingDesk]) -> None:
        super().__init__(shelf, published)
        self._desks.close()
        self._desks = Desks(shelf, published, partial(desk, shelf))


def ballotbox(desk: type[FoldingDesk] = FoldingDesk) -> Litestar:
    """Return a ballot box that folds all the time."""
    home, current = app._home(None)
    box = _Box(ballotbox_shelf(home, current(), serving=True), home.published, desk)
    return app._application(ballotbox_routes(box), (box,), current)
