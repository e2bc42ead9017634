"""Inserting many rows at a time, some of which may lie there already: none is ever replaced."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table

from pulse.store.engine import insert_absent

Rows = Sequence[tuple[Any, ...]]
_LONGEST: Final = 256  # rows of a statement


def inserter(engine: Engine, table: Table) -> Callable[[Connection, Rows], int]:
    """Return what inserts rows, in the order of the table's columns, and counts the new ones.

    SQLite's driver counts truly what a statement changed, and RETURNING would cost as much as
    inserting; other drivers' counts lie after ON CONFLICT, and there RETURNING tells.
    """
    statement = insert_absent(engine, table)
    if engine.dialect.name == "sqlite":
        return _on_sqlite(str(statement.compile(dialect=engine.dialect)), len(table.columns))
    returning = statement.returning(*table.primary_key)
    names = table.columns.keys()

    def insert(connection: Connection, rows: Rows) -> int:
        named = [dict(zip(names, row, strict=True)) for row in rows]
        return len(connection.execute(returning, named).all())

    return insert


def _on_sqlite(single: str, columns: int) -> Callable[[Connection, Rows], int]:
    """Insert with few statements: for each one the thread gives up the interpreter and waits.

    Their lengths are powers of two, so that the driver has each of them prepared already.
    """
    marks = f"({', '.join('?' * columns)})"

    def insert(connection: Connection, rows: Rows) -> int:
        new = at = 0
        while at < len(rows):
            size = min(_LONGEST, 1 << ((len(rows) - at).bit_length() - 1))
            sql = single.replace(marks, ", ".join([marks] * size))
            values = tuple(chain.from_iterable(rows[at : at + size]))
            new += connection.exec_driver_sql(sql, values).rowcount
            at += size
        return new

    return insert
