"""`pulse upgrade` on a home of the first schema, and what refuses to work with it before."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboards.app import create_app
from pulse.cli.program import program
from pulse.errors import Refused
from pulse.settings import Home
from pulse.store.lock import only_one
from pulse.store.migrate import upgrade
from pulse.store.schema import newest
from pulse.upkeep.upgrade import look, upgrade_home
from tests.unit.upkeep.conftest import CLOCK, Place, old_home, opened, restored, rows


@pytest.fixture
def old(tmp_path: Path) -> Home:
    """Make a home that the first version left."""
    return old_home(tmp_path / "home")


def call(home: Home, *words: str) -> Result:
    """Run a command on a home."""
    arguments = [*words, "--home", str(home.path), "--json"]
    return CliRunner().invoke(program, arguments, env={"PULSE_HOME": None})


def test_check_tells_and_changes_nothing(old: Home) -> None:
    """`upgrade --check` names both revisions and exits 1 while there is something to do."""
    before = (old.state / "pulse.db").read_bytes()
    result = call(old, "upgrade", "--check")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "state": {"from": "state_0001", "to": newest("state")},
        "accounts": {"from": "accounts_0001", "to": newest("accounts")},
        "current": False,
        "backup": "",
    }
    assert (old.state / "pulse.db").read_bytes() == before
    assert not (old.path / "backups").exists()


@pytest.mark.slow
def test_an_upgrade_keeps_a_backup_of_what_was(old: Home, tmp_path: Path) -> None:
    """It names the backup, which gives the home as it was; run again it has nothing to do."""
    done = json.loads(call(old, "upgrade").stdout)
    assert done["current"]
    kept = Path(done["backup"])
    assert kept.parent == old.path / "backups"
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert restored(kept, tmp_path / "again")[1].accounts == 3
    again = call(old, "upgrade")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["backup"] == ""
    assert call(old, "upgrade", "--check").exit_code == 0


@pytest.mark.parametrize("words", ["wave status", "invite", "remind", "wave close", "serve"])
def test_commands_refuse_an_older_schema(old: Home, words: str) -> None:
    """Each says what to do, and does nothing."""
    result = call(old, *words.split())
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert error["where"] == "state"
    assert "pulse upgrade" in error["message"]


def test_the_leaders_app_refuses_another_schema(place: Place) -> None:
    """It does not start on accounts that another version made."""
    with place.accounts.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'accounts_9999'")
    with pytest.raises(Refused, match="newer version"):
        create_app(place.home)


def test_an_upgrade_waits_for_no_opening(old: Home) -> None:
    """While a week is being opened or cancelled it is refused."""
    with (
        opened(old) as found,
        only_one(old.state / "wave.lock", found.state),
        pytest.raises(Refused, match="try again later"),
    ):
        upgrade_home(old, CLOCK, found.state, found.accounts)


@pytest.mark.slow
def test_an_upgrade_that_stopped_between_the_databases_goes_on(old: Home, tmp_path: Path) -> None:
    """Where one database is of the newest schema and the other not, the other follows."""
    later = old_home(tmp_path / "later", accounts=newest("accounts"), state=newest("state"))
    with opened(later) as found:
        assert look(found.state, found.accounts).current
    with opened(old) as found:
        upgrade(found.accounts, "accounts")
        assert upgrade_home(old, CLOCK, found.state, found.accounts).current
        assert rows(found.state, "council_half") == []


@pytest.mark.slow
def test_without_a_backup_nothing_is_upgraded(old: Home) -> None:
    """A ledger that is broken stops the backup, and so the upgrade."""
    (old.releases / "ledger.jsonl").write_bytes(b"{}\n")
    with opened(old) as found:
        with pytest.raises(Refused):
            upgrade_home(old, CLOCK, found.state, found.accounts)
        assert look(found.state, found.accounts).state.origin == "state_0001"


def test_settings_need_no_database_for_the_help(old: Home) -> None:
    """`pulse config` works on any schema, so that settings can be looked at before an upgrade."""
    assert call(old, "config").exit_code == 0
