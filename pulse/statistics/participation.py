"""How many took part, in the only form that is published: at least b of H."""

import msgspec
import polars as pl

from pulse.release import hidden
from pulse.statistics.history import History


class Participation(msgspec.Struct, frozen=True):
    """The band of answers of a unit in a wave; `partial` below half of those invited."""

    at_least: int | None
    invited: int
    partial: bool
    words: str


def participation(history: History, unit_id: str, wave: str | None = None) -> Participation:
    """Return the participation of `unit_id` in `wave` (default: the newest)."""
    wave = wave or history.latest
    if wave is None:
        return Participation(None, 0, partial=False, words="No week has been shown yet.")
    invited = next((u.invited for u in history.tree(wave).units if u.unit_id == unit_id), 0)
    bands = history.cells.filter(
        (pl.col("wave") == wave)
        & (pl.col("unit_id") == unit_id)
        & (pl.col("kind") == "unit")
        & (pl.col("status") == "published")
    )["at_least"]
    if bands.is_empty():
        return Participation(None, invited, partial=False, words=hidden.SENTENCE)
    least = int(bands.min())  # type: ignore[arg-type] # a published row always has its band
    partial = least < invited / 2
    words = f"At least {least} of {invited} answered"
    words += "; this is a partial view." if partial else "."
    return Participation(least, invited, partial, words)
