"""The tables of `accounts/accounts.db`."""

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from pulse.store.metadata import accounts as metadata

# One row per person who may sign in. `stamp` changes with every password, role or unit, and
# ends every session made under the one before.
account: Final = Table(
    "account",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("unit_id", String(64)),
    Column("password", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("stamp", String(32), nullable=False),
    Column("created", String(32), nullable=False),
    CheckConstraint("role IN ('leader', 'hr', 'auditor', 'admin')", name="role"),
    CheckConstraint("(role = 'leader') = (unit_id IS NOT NULL)", name="unit"),
)

# At most one API token a person; only its SHA-256 is kept.
api_token: Final = Table(
    "api_token",
    metadata,
    Column(
        "account_id",
        Integer,
        ForeignKey("account.account_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("created", String(32), nullable=False),
)

# Who saw or exported what. The address is copied: a row outlives its account.
access_log: Final = Table(
    "access_log",
    metadata,
    Column("entry_id", Integer, primary_key=True),
    Column("moment", String(32), nullable=False),
    Column("email", String(254), nullable=False),
    Column("role", String(16), nullable=False),
    Column("action", String(16), nullable=False),
    Column("subject", String(200), nullable=False),
    Index("ix_access_log_moment", "moment"),
)
