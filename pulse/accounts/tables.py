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
    Index("ix_access_log_email", "email"),
)


def _account(*, key: bool) -> Column[int]:
    owner = ForeignKey("account.account_id", ondelete="CASCADE")
    if key:
        return Column("account_id", Integer, owner, primary_key=True, autoincrement=False)
    return Column("account_id", Integer, owner, nullable=False, index=True)


# One-time links sent by mail: 256 bits, of which only the SHA-256 is kept. Using one deletes it.
link: Final = Table(
    "link",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    _account(key=False),
    Column("purpose", String(16), nullable=False),
    Column("made", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    CheckConstraint("purpose IN ('invitation', 'forgotten')", name="purpose"),
)

# One row per session that has not ended. The cookie leads to Litestar's store, that to this row;
# without the row, or with another stamp than the account's, the session has ended.
session: Final = Table(
    "session",
    metadata,
    Column("session_id", String(32), primary_key=True),
    _account(key=False),
    Column("stamp", String(32), nullable=False),
    Column("way", String(16), nullable=False),
    Column("second", Boolean, nullable=False),
    Column("browser", String(16), nullable=False),
    Column("began", String(32), nullable=False),
    Column("seen", String(32), nullable=False),
    CheckConstraint("way IN ('password', 'provider')", name="way"),
)

# A second factor: its secret sealed, the last step of time that was used, and recent tries.
second_factor: Final = Table(
    "second_factor",
    metadata,
    _account(key=True),
    Column("secret", LargeBinary(80), nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("last_step", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tried", String(32), nullable=False),
)

# Recovery codes that have not been used; using one deletes it.
recovery_code: Final = Table(
    "recovery_code",
    metadata,
    _account(key=True),
    Column("digest", LargeBinary(32), primary_key=True),
)

# Sign-ins that are under way at the organisation's own provider; coming back deletes the row.
provider_attempt: Final = Table(
    "provider_attempt",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(64), nullable=False),
    Column("expires", String(32), nullable=False),
)
