"""The shelves of a folder's stores, and ballots for them, for tests that need no home."""

import secrets
from pathlib import Path

from pulse.settings import Home, load
from pulse.store.databases import Shelves, shelves
from pulse.store.shelf import FileShelf
from pulse.terms import SealedBallot


def issuing(folder: Path) -> FileShelf:
    """Return a shelf as the issuer has it."""
    return FileShelf(folder, "truncate")


def casting(folder: Path) -> FileShelf:
    """Return a shelf as the ballot box has it."""
    return FileShelf(folder, "wal")


def rooms(home: Home) -> Shelves:
    """Return both shelves of a home."""
    return shelves(home, load(home, {}))


def ballot() -> tuple[bytes, SealedBallot]:
    """Return any bytes of the right shape under a fresh token."""
    msg, sig, box = (secrets.token_bytes(size) for size in (97, 256, 194))
    return secrets.token_bytes(32), SealedBallot("00001", msg, sig, box)
