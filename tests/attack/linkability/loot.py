"""What an attacker carries off: files with their times and places, and tables row by row."""

import bz2
import gzip
import lzma
import os
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

_SQLITE: Final = b"SQLite format 3\0"
_WAL_HEADER, _FRAME_HEADER = 32, 24
_PARQUET: Final = b"PAR1"
# By the bytes that a compressed file begins with, what undoes it.
_PACKED: Final[Mapping[bytes, Callable[[bytes], bytes]]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ\0": lzma.decompress,
    b"\x78\x01": zlib.decompress,
    b"\x78\x9c": zlib.decompress,
    b"\x78\xda": zlib.decompress,
}


class Artefact(msgspec.Struct, frozen=True):
    """A file: its path, bytes, times (ns), inode, and place among its folder's entries."""

    name: str
    content: bytes
    mtime: int = 0
    ctime: int = 0
    inode: int = 0
    place: int = 0


class Table(msgspec.Struct, frozen=True):
    """A table with its rows as the database keeps them, hidden columns included."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


class Loot(msgspec.Struct):
    """Everything that was carried off.

    `histories` holds, by name, the same tables after each of many commits, as a log kept them.
    """

    artefacts: list[Artefact] = []
    tables: list[Table] = []
    histories: dict[str, list[list[Table]]] = {}

    def add(self, artefacts: Iterable[Artefact]) -> None:
        """Take files along, unpack them, and read what is a table or a database with its log."""
        given = [each for packed in artefacts for each in _unfolded(packed)]
        self.artefacts += given
        by_name = {each.name: each.content for each in given}
        for name, content in by_name.items():
            if content.startswith(_PARQUET):
                frame = pl.read_parquet(BytesIO(content))
                self.tables.append(Table(name, tuple(frame.columns), tuple(frame.rows())))
            if content.startswith(_SQLITE):
                log = by_name.get(f"{name}-wal", b"")
                self.tables += sqlite_tables(name, content, log)
                if log:
                    states = [sqlite_tables(name, content, part) for part in commits(log)]
                    self.histories[f"{name}-wal"] = states


def _unfolded(packed: Artefact) -> Iterator[Artefact]:
    """Yield a file, and what it holds where it is compressed, as often as it is."""
    yield packed
    for begin, undo in _PACKED.items():
        if packed.content.startswith(begin):
            try:
                content = undo(packed.content)
            except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error):
                continue  # it only begins like one
            name = f"{packed.name}, unpacked"
            yield from _unfolded(msgspec.structs.replace(packed, name=name, content=content))


def collect(folder: Path, name: str) -> Iterator[Artefact]:
    """Yield every file below `folder`, renamed to begin with `name`."""
    with os.scandir(folder) as entries:
        listed = list(entries)
    for place, entry in enumerate(listed):
        if entry.is_dir(follow_symlinks=False):
            yield from collect(Path(entry.path), f"{name}/{entry.name}")
        elif entry.is_file(follow_symlinks=False):
            known = entry.stat()
            content = Path(entry.path).read_bytes()
            times = known.st_mtime_ns, known.st_ctime_ns
            yield Artefact(f"{name}/{entry.name}", content, *times, known.st_ino, place)


def unpacked(backup: Path, name: str) -> Iterator[Artefact]:
    """Yield the members of a backup."""
    with tarfile.open(backup) as tar:
        for place, member in enumerate(tar):
            held = tar.extractfile(member)
            if held is not None:
                yield Artefact(f"{name}/{member.name}", held.read(), place=place)


def commits(log: bytes) -> Iterator[bytes]:
    """Yield a write-ahead log as it was after each of its commits (sqlite.org/fileformat2)."""
    if len(log) < _WAL_HEADER:
        return
    page = int.from_bytes(log[8:12], "big")
    for start in range(_WAL_HEADER, len(log), _FRAME_HEADER + page):
        frame = log[start : start + _FRAME_HEADER]
        if frame[8:16] != log[16:24]:  # its salt: the rest is older than this log
            return
        if int.from_bytes(frame[4:8], "big"):  # pages of the database: this frame commits
            yield log[: start + _FRAME_HEADER + page]


def sqlite_tables(name: str, content: bytes, log: bytes = b"") -> list[Table]:
    """Read a database, with its write-ahead log, through SQLite itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        path.write_bytes(content)
        if log:
            Path(f"{path}-wal").write_bytes(log)
        with closing(sqlite3.connect(path)) as connection:
            listed = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            return [_table(connection, name, table) for (table,) in listed.fetchall()]


def _table(connection: sqlite3.Connection, name: str, table: str) -> Table:
    for hidden in ("rowid AS rowid_, ", ""):  # a table without one refuses to show it
        try:
            cursor = connection.execute(f'SELECT {hidden}* FROM "{table}"')  # noqa: S608 - a copy of our own
        except sqlite3.OperationalError:
            continue
        columns = tuple(str(column[0]) for column in cursor.description)
        return Table(f"{name}:{table}", columns, tuple(map(tuple, cursor.fetchall())))
    return Table(f"{name}:{table}", (), ())


def joined(name: str, parts: Sequence[Artefact]) -> Artefact:
    """Return files that continue each other as one, in the order of their names."""
    ordered = sorted(parts, key=lambda part: part.name)
    return Artefact(name, b"".join(part.content for part in ordered))
