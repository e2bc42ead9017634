"""The migrations make exactly the tables that the rooms describe."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, inspect, text
from sqlalchemy.engine import Engine

import pulse.accounts.tables
import pulse.council
import pulse.invitation.tables
import pulse.mail.tables
import pulse.pauses
import pulse.practices.packs
import pulse.practices.tables
import pulse.roster.tables
import pulse.wave  # noqa: F401 - importing a room puts its tables into the metadata
from pulse.errors import Refused
from pulse.store import metadata
from pulse.store.engine import reading, sqlite_engine
from pulse.store.migrate import upgrade
from pulse.store.schema import check_schema

Which = Literal["state", "accounts"]
BOTH: tuple[Which, ...] = ("state", "accounts")
DESCRIBED = {"state": metadata.state, "accounts": metadata.accounts}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open an empty database, in a folder whose name needs care."""
    folder = tmp_path / "50 % of $HOME"
    folder.mkdir()
    engine = sqlite_engine(folder / "x.db", journal="wal", create=True)
    yield engine
    engine.dispose()


def differences(engine: Engine, described: MetaData) -> list[object]:
    """List what autogenerate would still change."""
    with reading(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, described))


@pytest.mark.parametrize("which", BOTH)
def test_the_migrated_schema_is_the_described_one(engine: Engine, which: Which) -> None:
    """Nothing is missing, superfluous or of another type."""
    upgrade(engine, which)
    assert differences(engine, DESCRIBED[which]) == []


def test_a_forgotten_table_would_be_seen(engine: Engine) -> None:
    """The comparison notices a table that no migration makes."""
    upgrade(engine, "state")
    more = MetaData()
    for table in metadata.state.tables.values():
        table.to_metadata(more)
    Table("forgotten", more, Column("x", Integer))
    assert [change[0] for change in differences(engine, more)] == ["add_table"]  # type: ignore[index]


@pytest.mark.parametrize("which", BOTH)
def test_constraints_and_rowids_are_the_described_ones(engine: Engine, which: Which) -> None:
    """The tables' SQL names the same checks and the same tables without rowid."""
    upgrade(engine, which)
    migrated = stored_sql(engine)
    with engine.begin() as connection:
        for name in migrated:
            connection.execute(text(f"ALTER TABLE {name} RENAME TO old_{name}"))
        for index in ("ix_access_log_moment", "ix_access_log_email", "ix_link_account_id",
                      "ix_session_account_id"):  # fmt: skip
            connection.execute(text(f"DROP INDEX IF EXISTS {index}"))
        DESCRIBED[which].create_all(connection)
    described = {k: v for k, v in stored_sql(engine).items() if not k.startswith("old_")}
    assert set(described) == set(migrated)
    for name, sql in described.items():
        assert sql.count("CHECK") == migrated[name].count("CHECK")
        assert ("WITHOUT ROWID" in sql) == ("WITHOUT ROWID" in migrated[name])


def stored_sql(engine: Engine) -> dict[str, str]:
    """Return each table's SQL, alembic's own table left out."""
    with reading(engine) as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        ).all()
    return {name: sql for name, sql in rows if name != "alembic_version"}


@pytest.mark.parametrize("which", BOTH)
def test_upgrading_again_changes_nothing(engine: Engine, which: Which) -> None:
    """`upgrade` may run at every start."""
    with pytest.raises(Refused):
        check_schema(engine, which)
    upgrade(engine, which)
    before = stored_sql(engine)
    upgrade(engine, which)
    assert stored_sql(engine) == before
    check_schema(engine, which)


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    """An unknown revision stops with a sentence and leaves the database alone."""
    upgrade(engine, "state")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(Refused, match="newer version"):
        upgrade(engine, "state")
    assert "wave" in inspect(engine).get_table_names()


def test_no_table_of_marks_keeps_a_time() -> None:
    """Sent marks and memberships have no column that could hold a moment."""
    allowed = {"wave", "person_id", "kind", "unit_id", "email", "locale", "timezone", "channel"}
    for table in ("sent", "membership"):
        assert {column.name for column in metadata.state.tables[table].columns} <= allowed
