"""The file of a backup: a gzipped tar whose first member lists the SHA-256 of all others.

Nothing in it depends on who writes it or when, but for `taken` in the manifest: the same home
gives the same bytes. It is read as a stream and trusted in nothing: names, lengths, hashes and
the end are compared with the manifest, and only plain files are taken.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from pulse.errors import Refused
from pulse.store.files import sync_folder
from pulse.terms import Progress
from pulse.upkeep import contents
from pulse.upkeep.contents import Entry, Manifest

WRITING: Final = "Writing"
READING: Final = "Reading"
_BLOCK: Final = 1 << 20
_LONGEST_MANIFEST: Final = 1 << 28  # bytes; a million files need a fifth of it
_COMPRESSION: Final = 3  # databases shrink nearly as much as at 9, in a fifth of the time


def measure(path: Path) -> Entry:
    """Return length and hash of a file."""
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hashed.update(block)
            size += len(block)
    return Entry(size, hashed.hexdigest())


def write(
    target: Path, manifest: Manifest, sources: Mapping[str, Path], progress: Progress
) -> None:
    """Write and sync the archive `target` (0600), which does not exist yet.

    Args:
        target: the file to make.
        manifest: lists every file, in the order in which they are written.
        sources: where each file lies.
        progress: told the bytes that were read.

    Raises:
        Refused: a file is no longer the one that was measured.
    """
    total, done = sum(entry.size for entry in manifest.entries.values()), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with (
            gzip.GzipFile("", "wb", _COMPRESSION, raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            listed = contents.encode(manifest)
            tar.addfile(_header(contents.MANIFEST, len(listed)), io.BytesIO(listed))
            for name, entry in manifest.entries.items():
                progress(WRITING, done, total)
                _add(tar, name, sources[name], entry)
                done += entry.size
        raw.flush()
        os.fsync(raw.fileno())
    progress(WRITING, total, total)


def unpack(file: Path, folder: Path, progress: Progress) -> Manifest:
    """Write what an archive holds into `folder`, an empty one, synced; return its manifest.

    Raises:
        Refused: it is no backup, of a newer version, damaged, cut off, or holds anything that
            the manifest does not name. What was written then is for the caller to remove.
    """
    with _damage_told(file), file.open("rb") as raw, gzip.GzipFile(fileobj=raw) as packed:
        with tarfile.open(fileobj=packed, mode="r|") as tar:
            members = _plain_files(tar)
            manifest = _manifest(members)
            _room_for(manifest, folder)
            _extract(members, manifest, folder, progress)
        while packed.read(_BLOCK):  # to the end, where the checksum stands
            pass
    return manifest


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, 0
    return header


def _add(tar: tarfile.TarFile, name: str, source: Path, entry: Entry) -> None:
    with source.open("rb") as file:
        same = _Same(file)
        if os.fstat(file.fileno()).st_size == entry.size:
            tar.addfile(_header(name, entry.size), same)
        if same.hashed.hexdigest() != entry.sha256:
            raise Refused("This file changed while it was copied; run it again.", where=name)


class _Same(io.RawIOBase):
    """A file that hashes what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file, self.hashed = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        block = self._file.read(size)
        self.hashed.update(block)
        return block


@contextmanager
def _damage_told(file: Path) -> Iterator[None]:
    """Say in one sentence what reading a damaged file says in many ways."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Refused(
            "This file is damaged, cut off, or no backup of Pulse; nothing was restored.",
            where=str(file),
        ) from error
    except Refused as error:
        raise Refused(f"{error} Nothing was restored.", where=str(file)) from error


Members = Iterator[tuple[str, int, IO[bytes]]]


def _plain_files(tar: tarfile.TarFile) -> Members:
    for member in tar:
        content = tar.extractfile(member) if member.isreg() else None
        if content is None:
            raise Refused("It holds something else than plain files.")
        yield member.name, member.size, content


def _manifest(members: Members) -> Manifest:
    name, size, content = next(members, ("", 0, io.BytesIO()))
    if name != contents.MANIFEST or size > _LONGEST_MANIFEST:
        raise Refused("This is no backup of Pulse.")
    return contents.decode(content.read())


def _room_for(manifest: Manifest, folder: Path) -> None:
    room = os.statvfs(folder)
    if sum(entry.size for entry in manifest.entries.values()) > room.f_bavail * room.f_frsize:
        raise Refused("There is not enough room on this disk.")


def _extract(members: Members, manifest: Manifest, folder: Path, progress: Progress) -> None:
    total, done = sum(entry.size for entry in manifest.entries.values()), 0
    left = dict(manifest.entries)
    for name, size, content in members:
        progress(READING, done, total)
        entry = left.pop(name, None)
        if entry is None or entry.size != size:
            raise Refused(f"{name[:80]!r} is not what the backup's own list says.")
        path = folder / name
        for missing in reversed([p for p in path.parents if not p.exists()]):
            missing.mkdir(mode=0o700)
        if _write(path, content) != entry.sha256:
            raise Refused(f"{name} is damaged.")
        done += size
    if left:
        raise Refused(f"{min(left)} is missing.")
    for made in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(made)
    progress(READING, total, total)


def _write(path: Path, content: IO[bytes]) -> str:
    hashed = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := content.read(_BLOCK):
            hashed.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()
