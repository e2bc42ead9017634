"""The gate of a wave's store: one row that says whether it is open.

It is read in the very transaction that writes, so that what was accepted and what the close
reads can never disagree.
"""

from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    select,
    text,
    update,
)

from pulse.store.engine import reading, refuse_damaged

_SPACE: Final = Table("space", MetaData(), Column("page", Integer))


def gate_table(metadata: MetaData) -> Table:
    """Describe `gate(wave PRIMARY KEY, open)` in a store's metadata."""
    return Table(
        "gate",
        metadata,
        Column("wave", Text, primary_key=True),
        Column("open", Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def lay_gate(connection: Connection, gate: Table, wave: str) -> None:
    """Write the gate of `wave`, shut."""
    connection.execute(insert(gate).values(wave=wave, open=0))


def is_open(connection: Connection, gate: Table) -> bool:
    """Read the gate inside the caller's writing transaction and keep it as it is until its end.

    SQLite has the write lock by then; PostgreSQL takes a shared lock on the row, so that many
    may write at a time and a close waits for all of them.
    """
    return bool(connection.scalar(select(gate.c.open).with_for_update(read=True)))


def seems_open(connection: Connection, gate: Table) -> bool:
    """Read the gate without holding it."""
    return bool(connection.scalar(select(gate.c.open)))


def set_gate(connection: Connection, gate: Table, *, opened: bool) -> None:
    """Open or shut the gate inside the caller's transaction; again is fine."""
    _stand_in_line(connection, gate)
    connection.execute(update(gate).values(open=int(opened)))


class GatedStore:
    """What a wave's store does with its gate, whatever lies behind it.

    Args:
        engine: on the wave's own tables.
        gate: its gate, as `gate_table` describes it.
    """

    def __init__(self, engine: Engine, gate: Table) -> None:
        self._engine, self._gate = engine, gate

    def open_gate(self) -> None:
        """Let people in."""
        with self._engine.begin() as connection:
            set_gate(connection, self._gate, opened=True)

    def shut_gate(self) -> None:
        """Let nobody in from this commit on; again is fine."""
        with self._engine.begin() as connection:
            set_gate(connection, self._gate, opened=False)

    def is_open(self) -> bool:
        """Tell whether the gate is open."""
        with reading(self._engine) as connection:
            return seems_open(connection, self._gate)

    def try_writing(self) -> None:
        """Write the gate as it stands, durably: what shut off all other writes shuts this off.

        Not for every minute: where a log is kept, such marks in it would tell the time.

        Raises:
            SQLAlchemyError: the store takes no writes.
        """
        # A connection that was made while a file could only be read stays so for ever.
        self._engine.dispose()
        with self._engine.begin() as connection:
            _stand_in_line(connection, self._gate)
            opened = is_open(connection, self._gate)
            # SQLite would not write what is the same; nobody sees the state in between.
            set_gate(connection, self._gate, opened=not opened)
            set_gate(connection, self._gate, opened=opened)
            if connection.dialect.name != "sqlite":
                _take_page(connection)

    def refuse_damaged(self) -> None:
        """Read every page of the store.

        Raises:
            Held: the file is damaged.
        """
        with reading(self._engine) as connection:
            refuse_damaged(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _stand_in_line(connection: Connection, gate: Table) -> None:
    """Let whoever writes from now on wait for this transaction; reading goes on.

    Shared locks on PostgreSQL's rows pass by whoever waits for the row itself: with many
    processes at work there is always one, and a close would never get through.
    """
    if connection.dialect.name != "sqlite":
        schema = connection.get_execution_options()["schema_translate_map"][None]
        quote = connection.dialect.identifier_preparer.quote_identifier
        table = f"{quote(schema)}.{quote(gate.name)}"
        connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))


def _take_page(connection: Connection) -> None:
    """Have a server find room for a new page, as the next rows will need it; nothing stays.

    On a full disk PostgreSQL still changes a row in place, and so does its log for a while.
    """
    _SPACE.create(connection, checkfirst=False)
    connection.execute(insert(_SPACE).values(page=0))
    _SPACE.drop(connection, checkfirst=False)
