"""The press: all of a release or nothing, whatever interrupts it."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest
from msgspec import structs

from pulse.errors import BadRelease, Held, InvalidValue
from pulse.release import ledger, manifest, reading
from pulse.release.cell import Cell
from pulse.release.ledger import Entry
from pulse.release.manifest import About, Tallies
from pulse.release.press import press
from pulse.release.protected import ProtectedCounts
from pulse.store import treefile
from pulse.terms import Tree, Unit

WAVE = "2026-W09"
TREE = Tree("v", (Unit("org", None, "Org", 20, group=True, g="00001"),), {"org": "org"})
ABOUT = About("0.1.0", "weekly", "1.0.0", 3, "ab" * 16, "", Tallies(20, 9, 8, 8, 0))


def nothing(candidate: Path) -> list[str]:
    """Find nothing."""
    assert (candidate / manifest.NAME).exists()
    return []


def counts(wave: str = WAVE, mean: float = 3.0) -> ProtectedCounts:
    """Return protected counts of one cell."""
    cell = Cell(wave, "org", None, "Org", "unit", "item:A1", "published", 5, 20, mean, "exact", 0.5)
    return ProtectedCounts(
        wave, (cell,), ("A1",), (), (), {"safety": ("A1",)}, {"k": 5}, "optimal", ("org",), ()
    )


def pressed(
    releases: Path,
    wave: str = WAVE,
    mean: float = 3.0,
    check: Callable[[Path], list[str]] = nothing,
) -> Entry:
    """Press one wave."""
    return press(releases, counts(wave, mean), TREE, ABOUT, b"{}\n", check=check)


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_pressed_release_reads_back(tmp_path: Path) -> None:
    """What was pressed is read back, with every hash checked on the way."""
    entry = pressed(tmp_path)
    assert reading.waves(tmp_path) == (WAVE,)
    assert reading.verify_chain(tmp_path) == [entry]
    release = reading.load(tmp_path, WAVE)
    assert (release.wave, release.tree, release.results) == (WAVE, TREE, b"{}\n")
    assert release.manifest.tallies == ABOUT.tallies
    assert release.manifest.items == ("A1",)
    assert release.manifest.form == 3
    assert set(everything(tmp_path)) == {
        "ledger.jsonl",
        f"{WAVE}/cells.parquet",
        f"{WAVE}/manifest.json",
        f"{WAVE}/results.json",
        f"{WAVE}/tree.json",
    }


def test_a_hundred_weeks_of_the_same_units_are_kept_once(tmp_path: Path) -> None:
    """Everything is what each release is by itself; units that stayed the same are one object."""
    larger = structs.replace(TREE.units[0], invited=30)
    leaf = Unit("a", "org", "A", 9, group=True, g="00002")
    trees = [TREE, TREE, structs.replace(TREE, units=(larger, leaf)),
             structs.replace(TREE, units=(TREE.units[0], leaf))]  # fmt: skip
    for week, tree in enumerate(trees, 7):
        press(tmp_path, counts(f"2026-W{week:02d}"), tree, ABOUT, b"{}\n", check=nothing)
    found = reading.everything(tmp_path)
    assert [each.wave for each in found] == list(reading.waves(tmp_path))
    assert found == tuple(reading.load(tmp_path, each.wave) for each in found)
    first, second, third, fourth = (each.tree for each in found)
    assert first is second
    assert first.units[0] is fourth.units[0]
    assert third.units[1] is fourth.units[1]
    assert first.groups is fourth.groups


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """Pressing the same wave twice gives the same line and the same bytes."""
    first = pressed(tmp_path)
    before = everything(tmp_path)
    assert pressed(tmp_path) == first
    assert everything(tmp_path) == before


def test_two_homes_press_the_same_bytes(tmp_path: Path) -> None:
    """Equal input gives equal files, whenever and wherever it is pressed."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        pressed(tmp_path / name)
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_another_release_of_a_wave_is_refused(tmp_path: Path) -> None:
    """A published wave is never cut again; the first release stays as it is."""
    pressed(tmp_path)
    before = everything(tmp_path)
    with pytest.raises(BadRelease, match="names another release"):
        pressed(tmp_path, mean=3.5)
    assert everything(tmp_path) == before
    (tmp_path / ledger.NAME).unlink()
    with pytest.raises(BadRelease, match="Another release of this wave lies here"):
        pressed(tmp_path, mean=3.5)


def test_a_lost_folder_is_not_replaced_by_other_figures(tmp_path: Path) -> None:
    """Where the ledger names a wave, only that very release may come back."""
    pressed(tmp_path)
    before = everything(tmp_path)
    rmtree(tmp_path / WAVE)
    with pytest.raises(BadRelease, match="The ledger names another"):
        pressed(tmp_path, mean=3.5)
    assert not (tmp_path / WAVE).exists()
    pressed(tmp_path)
    assert everything(tmp_path) == before


def test_waves_chain_in_the_order_they_were_pressed(tmp_path: Path) -> None:
    """Each line holds the hash of the one before; waves read in calendar order."""
    lines = [pressed(tmp_path, wave) for wave in ("2026-W10", "2026-W08", "2026-W09")]
    assert ledger.read(tmp_path) == lines
    assert lines[0].previous == ledger.FIRST
    assert lines[1].previous == ledger.digest(ledger.line(lines[0]))
    assert ledger.head(tmp_path) == ledger.digest(ledger.line(lines[2]))
    assert reading.waves(tmp_path) == ("2026-W08", "2026-W09", "2026-W10")
    assert reading.load(tmp_path, "2026-W09").wave == "2026-W09"


def test_a_finding_stops_the_release(tmp_path: Path) -> None:
    """P19: whatever the audit finds, nothing is published and no file stays."""
    with pytest.raises(Held, match="a residue is small"):
        pressed(tmp_path, check=lambda _: ["a residue is small."])
    assert everything(tmp_path) == {}


def test_an_audit_that_crashes_stops_the_release(tmp_path: Path) -> None:
    """P19: an error of the auditor means not published."""

    def crash(candidate: Path) -> list[str]:
        raise MemoryError(candidate.name)

    with pytest.raises(MemoryError):
        pressed(tmp_path, check=crash)
    assert everything(tmp_path) == {}


def test_a_press_without_the_audit_would_publish(tmp_path: Path) -> None:
    """P19's twin: an audit that is not asked lets the same candidate through."""
    with pytest.raises(Held):
        pressed(tmp_path, check=lambda _: ["stop."])
    pressed(tmp_path, check=lambda _: [])
    assert reading.waves(tmp_path) == (WAVE,)


def test_an_interrupted_press_is_completed(tmp_path: Path) -> None:
    """A leftover candidate, a folder without its line or a torn line all end as one release."""
    (tmp_path / "whole").mkdir()
    pressed(tmp_path / "whole", "2026-W08")
    pressed(tmp_path / "whole")
    whole = everything(tmp_path / "whole")
    line = whole["ledger.jsonl"].splitlines(keepends=True)
    cut = tmp_path / "cut"
    cut.mkdir()
    pressed(cut, "2026-W08")
    (cut / f".candidate-{WAVE}").mkdir()
    (cut / f".candidate-{WAVE}" / "cells.parquet").write_bytes(b"half")
    pressed(cut)
    assert everything(cut) == whole
    for tail in (b"", line[1][:20], line[1][:-1]):
        (cut / ledger.NAME).write_bytes(line[0] + tail)
        assert reading.waves(cut) == ("2026-W08",)
        pressed(cut)
        assert everything(cut) == whole


def test_a_broken_ledger_stops_the_press(tmp_path: Path) -> None:
    """Nothing is chained to a line that does not hold."""
    (tmp_path / ledger.NAME).write_bytes(b"{}\n")
    with pytest.raises(BadRelease):
        pressed(tmp_path)
    assert not (tmp_path / WAVE).exists()


def test_a_wave_is_named_by_its_week(tmp_path: Path) -> None:
    """No other name becomes a folder."""
    with pytest.raises(InvalidValue):
        pressed(tmp_path, "../2026")


@pytest.mark.parametrize("name", [*manifest.FILES, manifest.NAME])
def test_a_changed_file_is_not_read(tmp_path: Path, name: str) -> None:
    """Reading refuses a release of which any file was changed or lost."""
    pressed(tmp_path)
    path = tmp_path / WAVE / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BadRelease):
        reading.load(tmp_path, WAVE)
    path.unlink()
    with pytest.raises(BadRelease, match="missing"):
        reading.verify_chain(tmp_path)


def test_a_manifest_of_something_else_is_not_read(tmp_path: Path) -> None:
    """A manifest that the ledger names must still be of that wave, version and files."""
    pressed(tmp_path)
    path = tmp_path / WAVE / manifest.NAME
    described = manifest.decode(path.read_bytes())
    for values, said in (({"wave": "2026-W10"}, "something else"), ({"v": 2}, "another version")):
        forged = manifest.encode(structs.replace(described, **values))
        path.write_bytes(forged)
        line = ledger.line(Entry(1, WAVE, ledger.digest(forged), ledger.FIRST))
        (tmp_path / ledger.NAME).write_bytes(line + b"\n")
        with pytest.raises(BadRelease, match=said):
            reading.load(tmp_path, WAVE)


def test_an_unreleased_wave_is_not_read(tmp_path: Path) -> None:
    """Only what the ledger names exists."""
    with pytest.raises(BadRelease, match="not released"):
        reading.load(tmp_path, WAVE)
    assert reading.waves(tmp_path) == ()
    assert ledger.head(tmp_path) == ledger.FIRST


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"tree_version":"v","units":[],"groups":{}}'])
def test_a_file_that_is_no_tree_is_refused(tmp_path: Path, text: bytes) -> None:
    """A tree file needs at least one unit."""
    path = tmp_path / "tree.json"
    path.write_bytes(text)
    with pytest.raises(BadRelease):
        treefile.read(path)
    path.unlink()
    with pytest.raises(BadRelease, match="cannot be read"):
        treefile.read(path)
    assert treefile.decode(treefile.encode(TREE)) == TREE
