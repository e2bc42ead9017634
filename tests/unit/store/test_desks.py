"""Desks follow the files: they open with them, close with them, and are never mistaken."""

from pathlib import Path

import pytest

from pulse.ballotbox.store import BoxStore
from pulse.errors import BadKeyList, Busy, UnknownWave, WaveShut
from pulse.store.desks import Desks, recovered
from pulse.store.groupcommit import GroupCommit
from tests.shelves import casting

W = "2026-W09"
INDEX, DAMAGED = b"[]", b"]["


class Desk:
    """Remembers that it was closed."""

    def __init__(self, wave: str, index: bytes) -> None:
        if index == DAMAGED:
            raise BadKeyList("This list of groups is not as it was written.")
        self.wave, self.index, self.closed = wave, index, False

    def works(self) -> bool:
        """Say yes."""
        return True

    def close(self) -> None:
        """Note it."""
        self.closed = True


def folders(tmp_path: Path) -> Desks[Desk]:
    """Return desks over two empty folders."""
    (tmp_path / "room").mkdir()
    (tmp_path / "w").mkdir()
    return Desks(casting(tmp_path / "room"), tmp_path / "w", Desk)


def open_files(tmp_path: Path, index: bytes = INDEX) -> None:
    """Write what a wave's opening writes."""
    (tmp_path / "w" / W).mkdir(exist_ok=True)
    (tmp_path / "w" / W / "groups.json").write_bytes(index)
    (tmp_path / "room" / f"{W}.db").touch()


def test_a_wave_is_found_as_soon_as_its_files_are_there(tmp_path: Path) -> None:
    """No look in between is needed, and other names in the folder are no waves."""
    desks = folders(tmp_path)
    (tmp_path / "room" / "closed.db").touch()
    with pytest.raises(UnknownWave):
        desks.find(W)
    open_files(tmp_path)
    assert desks.find(W).index == INDEX
    assert list(desks.all()) == [W]


def test_a_closed_wave_is_let_go_and_says_so(tmp_path: Path) -> None:
    """When the store is gone the desk closes, and the wave answers as shut from then on."""
    desks = folders(tmp_path)
    open_files(tmp_path)
    desk = desks.find(W)
    (tmp_path / "room" / f"{W}.db").unlink()
    (tmp_path / "room" / "closed.db").unlink(missing_ok=True)
    casting(tmp_path / "room").remember_closed(W)
    desks.refresh()
    assert desk.closed
    assert desks.known(W) is None
    with pytest.raises(WaveShut):
        desks.find(W)
    with pytest.raises(UnknownWave):
        desks.find("../../etc/passwd")


def test_a_reopened_wave_gets_a_new_desk(tmp_path: Path) -> None:
    """A cancelled wave that is opened again under fresh keys is not served from the old ones."""
    desks = folders(tmp_path)
    open_files(tmp_path)
    old = desks.find(W)
    (tmp_path / "w" / W / "groups.json").unlink()
    open_files(tmp_path, b"[1]")
    desks.refresh()
    assert old.closed
    assert desks.find(W).index == b"[1]"
    desks.close()
    assert not desks.all()


def test_a_half_opened_wave_is_not_served(tmp_path: Path) -> None:
    """An index that is missing yet means unknown; with one that is damaged, to come again."""
    desks = folders(tmp_path)
    (tmp_path / "room" / f"{W}.db").touch()
    with pytest.raises(UnknownWave):
        desks.find(W)
    assert not desks.unserved()
    open_files(tmp_path, DAMAGED)
    with pytest.raises(Busy):
        desks.find(W)
    assert desks.unserved(W)


def test_a_wave_that_cannot_be_served_is_no_good_health(tmp_path: Path) -> None:
    """A complete store whose desk does not open, for want of a key, is told until it does."""
    locked = [True]

    def open_desk(wave: str, index: bytes) -> Desk:
        if locked[0]:
            raise PermissionError
        return Desk(wave, index)

    (tmp_path / "room").mkdir()
    (tmp_path / "w").mkdir()
    desks = Desks(casting(tmp_path / "room"), tmp_path / "w", open_desk)
    assert desks.works()
    open_files(tmp_path)
    desks.refresh()
    assert not desks.works()
    locked[0] = False
    desks.refresh()
    assert desks.works()


def test_a_store_is_tried_only_while_its_last_commit_failed(tmp_path: Path) -> None:
    """A sound one is left alone; after a failure it is tried until it takes a write, then not."""
    store = BoxStore.create(casting(tmp_path), W)
    commits: GroupCommit[int, int] = GroupCommit(list, 1)

    def tries() -> int:
        log = tmp_path / f"{W}.db-wal"
        return log.stat().st_size if log.exists() else 0

    untouched = tries()
    assert recovered(commits, store)
    assert tries() == untouched
    commits.failing = True
    assert recovered(commits, store)
    tried = tries()
    assert tried > untouched
    assert recovered(commits, store)
    assert (tries(), commits.failing) == (tried, False)
    commits.close()
    store.close()
