"""The shelves of a folder's stores, for tests that need no home."""

from pathlib import Path

from pulse.settings import Home, load
from pulse.store.databases import Shelves, shelves
from pulse.store.shelf import FileShelf


def issuing(folder: Path) -> FileShelf:
    """Return a shelf as the issuer has it."""
    return FileShelf(folder, "truncate")


def casting(folder: Path) -> FileShelf:
    """Return a shelf as the ballot box has it."""
    return FileShelf(folder, "wal")


def rooms(home: Home) -> Shelves:
    """Return both shelves of a home."""
    return shelves(home, load(home, {}))
