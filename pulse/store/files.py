"""Files that are either there completely or not at all, and files that are gone for good."""

import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

_SCRATCH: Final = 1 << 16  # bytes; a database takes new pages and a log, not one byte
_BLOCK: Final = 1 << 20
# What SQLite, `write_atomically` and the keeper of a tree put beside a file.
_COMPANIONS: Final = ("-wal", "-shm", "-journal", ".new", ".sha256")


PUBLIC: Final = 0o644  # for what is published: any user of this machine may read it


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` so that a crash leaves the old file or the new one, durably.

    The file belongs to its folder's owner, see `hand_over`; it gets `mode` whatever the umask.
    """
    unfinished = companion(path, ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(unfinished, path)


def put_in_place(finished: Path, path: Path) -> None:
    """Rename a finished, synced file to `path` (same folder) and sync the folder."""
    hand_over(finished)
    finished.replace(path)
    sync_folder(path.parent)


def hand_over(path: Path) -> None:
    """Give what a command of root's has made to the owner of its folder.

    So rooms may have users of their own: whoever owns a room's folder owns what opening a wave
    puts there, and nobody else needs a right to it.
    """
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def make_folder(path: Path, mode: int) -> None:
    """Make a folder with these rights whatever the umask; it belongs to its parent's owner."""
    path.mkdir()
    path.chmod(mode)
    hand_over(path)


def companion(path: Path, suffix: str) -> Path:
    """Return the file that stands beside `path` under its name plus `suffix`."""
    return path.with_name(path.name + suffix)


def destroy_file(path: Path) -> None:
    """Overwrite and remove a file and what SQLite keeps beside it; missing ones are fine.

    Overwriting reaches the old blocks on disks that write in place; on others the promise
    rests on the keys being destroyed, never on this.
    """
    if not path.parent.is_dir():
        return
    for each in (path, *(companion(path, suffix) for suffix in _COMPANIONS)):
        if each.is_file() and not each.is_symlink():
            _overwrite(each)
        each.unlink(missing_ok=True)
    sync_folder(path.parent)


def try_writing(folder: Path) -> None:
    """Write and sync a nameless file of zeros in `folder`; nothing of it stays.

    Raises:
        OSError: the disk is full, read-only or fails.
    """
    with TemporaryFile(dir=folder) as file:
        file.write(bytes(_SCRATCH))
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _overwrite(path: Path) -> None:
    # The size stays: a reader with the file mapped must not meet a shorter one.
    with path.open("r+b", buffering=0) as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, _BLOCK)))
        os.fsync(file.fileno())
