"""Exports of released cells: one file a format, and one entry here."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from pulse.errors import Refused
from pulse.export import csv
from pulse.export.selection import Selection, frames

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FORMATS", "Selection", "export_file", "frames"]

Writer = Callable[[Iterable["pl.DataFrame"], IO[bytes]], int]

FORMATS: Final[dict[str, Writer]] = {"csv": csv.write}


def export_file(releases: Path, out: Path, fmt: str, selection: Selection) -> int:
    """Write the chosen released cells to `out` and return the number of rows.

    The file appears complete or not at all (it is written beside `out` and renamed).

    Raises:
        Refused: the format is not offered, or the selection names an unknown unit.
        BadRelease: a release does not match the ledger.
    """
    writer = FORMATS.get(fmt)
    if writer is None:
        raise Refused(f"This format is not offered; choose {', '.join(FORMATS)}.", where=fmt)
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as stream:
            rows = writer(frames(releases, selection), stream)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return rows
