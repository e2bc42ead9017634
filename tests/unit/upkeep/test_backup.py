"""Taking a backup: what is in it, what never is, and what is left alone."""

import errno
import gzip
import io
import tarfile
from pathlib import Path

import pytest

from pulse import wave as waves
from pulse.errors import BadRelease, Refused
from pulse.store.files import write_atomically
from pulse.upkeep import contents
from pulse.upkeep.backup import appear, without_addresses
from tests.unit.upkeep.conftest import Place


def inside(file: Path) -> dict[str, bytes]:
    """Return the files of a backup, as any tar program would."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(file.read_bytes()))) as tar:
        return {m.name: part.read() for m in tar if (part := tar.extractfile(m))}


def test_a_backup_holds_databases_settings_and_what_is_public(place: Place, tmp_path: Path) -> None:
    """Of a home with an open week it holds both databases, the settings, the tree, the lists."""
    home = place.home
    (home.published / "2026-W10").mkdir()
    published = f"keys-{'0' * 64}.json"
    write_atomically(home.published / "2026-W10" / published, b"{}")
    write_atomically(home.trees / "2026-W10.json", b"{}")
    for path in (
        home.issuer / "2026-W10.db", home.ballotbox / "2026-W10.db", home.issuer / "closed.db",
        home.issuer_keys / "2026-W10.keys", home.operator_keys / "2026-W10.kwave",
        home.operator_keys / "2026-W10.cards",
        home.published / "current.json", home.published / "2026-W10" / f"{published}.new",
        home.state / "mail.lock", home.state / "database.url", home.accounts / "csrf.key",
    ):  # fmt: skip
        write_atomically(path, b"not for a backup")
    (home.published / "2026-W10" / f"keys-{'1' * 64}.json").symlink_to(home.issuer / "2026-W10.db")
    taken = place.backup(tmp_path / "x.tar.gz")
    found = inside(tmp_path / "x.tar.gz")
    assert list(found) == [
        contents.MANIFEST, "pulse.toml", "state/pulse.db", "accounts/accounts.db",
        "state/trees/2026-W10.json", f"state/w/2026-W10/{published}",
    ]  # fmt: skip
    assert not any(b"not for a backup" in data for data in found.values())
    assert taken.releases == 0
    assert (tmp_path / "x.tar.gz").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "x.tar.gz"]


@pytest.mark.slow
def test_the_same_home_gives_the_same_bytes(place: Place, tmp_path: Path) -> None:
    """Two backups at one moment differ in nothing."""
    for name in ("a", "b"):
        place.backup(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_backup_never_overwrites(place: Place, tmp_path: Path) -> None:
    """A file or a dangling link of that name stays as it is."""
    (tmp_path / "x").write_bytes(b"mine")
    (tmp_path / "y").symlink_to(tmp_path / "nowhere")
    for name in ("x", "y"):
        with pytest.raises(Refused, match="exists already"):
            place.backup(tmp_path / name)
    assert (tmp_path / "x").read_bytes() == b"mine"
    with pytest.raises(Refused, match="no such folder"):
        place.backup(tmp_path / "there" / "x")


@pytest.mark.slow
def test_a_cancelled_week_leaves_nothing_in_a_backup(place: Place, tmp_path: Path) -> None:
    """Tree and lists of a week that was cancelled stay out, whatever lies there."""
    write_atomically(place.home.trees / "2026-W10.json", b"{}")
    waves.move(place.state, "2026-W10", ("open",), "cancelled")
    place.backup(tmp_path / "x")
    assert not any("W10" in name for name in inside(tmp_path / "x"))


def test_deleted_rows_are_in_no_backup(place: Place, tmp_path: Path) -> None:
    """A copy is made of rows, so what the database's file may still hold stays behind."""
    with place.state.begin() as connection:
        connection.exec_driver_sql("DELETE FROM membership")
        connection.exec_driver_sql("DELETE FROM sent")
        connection.exec_driver_sql("DELETE FROM person WHERE person_id = 'lab-3'")
    place.backup(tmp_path / "x")
    assert b"lab-3" not in inside(tmp_path / "x")["state/pulse.db"]
    assert b"lab-4" in inside(tmp_path / "x")["state/pulse.db"]


@pytest.mark.slow
def test_a_broken_ledger_stops_a_backup(place: Place, tmp_path: Path) -> None:
    """What could not be restored is not backed up; nothing is left lying around."""
    (place.home.releases / "ledger.jsonl").write_bytes(b"{}\n")
    with pytest.raises(BadRelease):
        place.backup(tmp_path / "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


ADDRESSES = """\
organisation = "Example Ltd"  # database_url = stays in a comment
database_url = "postgresql+psycopg://pulse:hunter2@db/pulse"
  "issuer_database_url"= 'postgresql+psycopg://i:hunter2@db/i'
mail = "spool:"
[support]
text = "Call 1234."
"""


def test_addresses_stay_behind(place: Place) -> None:
    """Lines that may hold a password are left out, all others stay as they are."""
    place.home.settings_file.write_text(ADDRESSES)
    kept, left_out = without_addresses(place.home)
    assert left_out == ("database_url", "issuer_database_url", "mail")
    assert "hunter2" not in kept
    assert kept.splitlines() == [
        ADDRESSES.splitlines()[0], "[support]", 'text = "Call 1234."'
    ]  # fmt: skip


@pytest.mark.parametrize(
    "toml", ['database_url = """\npostgresql://x\n"""\n', '"database\\u005furl" = "x"\n']
)
def test_an_address_that_hides_stops_a_backup(place: Place, toml: str) -> None:
    """One that is written in another way than on a line of its own is refused, not kept."""
    place.home.settings_file.write_text(toml)
    with pytest.raises(Refused, match="line of its own"):
        without_addresses(place.home)


def test_a_name_that_is_taken_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """The finished file gets its name in one step that overwrites nothing."""
    (tmp_path / "finished").write_bytes(b"new")
    (tmp_path / "x").write_bytes(b"mine")
    with pytest.raises(Refused, match="exists already"):
        appear(tmp_path / "finished", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"mine"
    appear(tmp_path / "finished", tmp_path / "y")
    assert (tmp_path / "y").read_bytes() == b"new"


def test_a_disk_without_hard_links_will_do(tmp_path: Path) -> None:
    """There the file is renamed, if its name is free still."""

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    (tmp_path / "finished").write_bytes(b"new")
    appear(tmp_path / "finished", tmp_path / "x", link=no_links)
    assert (tmp_path / "x").read_bytes() == b"new"
    (tmp_path / "finished").write_bytes(b"other")
    with pytest.raises(OSError, match="no links"):
        appear(tmp_path / "finished", tmp_path / "x", link=no_links)
    assert (tmp_path / "x").read_bytes() == b"new"
