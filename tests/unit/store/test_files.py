"""Files are there completely or not at all, and destroyed ones are gone with their companions."""

import os
from pathlib import Path

import pytest

from pulse.store.files import companion, destroy_file, try_writing, write_atomically


def test_a_written_file_replaces_the_old_one_whole(tmp_path: Path) -> None:
    """Content and mode are as asked, and nothing unfinished stays beside it."""
    path = tmp_path / "a"
    companion(path, ".new").write_bytes(b"left by a crash")
    write_atomically(path, b"one")
    write_atomically(path, b"two", 0o644)
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_destroying_overwrites_what_others_still_hold_open(tmp_path: Path) -> None:
    """A reader with the file open sees zeros of the same length, and every companion goes."""
    path = tmp_path / "a.db"
    for suffix in ("", "-wal", "-shm", "-journal", ".new"):
        companion(path, suffix).write_bytes(b"secret" * 1000)
    (tmp_path / "other.db").write_bytes(b"stays")
    held = os.open(path, os.O_RDONLY)
    destroy_file(path)
    assert os.read(held, 10_000) == bytes(6000)
    os.close(held)
    assert [each.name for each in tmp_path.iterdir()] == ["other.db"]


def test_destroying_twice_or_nothing_is_fine(tmp_path: Path) -> None:
    """A missing file, and even a missing folder, count as destroyed."""
    destroy_file(tmp_path / "a")
    destroy_file(tmp_path / "no" / "a")


def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    """Destroying a symbolic link leaves what it points to."""
    target = tmp_path / "target"
    target.write_bytes(b"stays")
    (tmp_path / "a").symlink_to(target)
    destroy_file(tmp_path / "a")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"stays"]


def test_a_try_to_write_leaves_no_file(tmp_path: Path) -> None:
    """Nothing of it stays; where nothing can be written it says so."""
    try_writing(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="gone"):
        try_writing(tmp_path / "gone")
