"""What is tried, and which pack is on, is in a backup and comes back from it."""

import datetime as dt
from pathlib import Path

from pulse.instrument import load
from pulse.practices import adopting, packs
from tests.unit.upkeep.conftest import Place, opened, place, restored, today

__all__ = ["place", "today"]  # fixtures


def test_a_restore_brings_practices_and_the_pack_back(place: Place, tmp_path: Path) -> None:
    """Units, days and turns are those of before; no published list is needed."""
    use = adopting.adopt(place.accounts, "field", "kindness", dt.date(2026, 2, 3))
    packs.switch_on(place.state, load(), "toil", 3)
    place.end_open_week()
    before = packs.running(place.state)
    place.backup(tmp_path / "backup.tar.gz")
    home, _ = restored(tmp_path / "backup.tar.gz", tmp_path / "restored")
    with opened(home) as again:
        assert adopting.uses(again.accounts) == [use]
        assert packs.running(again.state) == before
    assert home.practices.stat().st_mode & 0o777 == 0o755
