"""What a wave has told in channels: once per wave, kind and place. No person stands here."""

from typing import Final

from sqlalchemy import Column, String, Table

from pulse.store.metadata import state as metadata

# `outcome` is "claimed" while it is being told (and after a crash), then how that ended.
announced: Final = Table(
    "announced",
    metadata,
    Column("wave", String(8), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("place", String(16), primary_key=True),
    Column("outcome", String(200), nullable=False),
    sqlite_with_rowid=False,
)
