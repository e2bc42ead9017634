"""The gate of a wave's store: one row that says whether it is open.

It is read in the very transaction that writes, so that what was accepted and what the close
reads can never disagree.
"""

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select, update


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
    """Read the gate inside the caller's transaction."""
    return bool(connection.scalar(select(gate.c.open)))


def set_gate(connection: Connection, gate: Table, *, opened: bool) -> None:
    """Open or shut the gate inside the caller's transaction; again is fine."""
    connection.execute(update(gate).values(open=int(opened)))
