"""The last wave that showed a unit is found among the releases."""

from pathlib import Path

from msgspec import structs

from pulse.release.cell import Cell
from pulse.release.press import press
from pulse.release.shown import Shown, last_shown
from tests.unit.release.test_press import ABOUT, TREE, counts, nothing, pressed


def pressed_hidden(releases: Path, wave: str) -> None:
    """Press a wave in which the unit is suppressed."""
    cell = Cell(wave, "org", None, "Org", "unit", "item:A1", "suppressed")
    protected = structs.replace(counts(wave), cells=(cell,))
    press(releases, protected, TREE, ABOUT, b"{}\n", check=nothing)


def test_the_newest_wave_that_showed_the_unit_counts(tmp_path: Path) -> None:
    """Hidden weeks are passed over, older showings do not matter."""
    pressed(tmp_path, "2026-W08")
    pressed(tmp_path, "2026-W09")
    pressed_hidden(tmp_path, "2026-W10")
    assert last_shown(tmp_path, ["org", "new"]) == [Shown("2026-W09", TREE, frozenset({"org"}))]


def test_a_unit_that_was_never_shown_is_not_found(tmp_path: Path) -> None:
    """Without releases, or hidden in all of them, there is nothing."""
    assert last_shown(tmp_path, ["org"]) == []
    pressed_hidden(tmp_path, "2026-W10")
    assert last_shown(tmp_path, ["org"]) == []
