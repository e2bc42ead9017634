"""Cells as a table: `cells.parquet`, same cells in, same bytes out (polars; import by name)."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl

from pulse.errors import BadRelease
from pulse.release.cell import COLUMNS, Cell

NAME: Final = "cells.parquet"
SCHEMA: Final = pl.Schema(
    {
        "wave": pl.String,
        "unit_id": pl.String,
        "parent_id": pl.String,
        "name": pl.String,
        "kind": pl.String,
        "measure": pl.String,
        "status": pl.String,
        "at_least": pl.Int64,
        "invited": pl.Int64,
        "mean": pl.Float64,
        "mean_bound": pl.String,
        "step": pl.Float64,
        "favourable": pl.Float64,
        "neutral": pl.Float64,
        "unfavourable": pl.Float64,
        "no_answer": pl.String,
        "value": pl.Float64,
    }
)


def frame(cells: Iterable[Cell]) -> pl.DataFrame:
    """Return cells as a frame of the columns of `cells.parquet`, in the order given."""
    rows = list(cells)
    return pl.DataFrame(
        {name: [getattr(cell, name) for cell in rows] for name in COLUMNS}, schema=SCHEMA
    )


def rows(table: pl.DataFrame) -> list[Cell]:
    """Return the rows of a frame as cells."""
    return [Cell(*row) for row in table.select(COLUMNS).iter_rows()]


def encode(cells: Iterable[Cell]) -> bytes:
    """Return the bytes of `cells.parquet`; a function of the cells and polars' version alone."""
    out = io.BytesIO()
    table = frame(cells)
    table.write_parquet(out, compression="zstd", row_group_size=max(1, table.height))
    return out.getvalue()


def read(path: Path) -> pl.DataFrame:
    """Read a `cells.parquet`.

    Raises:
        BadRelease: it is missing, no Parquet file, or has other columns.
    """
    try:
        table = pl.read_parquet(path.read_bytes())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BadRelease("The cells cannot be read.", where=str(path)) from error
    if table.schema != SCHEMA:
        raise BadRelease("The table has other columns than a release.", where=str(path))
    return table
