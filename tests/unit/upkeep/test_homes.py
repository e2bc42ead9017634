"""Every schema that a Pulse ever had becomes today's, with every row."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError

from pulse.errors import Refused
from pulse.store import migrate, schema
from pulse.store.engine import reading, sqlite_engine
from pulse.store.migrate import upgrade
from pulse.store.schema import Which, check_schema
from tests.unit.store.test_migrations import DESCRIBED, differences
from tests.unit.upkeep import homes
from tests.unit.upkeep.conftest import Place, rows

REVISIONS: Final = [(which, each) for which, known in schema.REVISIONS.items() for each in known]
LATER: Final = (Path(__file__).parent / "revisions",)


def engine_of(revision: str, folder: Path) -> Engine:
    """Open a database as a revision left it."""
    path = homes.build(revision, folder / f"{revision}.db")
    return sqlite_engine(path, journal="wal", create=False)


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table but alembic's."""
    with reading(engine) as connection:
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"
        ).scalars()
        return {name: rows(engine, name) for name in names.all()}


@pytest.mark.parametrize("which", schema.REVISIONS)
def test_the_known_revisions_are_those_in_the_folders(which: Which) -> None:
    """What serving processes look for is what alembic would make."""
    assert schema.REVISIONS[which] == migrate.line(which)


def test_every_revision_has_a_home_that_it_left() -> None:
    """A new revision comes with a database as it makes them; see `homes.py` for how."""
    assert {path.stem for path in homes.FOLDER.iterdir()} == {each for _, each in REVISIONS}


@pytest.mark.parametrize(("which", "revision"), REVISIONS)
def test_a_home_of_any_revision_becomes_today_s(
    tmp_path: Path, which: Which, revision: str
) -> None:
    """Its tables are the described ones, and every row is there; new columns come last."""
    engine = engine_of(revision, tmp_path)
    before = contents(engine)
    assert all(before.values()), "this fixture has a table without rows"
    upgrade(engine, which)
    after = contents(engine)
    assert differences(engine, DESCRIBED[which]) == []
    kept = {
        name: [now[: len(then)] for now, then in zip(after[name], old, strict=True)]
        for name, old in before.items()
    }
    assert kept == before
    check_schema(engine, which)
    engine.dispose()


@pytest.mark.parametrize(("which", "revision"), REVISIONS)
def test_a_dump_is_what_its_revision_makes(tmp_path: Path, which: Which, revision: str) -> None:
    """The SQL in the repository creates the same tables as the migration of that name does."""
    made = sqlite_engine(tmp_path / "made.db", journal="wal", create=True)
    upgrade(made, which, to=revision)
    left = engine_of(revision, tmp_path)
    assert definitions(made) == definitions(left)
    made.dispose()
    left.dispose()


def definitions(engine: Engine) -> dict[str, str]:
    """Return the SQL of every table and index."""
    with reading(engine) as connection:
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql != ''")
        return {str(name): str(sql) for name, sql in found}


def test_an_older_schema_is_refused_with_the_way_out(tmp_path: Path) -> None:
    """Whoever meets an older database says `pulse upgrade`, a newer one its own version."""
    engine = engine_of("state_0001", tmp_path)
    with pytest.raises(Refused, match="Run `pulse upgrade` first"):
        check_schema(engine, "state")
    stamp(engine, "state_9999")
    with pytest.raises(Refused, match="Install that version again"):
        check_schema(engine, "state")
    engine.dispose()


def test_a_database_of_nobody_is_refused(tmp_path: Path) -> None:
    """An empty file is no database of Pulse."""
    engine = sqlite_engine(tmp_path / "x.db", journal="wal", create=True)
    with pytest.raises(Refused, match="no database of Pulse"):
        check_schema(engine, "state")
    engine.dispose()


def stamp(engine: Engine, revision: str) -> None:
    """Write another revision into a database."""
    with engine.begin() as connection:
        connection.execute(update(schema.VERSION).values(version_num=revision))


def test_a_table_made_anew_loses_no_row_that_refers_to_it(place: Place) -> None:
    """SQLite's way of changing a table drops it; the API tokens of its accounts stay."""
    before = rows(place.accounts, "api_token")
    assert before
    upgrade(place.accounts, "accounts", to="accounts_later", more=LATER)
    assert rows(place.accounts, "api_token") == before
    assert {row[1]: row[-1] for row in rows(place.accounts, "account")} == {
        "ada@example.org": "en", "hr@example.org": "de", "lea@example.org": "en",
    }  # fmt: skip


def test_the_plain_way_would_have_lost_them(place: Place) -> None:
    """The twin: with references enforced, dropping the table deletes the tokens, by cascade."""
    with place.accounts.begin() as connection:
        connection.exec_driver_sql("DROP TABLE account")
    assert rows(place.accounts, "api_token") == []


def test_references_are_enforced_again_afterwards(place: Place) -> None:
    """After an upgrade a row that refers to nothing is refused as before."""
    upgrade(place.accounts, "accounts", to="accounts_later", more=LATER)
    with pytest.raises(IntegrityError), place.accounts.begin() as connection:
        connection.exec_driver_sql("INSERT INTO api_token VALUES (99, x'00', '')")


def test_a_row_that_refers_to_nothing_stops_an_upgrade(tmp_path: Path) -> None:
    """A database that lost a row is left as it is, at its revision."""
    path = homes.build("accounts_0001", tmp_path / "x.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM account WHERE email = 'hr@example.org'")
    engine = sqlite_engine(path, journal="wal", create=False)
    before = definitions(engine)
    with pytest.raises(Refused, match="api_token belongs to a row of account"):
        upgrade(engine, "accounts", to="accounts_later", more=LATER)
    assert definitions(engine) == before
    engine.dispose()
