"""Inserting many rows: what is new is counted, what lies there is never replaced."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, LargeBinary, MetaData, Table, Text, delete, select

from pulse.store.engine import sqlite_engine
from pulse.store.gate import gate_table, lay_gate, set_gate
from pulse.store.inserting import inserter

METADATA = MetaData()
GATE = gate_table(METADATA)
TABLE = Table(
    "kept",
    METADATA,
    Column("t", LargeBinary, primary_key=True),
    Column("what", Text, nullable=False),
    sqlite_with_rowid=False,
)
BATCHES = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(
            st.tuples(st.binary(max_size=1), st.text("ab", max_size=2)), min_size=1, max_size=9
        ),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give an engine on both tables."""
    path = tmp_path_factory.mktemp("inserting") / "store.db"
    engine = sqlite_engine(path, journal="wal", create=True)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        lay_gate(connection, GATE, "2026-W09")
    yield engine
    engine.dispose()


def emptied(engine: Engine) -> Engine:
    """Return the engine without a row, with the gate shut."""
    with engine.begin() as connection:
        connection.execute(delete(TABLE))
        set_gate(connection, GATE, opened=False)
    return engine


def let_in(engine: Engine, *, opened: bool) -> None:
    """Open or shut the gate."""
    with engine.begin() as connection:
        set_gate(connection, GATE, opened=opened)


def lies_there(engine: Engine) -> dict[bytes, str]:
    """Return every row."""
    with engine.begin() as connection:
        return dict(tuple(row) for row in connection.execute(select(TABLE)))


@given(BATCHES)
def test_new_rows_are_counted_and_old_ones_kept(
    made: Engine, batches: list[tuple[bool, list[tuple[bytes, str]]]]
) -> None:
    """Any batches and gates: a key's first row at an open gate stays and is counted, once."""
    kept, engine = dict[bytes, str](), emptied(made)
    insert = inserter(engine, TABLE, GATE)
    for opened, batch in batches:
        let_in(engine, opened=opened)
        before = len(kept)
        for t, what in batch if opened else ():
            kept.setdefault(t, what)
        assert insert(batch) == len(kept) - before
    assert lies_there(engine) == kept


def test_a_long_batch_is_whole(made: Engine) -> None:
    """700 rows with 50 repeats among them give 650."""
    rows = [(number.to_bytes(2, "big"), "a") for number in (*range(650), *range(50))]
    engine = emptied(made)
    let_in(engine, opened=True)
    assert inserter(engine, TABLE, GATE)(rows) == 650
    assert len(lies_there(engine)) == 650
