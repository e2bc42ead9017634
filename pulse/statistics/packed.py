"""Released rows in little memory: a name that comes back a million times is kept once.

Two years of 10,000 units are ten million rows with nine names each, but only some thousand
different ones. As an Enum each is one or two bytes; categories stand in the order of their
letters, so that rows sort and compare as the names themselves do.
"""

from collections.abc import Iterable
from typing import Final

import polars as pl

from pulse.release.cells import SCHEMA

_NAMES: Final = tuple(name for name, kind in SCHEMA.items() if kind == pl.String)
_COUNTS: Final = tuple(name for name, kind in SCHEMA.items() if kind == pl.Int64)


def packed(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return frames of the columns of `cells.parquet` as one, its names as Enums, waves ascending.

    Of a generator no more than one frame is in memory as it was; rows of a wave keep their order.
    """
    kinds = dict.fromkeys(_NAMES, pl.Enum([]))
    small = [_small(frame, kinds) for frame in frames]
    shared = [pl.col(name).cast(kind) for name, kind in kinds.items()]
    rows = pl.concat([frame.with_columns(shared) for frame in small])
    in_order = rows["wave"].to_physical().is_sorted()
    return rows if in_order else rows.sort("wave", maintain_order=True)


def is_packed(rows: pl.DataFrame) -> bool:
    """Tell whether `rows` are as `packed` returns them."""
    named = all(isinstance(rows.schema[name], pl.Enum) for name in _NAMES)
    return named and rows["wave"].to_physical().is_sorted()


def _small(frame: pl.DataFrame, kinds: dict[str, pl.Enum]) -> pl.DataFrame:
    """Pack one frame; `kinds` learn the names that were not met before."""
    columns = []
    for name in _NAMES:
        given = frame[name]
        known = given.cast(kinds[name], strict=False)
        if known.null_count() > given.null_count():
            fresh = given.unique().drop_nulls().cast(pl.String)
            kinds[name] = pl.Enum(sorted({*kinds[name].categories, *fresh}))
            known = given.cast(kinds[name])
        columns.append(known)
    return frame.with_columns(*columns, pl.col(_COUNTS).cast(pl.Int32))
