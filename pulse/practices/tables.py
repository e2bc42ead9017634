"""The table of practices in `accounts/accounts.db`: units and dates, no person and no answer."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, UniqueConstraint

from pulse.store.metadata import accounts as metadata

AT_ONCE: Final = 2

# One row each time a unit takes up a practice. While it runs it has one of the unit's two places,
# so that no two writers can start a third. Dates are ISO days in the organisation's zone.
practice_use: Final = Table(
    "practice_use",
    metadata,
    Column("use_id", Integer, primary_key=True),
    Column("unit_id", String(64), nullable=False),
    Column("practice", String(40), nullable=False),
    Column("since", String(10), nullable=False),
    Column("looked", String(10)),
    Column("ended", String(10)),
    Column("place", Integer),
    UniqueConstraint("unit_id", "place"),
    CheckConstraint("(place IS NULL) = (ended IS NOT NULL)", name="ended"),
    CheckConstraint(f"place BETWEEN 1 AND {AT_ONCE}", name="place"),
)
