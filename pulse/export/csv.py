"""CSV: the columns of cells.parquet in their order, safe to open in a spreadsheet."""

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Final

from pulse.release.cell import COLUMNS

if TYPE_CHECKING:
    import polars as pl

# A spreadsheet runs a field that begins like this as a formula (OWASP, "CSV Injection").
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
NEUTRAL: Final = "'"


def write(frames: Iterable["pl.DataFrame"], out: IO[bytes], *, bom: bool = False) -> int:
    """Write the rows to `out`, one wave at a time, and return their number.

    RFC 4180: CRLF, quotes where needed, one header line; UTF-8, with a byte order mark if
    `bom`. A suppressed value is an empty field, never 0. A text that begins with
    `= + - @`, TAB or CR gets an apostrophe in front, so that no spreadsheet runs it.
    """
    out.write((b"\xef\xbb\xbf" if bom else b"") + ",".join(COLUMNS).encode() + b"\r\n")
    rows = 0
    for frame in frames:
        _neutral(frame).write_csv(out, include_header=False, line_terminator="\r\n", null_value="")
        rows += frame.height
    return rows


def _neutral(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl
    from polars import selectors

    texts = selectors.string()
    first = texts.str.slice(0, 1).is_in(list(FORMULA_STARTS))
    return frame.select(*COLUMNS).with_columns(
        pl.when(first).then(pl.lit(NEUTRAL) + texts).otherwise(texts).name.keep()
    )
