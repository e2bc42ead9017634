"""The numbers of one figure as a sheet: what "download data" gives, as CSV."""

import csv
import io

import msgspec

from pulse.export.csv import FORMULA_STARTS, NEUTRAL

Value = str | float | int | None


class Sheet(msgspec.Struct, frozen=True):
    """Columns and rows; None is hidden or not there and becomes an empty field, never 0."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def tenth(value: float | None) -> float | None:
    """Return a figure of 0-100 as precisely as it is drawn."""
    return None if value is None else round(value, 1)


def as_csv(sheet: Sheet) -> bytes:
    """Return the sheet as CSV (RFC 4180), safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.columns)
    writer.writerows([_safe(value) for value in row] for row in sheet.rows)
    return out.getvalue().encode()


def _safe(value: Value) -> Value:
    return NEUTRAL + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
