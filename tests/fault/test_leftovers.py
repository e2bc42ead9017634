"""What a press that was cut off may leave on the disk, and what becomes of it."""

from pathlib import Path

import pytest

from pulse.errors import Held
from tests.week import Week


@pytest.mark.parametrize("left", [".candidate-2026-W09", "2026-W09"])
def test_a_lost_wave_leaves_no_figure_behind(
    peeled: Week, tmp_path: Path, untouched: dict[str, bytes], left: str
) -> None:
    """What a press cut off in the middle had written is destroyed with the answers."""
    week = peeled.copy(tmp_path / "home")
    (week.home.releases / left).mkdir()
    for name, content in untouched.items():
        if name.startswith("2026-W09/"):
            (week.home.releases / left / Path(name).name).write_bytes(content)
    assert week.close(abandon=True).state == "lost"
    assert list(week.home.releases.iterdir()) == []


def test_a_release_that_nobody_was_shown_can_be_moved_away(
    peeled: Week, tmp_path: Path, untouched: dict[str, bytes]
) -> None:
    """Where something else lies in the release's place, the wave is held and told the way out."""
    week = peeled.copy(tmp_path / "home")
    other = week.home.releases / week.wave
    other.mkdir()
    (other / "manifest.json").write_text("{}")
    for _ in range(2):
        with pytest.raises(Held, match="nobody was shown it: move it away and run `pulse wave rel"):
            week.close()
    other.rename(tmp_path / "away")
    assert week.release().state == "released"
    assert week.released() == untouched
