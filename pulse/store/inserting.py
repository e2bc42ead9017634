"""Inserting many rows at a time, some of which may lie there already: none is ever replaced."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table

from pulse.store.engine import insert_absent

Rows = Sequence[tuple[Any, ...]]


def inserter(engine: Engine, table: Table) -> Callable[[Connection, Rows], int]:
    """Return what inserts rows, in the order of the table's columns, and counts the new ones.

    SQLite's driver counts truly what each single row changed, and RETURNING would cost as much
    as inserting; other drivers' counts lie after ON CONFLICT, and there RETURNING tells.
    """
    statement = insert_absent(engine, table)
    if engine.dialect.name == "sqlite":
        sql = str(statement.compile(dialect=engine.dialect))
        return lambda connection, rows: connection.exec_driver_sql(sql, list(rows)).rowcount
    returning = statement.returning(*table.primary_key)
    names = table.columns.keys()

    def insert(connection: Connection, rows: Rows) -> int:
        named = [dict(zip(names, row, strict=True)) for row in rows]
        return len(connection.execute(returning, named).all())

    return insert
