"""Where a room keeps the stores of its waves: one each, made at open, destroyed at close.

A shelf also remembers, without time, which waves have closed; that outlives the stores and
answers 410 for ever. Two kinds pass the same conformance suite: `FileShelf` here (SQLite) and
`SchemaShelf` (PostgreSQL). A further backend is one more file like those.
"""

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Final, Literal, Protocol

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, select

from pulse.errors import WrongState
from pulse.store.engine import BUSY_TIMEOUT, insert_absent, reading, sqlite_engine
from pulse.store.files import companion, destroy_file, put_in_place, try_writing
from pulse.terms import WAVE_ID

Fill = Callable[[Connection], None]

KEPT: Final = MetaData()
CLOSED: Final = Table(
    "closed", KEPT, Column("wave", Text, primary_key=True), sqlite_with_rowid=False
)

# SQLite's user version (https://sqlite.org/fileformat.html, section 1.3).
_MAGIC: Final = b"SQLite format 3\0"
_HEAD: Final = slice(60, 64)


class Shelf(Protocol):
    """The stores of one room (issuer or ballot box)."""

    def stamps(self) -> Mapping[str, Hashable]:
        """Return the waves that have a complete store, each with what tells it from another."""
        ...

    def exists(self, wave: str) -> bool:
        """Tell whether `wave` has a complete store."""
        ...

    def make(self, wave: str, tables: MetaData, fill: Fill, origin: int = 0) -> None:
        """Make the store of `wave` with its first rows; it is there completely or not at all.

        Args:
            wave: the wave's id.
            tables: what it consists of.
            fill: writes its first rows.
            origin: a number to know it again by, 1 to 2^31 - 1.

        Raises:
            WrongState: it has one already.
        """
        ...

    def origin(self, wave: str) -> int:
        """Return the number that a store was made with, 0 where there is none."""
        ...

    def engine(self, wave: str) -> Engine:
        """Return an engine on the store of `wave`; whoever asked disposes of it."""
        ...

    def destroy(self, wave: str) -> None:
        """Destroy the store of `wave`, with whatever a crash left of one; again is fine."""
        ...

    def remember_closed(self, wave: str) -> None:
        """Note that `wave` has closed; again is fine."""
        ...

    def closed(self) -> frozenset[str]:
        """Return every wave that was noted as closed."""
        ...

    def try_writing(self) -> None:
        """Write something durably that says nothing and that nobody reads.

        Raises:
            OSError: the disk is full, read-only or fails.
            SQLAlchemyError: the server does not answer or takes no writes.
        """
        ...

    def close(self) -> None:
        """Let go of connections; the shelf may be used again."""
        ...


class FileShelf:
    """Stores as SQLite files `{wave}.db` in a folder, with `closed.db` beside them.

    Args:
        folder: the room's folder.
        journal: "wal" (readers never wait) or "truncate" (no page keeps an order of writes).
        patience: milliseconds that a store's connections wait for a lock.
    """

    def __init__(
        self, folder: Path, journal: Literal["wal", "truncate"], *, patience: int = BUSY_TIMEOUT
    ) -> None:
        self._folder = folder
        self._journal = journal
        self._patience = patience

    def path(self, wave: str) -> Path:
        """Return the file of `wave`, there or not."""
        return self._folder / f"{wave}.db"

    def stamps(self) -> Mapping[str, Hashable]:
        """Return the waves that have a file, each with its inode."""
        stamps: dict[str, Hashable] = {}
        for path in sorted(self._folder.glob("*.db")):
            if WAVE_ID.fullmatch(path.stem):
                try:
                    stamps[path.stem] = path.stat().st_ino
                except FileNotFoundError:  # closing removes it while we look
                    continue
        return stamps

    def exists(self, wave: str) -> bool:
        """Tell whether `wave` has a file."""
        return self.path(wave).exists()

    def make(self, wave: str, tables: MetaData, fill: Fill, origin: int = 0) -> None:
        """Write the file under another name, sync it, then give it its own."""
        path = self.path(wave)
        if path.exists():
            raise _there_already(wave)
        unfinished = companion(path, ".new")
        destroy_file(unfinished)
        # Never with a write-ahead log: folding that into the file is nobody's commit, so a full
        # disk would go unnoticed and leave a part of the store behind when the file is renamed.
        engine = sqlite_engine(unfinished, journal="truncate", create=True)
        try:
            with engine.begin() as connection:
                tables.create_all(connection)
                fill(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={origin:d}")
        finally:
            engine.dispose()
        companion(unfinished, "-journal").unlink(missing_ok=True)
        put_in_place(unfinished, path)

    def origin(self, wave: str) -> int:
        """Read the number in the file's head, where it stands since the file was made.

        No database is asked: what is damaged elsewhere may still have to be destroyed.
        """
        with self.path(wave).open("rb") as file:
            head = file.read(_HEAD.stop)
        return int.from_bytes(head[_HEAD], "big") if head.startswith(_MAGIC) else 0

    def engine(self, wave: str) -> Engine:
        """Return an engine on the file; its first statement fails if there is none."""
        return sqlite_engine(
            self.path(wave), journal=self._journal, create=False, busy_timeout=self._patience
        )

    def destroy(self, wave: str) -> None:
        """Overwrite and remove the file, its log, its journal and an unfinished one."""
        for path in (self.path(wave), companion(self.path(wave), ".new")):
            destroy_file(path)

    def remember_closed(self, wave: str) -> None:
        """Write `wave` into `closed.db`."""
        engine = sqlite_engine(self._memory, journal="truncate", create=True)
        try:
            with engine.begin() as connection:
                KEPT.create_all(connection)
                connection.execute(insert_absent(engine, CLOSED).values(wave=wave))
        finally:
            engine.dispose()

    def closed(self) -> frozenset[str]:
        """Read `closed.db`."""
        if not self._memory.exists():
            return frozenset()
        engine = sqlite_engine(self._memory, journal="truncate", create=False)
        try:
            with reading(engine) as connection:
                if not engine.dialect.has_table(connection, CLOSED.name):
                    return frozenset()
                return frozenset(connection.scalars(select(CLOSED.c.wave)))
        finally:
            engine.dispose()

    def try_writing(self) -> None:
        """Write a scratch file beside the stores, never into them."""
        try_writing(self._folder)

    def close(self) -> None:
        """Do nothing: files are opened anew at each use."""

    @property
    def _memory(self) -> Path:
        return self._folder / "closed.db"


def _there_already(wave: str) -> WrongState:
    return WrongState("This wave has a store already.", where=wave)
