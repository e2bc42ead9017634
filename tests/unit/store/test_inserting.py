"""Inserting many rows: what is new is counted, what lies there is never replaced."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, create_engine, select

from pulse.store.inserting import inserter

METADATA = MetaData()
TABLE = Table(
    "kept",
    METADATA,
    Column("t", LargeBinary, primary_key=True),
    Column("what", Text, nullable=False),
    sqlite_with_rowid=False,
)
BATCHES = st.lists(
    st.lists(st.tuples(st.binary(max_size=1), st.text("ab", max_size=2)), min_size=1, max_size=9),
    max_size=5,
)


@given(BATCHES)
def test_new_rows_are_counted_and_old_ones_kept(batches: list[list[tuple[bytes, str]]]) -> None:
    """Any batches, repeats inside and across them: the first row of a key stays and is counted."""
    engine = create_engine("sqlite://")
    insert, kept = inserter(engine, TABLE), dict[bytes, str]()
    with engine.begin() as connection:
        METADATA.create_all(connection)
        for batch in batches:
            before = len(kept)
            for t, what in batch:
                kept.setdefault(t, what)
            assert insert(connection, batch) == len(kept) - before
        found = dict(tuple(row) for row in connection.execute(select(TABLE)))
    engine.dispose()
    assert found == kept


def test_batches_longer_than_a_statement_are_whole() -> None:
    """700 rows with 50 repeats among them give 650, whatever statements they are cut into."""
    engine = create_engine("sqlite://")
    insert = inserter(engine, TABLE)
    rows = [(number.to_bytes(2, "big"), "a") for number in (*range(650), *range(50))]
    with engine.begin() as connection:
        METADATA.create_all(connection)
        assert insert(connection, rows) == 650
        assert len(connection.execute(select(TABLE)).all()) == 650
    engine.dispose()
