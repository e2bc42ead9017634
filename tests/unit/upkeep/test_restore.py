"""Making a home from a backup: all of it or nothing, and nothing reopens."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from pulse import wave as waves
from pulse.accounts import directory, factor, links, sittings
from pulse.accounts.passwords import PasswordWorker
from pulse.accounts.vault import Vault
from pulse.errors import BadSetting, Refused
from pulse.settings import Home, Settings
from pulse.store.engine import reading
from pulse.store.schema import newest
from pulse.upkeep import settling
from pulse.upkeep.doctor import examine
from pulse.upkeep.restore import restore
from tests.shelves import rooms
from tests.unit.dashboards.house import CHEAP
from tests.unit.upkeep.conftest import CLOCK, Place, old_home, opened, restored, rows
from tests.unit.upkeep.test_archive import by_hand, manifest_of, rest
from tests.unit.upkeep.test_backup import inside
from tests.unit.upkeep.test_homes import stamp


def test_a_restored_home_has_every_row(place: Place, file: Path, tmp_path: Path) -> None:
    """Roster, memberships and the access log are there as they were."""
    before = {
        table: rows(place.state, table) for table in ("unit", "person", "membership", "wave")
    } | {"access_log": rows(place.accounts, "access_log")}
    home, told = restored(file, tmp_path / "new")
    assert told.accounts == 3
    with opened(home) as new:
        assert rows(new.state, "unit") == before["unit"]
        assert rows(new.state, "person") == before["person"]
        assert [row[:3] for row in rows(new.state, "membership")] == [
            row[:3] for row in before["membership"]
        ]
        assert rows(new.accounts, "access_log") == before["access_log"]
    assert home.settings_file.read_bytes() == place.home.settings_file.read_bytes()
    for path in (home.state / "pulse.db", home.accounts / "accounts.db"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert [c for c in examine(home, Settings(), CLOCK) if c.status == "fail"] == []


@pytest.mark.parametrize(
    "state",
    [
        "open",
        *(pytest.param(s, marks=pytest.mark.slow) for s in ("planned", "awaiting_peel", "held")),
    ],
)
def test_a_week_that_was_not_released_is_lost(place: Place, tmp_path: Path, state: str) -> None:
    """Its id is never asked again, nothing says it is open, and its addresses answer 410."""
    with place.state.begin() as connection:
        connection.execute(text("UPDATE wave SET state = :state"), {"state": state})
    place.backup(tmp_path / "x")
    home, told = restored(tmp_path / "x", tmp_path / "new")
    assert told.lost == ("2026-W10",)
    assert (home.published / "current.json").read_bytes() == b'{"wave":null}'
    assert [shelf.closed() for shelf in rooms(home)] == [{"2026-W10"}] * 2
    with opened(home) as new:
        row = waves.get(new.state, "2026-W10")
        assert row is not None
        assert (row.state, row.reason) == ("lost", settling.REASON)
        assert waves.next_form(new.state) == row.form + 1
        assert waves.unfinished(new.state) == ()
        with reading(new.state) as connection:
            named = "SELECT count(*) FROM membership WHERE email != ''"
            assert connection.exec_driver_sql(named).scalar() == 0
        assert rows(new.state, "sent") == []


@pytest.mark.slow
def test_a_cancelled_week_stays_cancelled(place: Place, tmp_path: Path) -> None:
    """Its id may be asked still, so no room remembers it as closed."""
    waves.move(place.state, "2026-W10", ("open",), "cancelled")
    place.backup(tmp_path / "x")
    home, told = restored(tmp_path / "x", tmp_path / "new")
    assert told.lost == ()
    assert [shelf.closed() for shelf in rooms(home)] == [set()] * 2


@pytest.mark.slow
def test_what_may_have_been_revoked_since_has_ended(
    place: Place, file: Path, tmp_path: Path
) -> None:
    """API tokens are gone, sessions end, and an unused one-time password opens nothing."""
    stamps = {row[1]: row[6] for row in rows(place.accounts, "account")}
    home, told = restored(file, tmp_path / "new")
    assert told.tokens_ended == 1
    assert told.passwords_to_reset == ("hr@example.org",)
    with opened(home) as new:
        assert rows(new.accounts, "api_token") == []
        found = rows(new.accounts, "account")
    assert all(stamps[row[1]] != row[6] for row in found)
    stored = {str(row[1]): str(row[4]) for row in found}
    worker = PasswordWorker(CHEAP)
    right = "correct horse battery"
    assert worker.verify(stored["lea@example.org"], right).result()
    assert not worker.verify(stored["hr@example.org"], "").result()
    assert not worker.verify(stored["hr@example.org"], settling.NO_PASSWORD).result()
    worker.close()


@pytest.mark.slow
def test_sessions_links_and_second_factors_end(place: Place, tmp_path: Path) -> None:
    """A backup has no key of second factors; what it has of them could open nothing."""
    (lea,) = (each for each in directory.everyone(place.accounts) if each.role == "leader")
    vault = Vault(place.home.accounts)
    sittings.begin(place.accounts, CLOCK, lea, way="password")
    links.invite(place.accounts, CLOCK, lea.email)
    factor.start(place.accounts, vault, lea.account_id)
    factor.new_codes(place.accounts, lea.account_id)
    tables = ("session", "link", "second_factor", "recovery_code")
    assert all(rows(place.accounts, table) for table in tables)
    place.backup(tmp_path / "x")
    home, _ = restored(tmp_path / "x", tmp_path / "new")
    with opened(home) as new:
        assert [rows(new.accounts, table) for table in tables] == [[]] * 4
    assert not (home.accounts / "factor.key").exists()


@pytest.mark.slow
def test_a_key_of_the_council_serves_no_second_week(place: Place, tmp_path: Path) -> None:
    """A key that was free at the backup may have been used since, so it is given to no week."""
    with place.state.begin() as connection:
        connection.exec_driver_sql("INSERT INTO council_half VALUES (7, 'free', '')")
        connection.exec_driver_sql("INSERT INTO council_half VALUES (6, 'used', '2026-W10')")
    place.backup(tmp_path / "x")
    home, told = restored(tmp_path / "x", tmp_path / "new")
    assert told.council_keys_ended == 1
    with opened(home) as new:
        assert rows(new.state, "council_half") == [
            (6, "used", "2026-W10"), (7, "free", settling.NO_WAVE),
        ]  # fmt: skip


@pytest.mark.slow
def test_a_backup_goes_only_into_an_empty_home(file: Path, place: Place, tmp_path: Path) -> None:
    """A folder with anything in it, or a file, is refused and left as it is."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    for path in (tmp_path / "full", place.home.path, file):
        with pytest.raises(Refused, match="not empty"):
            restored(file, path)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["x"]
    (tmp_path / "empty").mkdir()
    assert restored(file, tmp_path / "empty")[0].settings_file.exists()


def test_a_refused_backup_leaves_nothing_behind(file: Path, tmp_path: Path) -> None:
    """After a damaged file there is no home, and nothing beside it."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bad").write_bytes(data)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Refused):
        restored(tmp_path / "bad", tmp_path / "new")
    assert sorted(tmp_path.iterdir()) == before


def test_bad_settings_stop_a_restore(file: Path, tmp_path: Path) -> None:
    """A setting of the environment that cannot be used stops it before anything is made."""
    with pytest.raises(BadSetting):
        restore(Home(tmp_path / "new"), file, {"PULSE_K": "4"})
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_backup_of_an_older_schema_becomes_today_s(tmp_path: Path) -> None:
    """It is migrated on the way."""
    with opened(old_home(tmp_path / "home")) as old:
        assert old.backup(tmp_path / "x").schemas["state"] == "state_0001"
    home, _ = restored(tmp_path / "x", tmp_path / "new")
    with opened(home) as new:
        assert rows(new.state, "council_half") == []


@pytest.mark.slow
def test_a_backup_of_a_newer_schema_is_refused(place: Place, tmp_path: Path) -> None:
    """Neither taken nor restored: this Pulse cannot know what it holds."""
    stamp(place.state, "state_9999")
    with pytest.raises(Refused, match="newer version"):
        place.backup(tmp_path / "x")
    stamp(place.state, newest("state"))
    place.backup(tmp_path / "y")
    found = inside(tmp_path / "y")
    manifest = msgspec.json.decode(found.pop("backup.json"))
    manifest["schemas"]["state"] = "state_9999"
    newer = repacked(tmp_path, found, manifest)
    with pytest.raises(Refused, match="newer version"):
        restored(newer, tmp_path / "new")


def repacked(folder: Path, files: dict[str, bytes], manifest: dict[str, object]) -> Path:
    """Write an archive with another manifest."""
    changes = {name: value for name, value in manifest.items() if name != "entries"}
    return by_hand(folder, manifest_of(files, **changes) + rest(files))


@pytest.mark.slow
def test_weeks_and_ledger_must_belong_together(place: Place, tmp_path: Path) -> None:
    """A released week without its release is refused."""
    place.backup(tmp_path / "x")
    found = inside(tmp_path / "x")
    manifest = msgspec.json.decode(found.pop("backup.json"))
    (tmp_path / "state.db").write_bytes(found["state/pulse.db"])
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection, connection:
        connection.execute("UPDATE wave SET state = 'released'")
    found["state/pulse.db"] = (tmp_path / "state.db").read_bytes()
    with pytest.raises(Refused, match="do not belong together"):
        restored(repacked(tmp_path, found, manifest), tmp_path / "new")
