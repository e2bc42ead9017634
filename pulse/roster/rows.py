"""Reads a CSV file into rows of named fields; whatever is wrong names file, line and column."""

import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import msgspec

from pulse.errors import BadRoster

MAX_BYTES: Final = 64 * 2**20
# Joiners that some scripts need inside a word; every other invisible sign is refused.
_JOINERS: Final = dict.fromkeys(map(ord, "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"))


class Row(msgspec.Struct, frozen=True):
    """One line: its fields by column, and where it stands."""

    file: str
    line: int
    fields: dict[str, str]

    def refuse(self, column: str, why: str) -> BadRoster:
        """Build the refusal of one field."""
        return BadRoster(f"{why} Nothing was imported.", where=f"{self.file}:{self.line}:{column}")


def rows(path: Path, required: Collection[str], optional: Collection[str] = ()) -> Iterator[Row]:
    """Yield the rows of a CSV file (RFC 4180, UTF-8 with or without BOM), empty lines left out.

    The header may name the columns in any order. Spaces around a field are dropped.

    Raises:
        BadRoster: the file cannot be read, or a line is not as the header promises.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells, path.name, reader.line_num, required, optional)
            else:
                yield _row(cells, header, path.name, reader.line_num)
    except csv.Error as error:
        raise _refusal(path.name, reader.line_num, f"This is no CSV: {error}.") from error
    if header is None:
        raise _refusal(path.name, 1, f"The header is missing: {','.join(required)}.")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadRoster("The file cannot be read.", where=str(path)) from error
    if len(data) > MAX_BYTES:
        raise BadRoster(f"The file is larger than {MAX_BYTES >> 20} MiB.", where=path.name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(path.name, line, "The file is not UTF-8; save it as CSV UTF-8.") from error


def _header(
    cells: list[str], file: str, line: int, required: Collection[str], optional: Collection[str]
) -> list[str]:
    names = [cell.strip() for cell in cells]
    if len(names) == 1 and ";" in names[0]:
        raise _refusal(file, line, "The columns are parted by semicolons; commas are needed.")
    for name in names:
        if not name:
            raise _refusal(file, line, "A column of the header has no name.")
        if names.count(name) > 1:
            raise _refusal(file, line, "The header names this column twice.", name)
        if name not in required and name not in optional:
            expected = ", ".join((*required, *optional))
            raise _refusal(
                file, line, f"There is no column of this name; expected {expected}.", name
            )
    for name in required:
        if name not in names:
            raise _refusal(file, line, "The header lacks this column.", name)
    return names


def _row(cells: list[str], header: list[str], file: str, line: int) -> Row:
    if len(cells) != len(header):
        raise _refusal(file, line, f"This line has {len(cells)} fields, the header {len(header)}.")
    fields = {}
    for name, cell in zip(header, cells, strict=True):
        value = cell.replace("\N{NO-BREAK SPACE}", " ").strip()
        if not value.isprintable() and not value.translate(_JOINERS).isprintable():
            raise _refusal(file, line, "This field holds a sign that cannot be printed.", name)
        fields[name] = value
    return Row(file, line, fields)


def _refusal(file: str, line: int, why: str, column: str = "") -> BadRoster:
    shown = column if column.isprintable() else "?"
    where = f"{file}:{line}:{shown[:40]}" if column else f"{file}:{line}"
    return BadRoster(f"{why} Nothing was imported.", where=where)
