"""Copies a kept database, row by row, out of SQLite or PostgreSQL and into either.

The copy is made by the same migrations up to the same revision, so it is a database that this
Pulse could have made; only rows are carried over. So a backup has one form whatever the home is
on, holds nothing but rows (no free pages, no log), and goes back into either.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, MetaData, Select, Table, func, insert, select, text

from pulse.errors import Refused
from pulse.store.engine import reading, sqlite_engine
from pulse.store.files import companion
from pulse.store.migrate import upgrade
from pulse.store.schema import VERSION, Which, refuse_foreign, revision
from pulse.terms import Progress

LABEL: Final = "Copying"
_AT_ONCE: Final = 2000


def copy_out(source: Engine, which: Which, path: Path, progress: Progress) -> str:
    """Copy a database as it is at one moment into a new SQLite file; return its revision.

    Args:
        source: the database; whoever writes to it is not held up.
        which: its line of revisions.
        path: the file to make (0600).
        progress: told the rows that were copied.

    Raises:
        Refused: it is none of Pulse, or a newer Pulse has used it.
    """
    with reading(source) as rows:
        found = refuse_foreign(revision(rows), which)
        target = sqlite_engine(path, journal="truncate", create=True)
        try:
            upgrade(target, which, to=found)
            _copy(rows, target, progress, which)
        finally:
            target.dispose()
    companion(path, "-journal").unlink(missing_ok=True)
    return found


def copy_in(path: Path, target: Engine, which: Which, progress: Progress) -> None:
    """Copy the SQLite file of a backup, of the newest schema, into an empty database.

    Raises:
        Refused: there are rows in it already.
    """
    source = sqlite_engine(path, journal="truncate", create=False)
    try:
        with reading(source) as rows:
            _copy(rows, target, progress, which)
    finally:
        source.dispose()


def _copy(rows: Connection, target: Engine, progress: Progress, which: Which) -> None:
    # The tables are read from the SQLite side, where every type has a plain name.
    plain = rows if rows.dialect.name == "sqlite" else target
    tables = _tables(plain)
    with target.begin() as connection:
        if any((connection.scalar(_count(table)) or 0) > 0 for table in tables):
            raise Refused("This database is not empty; nothing was restored.", where=which)
        total, done = sum(rows.scalar(_count(table)) or 0 for table in tables), 0
        for table in tables:
            query = select(table).order_by(*table.primary_key.columns)
            with rows.execution_options(stream_results=True).execute(query) as found:
                for part in found.mappings().partitions(_AT_ONCE):
                    connection.execute(insert(table), [dict(row) for row in part])
                    done += len(part)
                    progress(f"{LABEL} {which}", done, total)
        if connection.dialect.name != "sqlite":
            _go_on_counting(connection, tables)


def _tables(where: Connection | Engine) -> Sequence[Table]:
    """Return the tables of a database, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(where)
    return [table for table in metadata.sorted_tables if table.name != VERSION.name]


def _count(table: Table) -> Select[int]:
    return select(func.count()).select_from(table)


def _go_on_counting(connection: Connection, tables: Sequence[Table]) -> None:
    """Let PostgreSQL number the next rows after those that were copied."""
    for table in tables:
        for column in table.primary_key.columns:
            names = {"t": table.name, "c": column.name}
            sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), names)
            last = connection.scalar(select(func.max(column))) if sequence else None
            if last is not None:
                connection.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": last})
