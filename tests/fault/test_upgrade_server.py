"""Backups between SQLite and PostgreSQL, and a server whose settings are not as they should be."""

from pathlib import Path

import pytest

from pulse import wave as waves
from pulse.accounts import directory, tokens
from pulse.cli.setup import FIRST_SETTINGS
from pulse.errors import Refused
from pulse.settings import Home, Settings, load
from pulse.store import schema
from pulse.store.databases import addresses, shelves
from pulse.store.home import make_home
from pulse.store.migrate import upgrade
from pulse.store.postgres import postgres_engine
from pulse.store.serversettings import findings, refusals
from pulse.terms import silent
from pulse.upkeep.copying import copy_in
from pulse.upkeep.doctor import examine
from pulse.upkeep.restore import restore
from tests.postgres import Cluster
from tests.unit.dashboards.house import CHEAP
from tests.unit.store.test_migrations import DESCRIBED, differences
from tests.unit.upkeep import homes
from tests.unit.upkeep.conftest import CLOCK, Place, opened, place, rows, today

__all__ = ["place", "today"]  # fixtures
pytestmark = pytest.mark.slow
TABLES = ("unit", "person", "wave", "council_half")


def on_server(cluster: Cluster) -> dict[str, str]:
    """Return the environment of a home whose state is in a new database."""
    return {"PULSE_DATABASE_URL": cluster.new_database().render_as_string(hide_password=False)}


def test_a_backup_of_files_goes_onto_a_server_and_back(
    place: Place, cluster: Cluster, tmp_path: Path
) -> None:
    """Rows are the same after SQLite → PostgreSQL → SQLite, and counting goes on behind them."""
    place.backup(tmp_path / "files")
    environ = on_server(cluster)
    home = Home(tmp_path / "server")
    told = restore(home, tmp_path / "files", environ)
    assert told.lost == ("2026-W10",)
    settings = load(home, {})
    assert settings.database_url
    assert not (home.state / "pulse.db").exists()
    with opened(home) as there:
        assert there.state.dialect.name == "postgresql"
        for table in TABLES[:2]:
            assert rows(there.state, table) == rows(place.state, table)
        row = waves.get(there.state, "2026-W10")
        assert row is not None
        assert row.state == "lost"
        rooms = shelves(home, settings)
        assert [shelf.closed() for shelf in rooms] == [{"2026-W10"}] * 2
        directory.create(there.accounts, CLOCK, CHEAP.hash, email="new@example.org", role="hr")
        tokens.issue(there.accounts, CLOCK, "new@example.org")
        there.backup(tmp_path / "again")
        back = Home(tmp_path / "back")
        assert restore(back, tmp_path / "again", {}).accounts == 4
        with opened(back) as files:
            assert files.state.dialect.name == "sqlite"
            for table in TABLES:
                assert rows(files.state, table) == rows(there.state, table)
    assert "database_url" not in back.settings_file.read_text()


def test_a_database_that_a_home_uses_is_never_filled(
    place: Place, cluster: Cluster, tmp_path: Path
) -> None:
    """A restore into it is refused, makes no home, and changes no row."""
    place.backup(tmp_path / "files")
    environ = on_server(cluster)
    other = Home(tmp_path / "other")
    make_home(other, FIRST_SETTINGS, Settings(database_url=environ["PULSE_DATABASE_URL"]))
    with pytest.raises(Refused, match="uses this database already"):
        restore(Home(tmp_path / "new"), tmp_path / "files", environ)
    assert not (tmp_path / "new").exists()
    with opened(other) as there:
        assert rows(there.state, "unit") == []
        homes.build(schema.newest("state"), tmp_path / "x.db")
        copy_in(tmp_path / "x.db", there.state, "state", silent)
        with pytest.raises(Refused, match="not empty"):
            copy_in(tmp_path / "x.db", there.state, "state", silent)


@pytest.mark.parametrize("which", schema.REVISIONS)
def test_migrations_make_the_described_tables_on_a_server_too(
    cluster: Cluster, which: schema.Which
) -> None:
    """Nothing is missing, superfluous or of another type."""
    engine = postgres_engine(cluster.new_database(), serving=False, one_writer=True)
    upgrade(engine, which)
    assert differences(engine, DESCRIBED[which]) == []
    schema.check_schema(engine, which)


LINKING = {
    "log_statement": "mod", "log_min_duration_statement": "0", "log_duration": "on",
    "log_parameter_max_length_on_error": "-1", "debug_print_plan": "on",
}  # fmt: skip


@pytest.mark.parametrize("name", LINKING)
def test_a_server_that_writes_statements_down_is_refused(cluster: Cluster, name: str) -> None:
    """A setting that was given to one database alone is seen from within it."""
    url = cluster.new_database()
    engine = postgres_engine(url, serving=False, one_writer=False)
    assert refusals(engine) == ()
    cluster.execute(f"ALTER DATABASE {url.database} SET {name} = '{LINKING[name]}'")
    (sentence,) = refusals(engine)
    assert sentence.startswith(name)


def test_a_server_that_keeps_the_time_of_commits_is_refused(cluster: Cluster) -> None:
    """`track_commit_timestamp` can be set for a whole server only, so one is started with it."""
    del cluster
    server = Cluster.throw_away(track_commit_timestamp="on")
    try:
        engine = postgres_engine(server.url(), serving=False, one_writer=False)
        assert [sentence.split()[0] for sentence in refusals(engine)] == ["track_commit_timestamp"]
        assert {each.weight for each in findings(engine)} == {"linking", "reported"}
    finally:
        server.remove()


def test_the_doctor_examines_a_home_on_a_server(cluster: Cluster, tmp_path: Path) -> None:
    """It names the room whose server loses what it acknowledged, and advises two clusters."""
    home = Home(tmp_path / "home")
    environ = on_server(cluster)
    make_home(home, FIRST_SETTINGS, Settings(database_url=environ["PULSE_DATABASE_URL"]))
    settings = load(home, {})
    name = addresses(home, settings)["ballotbox"].database
    cluster.execute(f"ALTER DATABASE {name} SET log_duration = on")
    checks = examine(home, settings, CLOCK)
    failed = {(each.where, each.message.split()[0]) for each in checks if each.status == "fail"}
    assert ("ballotbox", "log_duration") in failed
    assert not any(where == "issuer" and told == "log_duration" for where, told in failed)
    assert any("two are advised" in each.message for each in checks)
