"""The ledger's chain and the table of cells."""

from pathlib import Path

import polars as pl
import pytest

from pulse.errors import BadRelease
from pulse.release import cells, ledger
from pulse.release.cell import COLUMNS, Cell
from pulse.release.ledger import Entry

SHOWN = Cell(
    "2026-W09", "a", "org", "A", "unit", "item:A1", "published", 20, 30, 3.25, "exact", 0.25,
    50.0, 30.0, 20.0, "under 10 %",
)  # fmt: skip
HIDDEN = Cell("2026-W09", "b", "org", "B", "unit", "item:A1", "suppressed")


def chain(*waves: str) -> list[bytes]:
    """Return the lines of a sound ledger."""
    lines: list[bytes] = []
    for wave in waves:
        previous = ledger.digest(lines[-1]) if lines else ledger.FIRST
        lines.append(ledger.line(Entry(1, wave, "00", previous)))
    return lines


def write(folder: Path, lines: list[bytes]) -> None:
    """Write a ledger."""
    (folder / ledger.NAME).write_bytes(b"".join(line + b"\n" for line in lines))


def test_a_sound_chain_is_read(tmp_path: Path) -> None:
    """Every line follows from the one before, and a torn tail is not yet a line."""
    lines = chain("2026-W08", "2026-W10", "2026-W09")
    write(tmp_path, lines)
    assert [entry.wave for entry in ledger.read(tmp_path)] == ["2026-W08", "2026-W10", "2026-W09"]
    with (tmp_path / ledger.NAME).open("ab") as file:
        file.write(b'{"v"')
    assert len(ledger.read(tmp_path)) == 3


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_removed_or_swapped_line_breaks_the_chain(tmp_path: Path, at: int) -> None:
    """Nothing can be taken out of, or moved inside, the middle of the ledger."""
    lines = chain("2026-W08", "2026-W09", "2026-W10", "2026-W11")
    write(tmp_path, lines[:at] + lines[at + 1 :])
    with pytest.raises(BadRelease, match="does not follow"):
        ledger.read(tmp_path)
    write(tmp_path, [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])
    with pytest.raises(BadRelease, match="does not follow"):
        ledger.read(tmp_path)


@pytest.mark.parametrize("text", [b"", b"{", b'{"v":1}', b"null"])
def test_a_line_that_is_no_entry_is_refused(tmp_path: Path, text: bytes) -> None:
    """The message names the line."""
    write(tmp_path, [*chain("2026-W08"), text])
    with pytest.raises(BadRelease, match=r"ledger\.jsonl:2"):
        ledger.read(tmp_path)


def test_other_bytes_of_the_same_entry_are_refused(tmp_path: Path) -> None:
    """A line has one spelling, so that its hash has one meaning."""
    write(tmp_path, [chain("2026-W08")[0].replace(b":", b": ")])
    with pytest.raises(BadRelease, match="does not follow"):
        ledger.read(tmp_path)


def test_a_wave_stands_once(tmp_path: Path) -> None:
    """A second release of the same wave cannot be chained."""
    write(tmp_path, chain("2026-W08", "2026-W08"))
    with pytest.raises(BadRelease, match="released once"):
        ledger.read(tmp_path)


def test_cells_read_back_as_written(tmp_path: Path) -> None:
    """Rows survive Parquet, null stays null, and equal cells give equal bytes."""
    data = cells.encode([SHOWN, HIDDEN])
    assert data == cells.encode([SHOWN, HIDDEN])
    (tmp_path / cells.NAME).write_bytes(data)
    table = cells.read(tmp_path / cells.NAME)
    assert tuple(table.columns) == COLUMNS
    assert cells.rows(table) == [SHOWN, HIDDEN]
    assert table["mean"].null_count() == 1


def test_no_cells_are_still_a_table() -> None:
    """An empty table has the columns of a release."""
    assert cells.frame([]).schema == cells.SCHEMA
    assert cells.encode([]) == cells.encode([])


def test_another_table_is_refused(tmp_path: Path) -> None:
    """A missing, broken or differently shaped file is no table of cells."""
    path = tmp_path / cells.NAME
    with pytest.raises(BadRelease, match="cannot be read"):
        cells.read(path)
    path.write_bytes(b"PAR1")
    with pytest.raises(BadRelease, match="cannot be read"):
        cells.read(path)
    pl.DataFrame({"wave": ["2026-W09"]}).write_parquet(path)
    with pytest.raises(BadRelease, match="other columns"):
        cells.read(path)
