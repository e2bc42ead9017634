"""The last wave that showed a unit is found among the releases."""

from pathlib import Path

from msgspec import structs

from pulse.release.cell import Cell
from pulse.release.press import press
from pulse.release.shown import Shown, last_shown, shown_around
from pulse.terms import Tree, Unit
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
    assert last_shown(tmp_path) == [Shown("2026-W09", TREE, frozenset({"org"}))]


def test_a_unit_that_was_never_shown_is_not_found(tmp_path: Path) -> None:
    """Without releases, or hidden in all of them, there is nothing."""
    assert last_shown(tmp_path) == []
    pressed_hidden(tmp_path, "2026-W10")
    assert last_shown(tmp_path) == []


def pressed_pool(releases: Path, wave: str, hidden: str, owner: str) -> None:
    """Press a wave that hides one group and shows it inside the pool of `owner`."""
    rows = [
        Cell(wave, unit.unit_id, unit.parent_id, unit.name, "unit", "item:A1",
             "suppressed" if unit.unit_id in {hidden, *HIDES[owner]} else "published")
        for unit in TALL.units
    ]  # fmt: skip
    rows.append(Cell(wave, f"{owner}:others", owner, "Pool", "pool", "item:A1", "published"))
    protected = structs.replace(counts(wave), cells=tuple(rows))
    press(releases, protected, TALL, ABOUT, b"{}\n", check=nothing)


TALL = Tree(
    "v",
    (
        Unit("org", None, "Org", 48, group=False),
        Unit("dep", "org", "Dep", 32, group=False),
        Unit("a", "dep", "A", 16, group=True, g="00001"),
        Unit("b", "dep", "B", 16, group=True, g="00002"),
        Unit("c", "org", "C", 16, group=True, g="00003"),
    ),
    {"a": "a", "b": "b", "c": "c"},
)
HIDES = {"dep": {"b"}, "org": {"dep", "b"}}


def test_the_newest_wave_of_a_group_in_each_of_its_pools_counts(tmp_path: Path) -> None:
    """A group shown inside a pool is remembered, once for each unit whose pool it was."""
    pressed_pool(tmp_path, "2026-W08", "a", "org")
    pressed_pool(tmp_path, "2026-W09", "a", "dep")
    pressed_pool(tmp_path, "2026-W10", "a", "dep")
    assert last_shown(tmp_path) == [
        Shown("2026-W10", TALL, frozenset({"org", "dep", "c"}), frozenset({"a", "b"})),
        Shown("2026-W08", TALL, frozenset(), frozenset({"a", "b"})),
    ]


def test_a_week_between_others_has_neighbours_on_both_sides(tmp_path: Path) -> None:
    """The last showing before and the first one after count, whenever they were pressed."""
    for week in ("2026-W12", "2026-W08", "2026-W09", "2026-W11"):
        pressed(tmp_path, week)
    one = frozenset({"org"})
    assert shown_around(tmp_path, "2026-W10") == (
        [Shown("2026-W09", TREE, one)],
        [Shown("2026-W11", TREE, one)],
    )
    assert shown_around(tmp_path, "2026-W13")[1] == []
