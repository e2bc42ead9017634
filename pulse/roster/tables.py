"""The roster's tables in `state/pulse.db`; its people live nowhere else."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, false

from pulse.store.metadata import state as metadata

# `position` is the place in preorder: parents before children, siblings as in the file.
# `leaders` says that the people directly in it lead others.
unit: Final = Table(
    "unit",
    metadata,
    Column("unit_id", String(64), primary_key=True),
    Column("parent_id", String(64)),
    Column("name", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("leaders", Boolean, nullable=False, server_default=false()),
)

# An empty email means a printed card. `email_folded` makes addresses unique regardless of case.
person: Final = Table(
    "person",
    metadata,
    Column("person_id", String(128), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("email_folded", String(254), unique=True),
    Column("unit_id", String(64), ForeignKey("unit.unit_id"), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
)

# Who was invited in which group, as frozen when the wave opened. Addresses are cleared at the
# close; the rest stays, because the next trees must know how much a unit's people changed.
# `channel` is the one way in which this wave reaches a person, see `roster.frozen.Channel`.
membership: Final = Table(
    "membership",
    metadata,
    Column("wave", String(8), primary_key=True),
    Column("person_id", String(128), primary_key=True),
    Column("unit_id", Text, nullable=False),
    Column("email", String(254), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("channel", String(8), nullable=False, server_default="mail"),
    sqlite_with_rowid=False,
)
