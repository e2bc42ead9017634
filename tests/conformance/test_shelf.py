"""A shelf holds complete stores or none, and remembers what has closed."""

import pytest
from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import WrongState
from pulse.store.engine import reading
from pulse.store.gate import GatedStore, gate_table, lay_gate
from pulse.store.shelf import Shelf
from tests.backends import Backend

WAVE, NEXT = "2026-W09", "2026-W10"
TABLES = MetaData()
GATE: Table = gate_table(TABLES)


def lay(connection: Connection) -> None:
    """Write the first rows of a store."""
    lay_gate(connection, GATE, WAVE)


def gates(shelf: Shelf, wave: str) -> int:
    """Count the rows of a store's gate."""
    engine = shelf.engine(wave)
    try:
        with reading(engine) as connection:
            return connection.scalar(select(func.count()).select_from(GATE)) or 0
    finally:
        engine.dispose()


def test_a_store_is_there_from_its_making_to_its_end(backend: Backend) -> None:
    """Each wave has its own tables; destroying one twice leaves the others alone."""
    shelf = backend.shelf()
    assert (shelf.exists(WAVE), dict(shelf.stamps())) == (False, {})
    for wave in (WAVE, NEXT):
        shelf.make(wave, TABLES, lay)
    assert set(shelf.stamps()) == {WAVE, NEXT}
    for _ in range(2):
        shelf.destroy(WAVE)
    assert (shelf.exists(WAVE), shelf.exists(NEXT), gates(shelf, NEXT)) == (False, True, 1)
    with pytest.raises(SQLAlchemyError):
        gates(shelf, WAVE)


def test_a_store_is_made_once(backend: Backend) -> None:
    """A second one under the same name is refused, from another process's shelf too."""
    backend.shelf().make(WAVE, TABLES, lay)
    with pytest.raises(WrongState, match="store already"):
        backend.shelf().make(WAVE, TABLES, lay)
    assert gates(backend.shelf(), WAVE) == 1


def test_a_store_that_could_not_be_filled_is_not_there(backend: Backend) -> None:
    """An error while the first rows are written leaves nothing, and the next attempt works."""

    def fail(connection: Connection) -> None:
        lay(connection)
        raise KeyError

    shelf = backend.shelf()
    with pytest.raises(KeyError):
        shelf.make(WAVE, TABLES, fail)
    assert not shelf.exists(WAVE)
    shelf.make(WAVE, TABLES, lay)
    assert gates(shelf, WAVE) == 1


def test_a_store_made_again_is_told_from_the_one_before(backend: Backend) -> None:
    """A cancelled wave that opens again has another stamp; looking twice gives the same one."""
    shelf = backend.shelf()
    shelf.make(WAVE, TABLES, lay)
    before = dict(shelf.stamps())
    assert dict(backend.shelf().stamps()) == before
    kept = shelf.engine(WAVE)  # as a serving process has it
    with reading(kept) as connection:
        connection.scalar(select(GATE.c.open))
        connection.rollback()
    shelf.destroy(WAVE)
    shelf.make(WAVE, TABLES, lay)
    kept.dispose()
    assert dict(shelf.stamps()) != before


def test_a_store_keeps_the_number_it_was_made_with(backend: Backend) -> None:
    """Every process reads it, open or shut; one that was made without a number has 0."""
    shelf, largest = backend.shelf(), 2**31 - 1
    shelf.make(WAVE, TABLES, lay, largest)
    shelf.make(NEXT, TABLES, lay)
    store = GatedStore(shelf.engine(WAVE), GATE)
    store.open_gate()
    assert (backend.shelf().origin(WAVE), shelf.origin(NEXT)) == (largest, 0)
    store.shut_gate()
    store.close()
    assert shelf.origin(WAVE) == largest


def test_a_try_to_write_leaves_nothing(backend: Backend) -> None:
    """It may be made at any time, and neither stores nor the memory of closed waves show it."""
    shelf = backend.shelf()
    shelf.make(WAVE, TABLES, lay)
    shelf.remember_closed(NEXT)
    before = dict(shelf.stamps())
    for _ in range(3):
        shelf.try_writing()
    assert dict(shelf.stamps()) == before
    assert shelf.closed() == {NEXT}


def test_a_gate_may_be_written_as_it_stands(backend: Backend) -> None:
    """A try on a store itself leaves its gate open or shut as it was."""
    shelf = backend.shelf()
    shelf.make(WAVE, TABLES, lay)
    store = GatedStore(shelf.engine(WAVE), GATE)
    for opened in (False, True):
        if opened:
            store.open_gate()
        store.try_writing()
        assert store.is_open() == opened
    store.close()


def test_closed_waves_are_remembered_without_time(backend: Backend) -> None:
    """A wave noted twice is there once, for every process; the table has no other column."""
    shelf = backend.shelf()
    assert shelf.closed() == set()
    for wave in (WAVE, WAVE, NEXT):
        shelf.remember_closed(wave)
    assert backend.shelf().closed() == {WAVE, NEXT}


def test_what_was_not_committed_is_gone(backend: Backend) -> None:
    """An error inside a transaction rolls everything back, table definitions too."""
    engine = backend.engine()

    def fail() -> None:
        with engine.begin() as connection:
            TABLES.create_all(connection)
            connection.execute(insert(GATE).values(wave=WAVE, open=1))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not inspect(engine).has_table(GATE.name)
