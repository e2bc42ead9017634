"""Which mails have left, without time, so that running `invite` again never sends twice."""

from typing import Final

from sqlalchemy import Column, String, Table

from pulse.store.metadata import state as metadata

# Without rowid: the table keeps no order of sending either.
sent: Final = Table(
    "sent",
    metadata,
    Column("wave", String(8), primary_key=True),
    Column("person_id", String(128), primary_key=True),
    Column("kind", String(16), primary_key=True),
    sqlite_with_rowid=False,
)
