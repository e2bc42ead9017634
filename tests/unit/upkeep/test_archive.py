"""The file of a backup: whole or refused, and nothing in it that nobody named."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.errors import Refused
from pulse.terms import silent
from pulse.upkeep import archive, contents
from pulse.upkeep.contents import Entry, Manifest

FILES = {
    "pulse.toml": b"k = 5\n",
    "state/pulse.db": os.urandom(600),
    "accounts/accounts.db": b"",
    "state/trees/2026-W09.json": b"{}" * 200,
}


def listed(files: Mapping[str, bytes]) -> Manifest:
    """Return the manifest of some files."""
    entries = {
        name: Entry(len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()
    }
    return Manifest(1, "0", "2026-03-02T18:00:00+00:00", {}, "0" * 64, entries)


def packed(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """Write an archive of some files as a backup does."""
    for name, data in files.items():
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / name).write_bytes(data)
    sources = {name: folder / "in" / name for name in files}
    archive.write(folder / "backup", listed(files), sources, silent)
    return folder / "backup"


def unpacked(file: Path, folder: Path) -> dict[str, bytes]:
    """Return what comes out of an archive."""
    folder.mkdir()
    archive.unpack(file, folder, silent)
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a good archive."""
    return packed(tmp_path_factory.mktemp("whole")).read_bytes()


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    """Every file comes out as it went in, readable by its owner only."""
    assert unpacked(packed(tmp_path), tmp_path / "out") == FILES
    for path in (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


@settings(max_examples=25)
@given(at=st.integers(0, 1 << 20), bit=st.integers(0, 7))
def test_a_changed_bit_is_seen_or_changes_nothing(whole: bytes, at: int, bit: int) -> None:
    """With any one bit flipped a file is refused, or gives the very same contents."""
    changed = bytearray(whole)
    changed[at % len(whole)] ^= 1 << bit
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "backup").write_bytes(changed)
        with suppress(Refused):
            assert unpacked(folder / "backup", folder / "out") == FILES


@settings(max_examples=15)
@given(st.integers(0, 1 << 20))
def test_a_file_that_was_cut_off_is_refused(whole: bytes, length: int) -> None:
    """Every proper beginning of a backup is refused, an empty one too."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "backup").write_bytes(whole[: length % len(whole)])
        with pytest.raises(Refused):
            unpacked(folder / "backup", folder / "out")


Members = list[tuple[tarfile.TarInfo, bytes]]


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE) -> Members:
    """Return a member of an archive made by hand."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), kind, "/etc/passwd"
    return [(info, data)]


def by_hand(folder: Path, members: Members) -> Path:
    """Write an archive of any members."""
    with (
        gzip.open(folder / "hostile", "wb") as out,
        tarfile.open(fileobj=out, mode="w") as tar,
    ):
        for info, data in members:
            tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return folder / "hostile"


def manifest_of(files: Mapping[str, bytes], **changes: object) -> Members:
    """Return the first member of an archive, as its manifest says or with some of it changed."""
    document = msgspec.to_builtins(listed(files)) | changes
    return member(contents.MANIFEST, msgspec.json.encode(document))


def rest(files: Mapping[str, bytes] = FILES) -> Members:
    """Return all other members."""
    return [each for name, data in files.items() for each in member(name, data)]


OUTSIDE = {**FILES, "../outside": b"x"}
ABSOLUTE = {**FILES, "/tmp/outside": b"x"}  # noqa: S108 - a name that must be refused
STORE = {**FILES, "issuer/2026-W09.db": b"x"}
HOSTILE: dict[str, Callable[[], Members]] = {
    "a path that leads outside": lambda: manifest_of(OUTSIDE) + rest(OUTSIDE),
    "an absolute path": lambda: manifest_of(ABSOLUTE) + rest(ABSOLUTE),
    "a store": lambda: manifest_of(STORE) + rest(STORE),
    "an unnamed file": lambda: manifest_of(FILES) + rest() + member("state/trees/2026-W10.json"),
    "a missing file": lambda: manifest_of(FILES) + rest()[:-1],
    "a file twice": lambda: manifest_of(FILES) + rest() + rest()[:1],
    "a symbolic link": lambda: manifest_of(FILES) + member("pulse.toml", kind=tarfile.SYMTYPE),
    "a hard link": lambda: manifest_of(FILES) + member("pulse.toml", kind=tarfile.LNKTYPE),
    "a folder": lambda: manifest_of(FILES) + member("state", kind=tarfile.DIRTYPE),
    "another content": lambda: manifest_of(FILES) + rest({**FILES, "pulse.toml": b"k = 4\n"}),
    "no manifest": rest,
    "a manifest behind": lambda: rest() + manifest_of(FILES),
    "a newer version": lambda: manifest_of(FILES, v=2, more="") + rest(),
    "an unknown field": lambda: manifest_of(FILES, more="") + rest(),
    "no database": lambda: manifest_of({"pulse.toml": b""}) + rest({"pulse.toml": b""}),
    "nothing": list,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_no_backup_holds_is_refused(tmp_path: Path, what: str) -> None:
    """An archive made by hand with {what} is refused, and nothing is written outside."""
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(Refused):
        unpacked(by_hand(inside, HOSTILE[what]()), inside / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside"]
    assert not Path("/tmp/outside").exists()  # noqa: S108 - as above


def test_the_hand_that_makes_hostile_ones_can_make_a_good_one(tmp_path: Path) -> None:
    """The same helper with nothing wrong in it makes a file that is taken."""
    file = by_hand(tmp_path, manifest_of(FILES) + rest())
    assert unpacked(file, tmp_path / "out") == FILES


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"\x1f\x8b", gzip.compress(b"hello", mtime=0)]
)
def test_another_kind_of_file_is_refused(tmp_path: Path, data: bytes) -> None:
    """Whatever is no gzipped tar is said to be no backup."""
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(Refused, match="no backup"):
        unpacked(tmp_path / "x", tmp_path / "out")


def test_a_file_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    """What was measured and what is written are compared."""
    source = tmp_path / "pulse.toml"
    source.write_bytes(b"k = 5\n")
    manifest = listed({"pulse.toml": b"k = 4\n"})
    with pytest.raises(Refused, match="changed while"):
        archive.write(tmp_path / "backup", manifest, {"pulse.toml": source}, silent)


SECRET = (
    "issuer/2026-W09.db", "issuer/closed.db", "ballotbox/2026-W09.db", "ballotbox/2026-W09.box",
    "ballotbox/2026-W09.db-wal", "keys/issuer/2026-W09.keys", "keys/operator/2026-W09.kwave",
    "keys/operator/2026-W09.inner", "keys/holder/2026-W09.outer", "outbox/2026-W09/x.eml",
    "state/close/2026-W09.peeled", "state/close/2026-W09.json", "state/mail.lock",
    "state/database.url", "accounts/database.url", "accounts/csrf.key", "accounts/sessions/x",
    "state/pulse.db-wal", "state/w/current.json", "backups/x.tar.gz", "releases/../keys",
    "state/w/2026-W09/../../../keys/issuer/2026-W09.keys", "releases/.candidate-2026-W09/x",
    "pulse.toml\n", "/pulse.toml", "./pulse.toml", "",
)  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
def test_no_secret_place_belongs_into_a_backup(name: str) -> None:
    """Stores, keys, mails, plans, locks, addresses and sessions are on no list."""
    assert not contents.belongs(name)
