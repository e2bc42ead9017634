"""Signing in: links by mail, sessions, second factors, recovery codes, single sign-on."""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "accounts_0002_signin"
down_revision = "accounts_0001"
branch_labels = None
depends_on = None


def _mine(table: str, *, key: bool) -> list[sa.schema.SchemaItem]:
    autoincrement: Literal["auto"] | bool = False if key else "auto"
    column = sa.Column("account_id", sa.Integer(), nullable=False, autoincrement=autoincrement)
    reference = sa.ForeignKeyConstraint(
        ["account_id"],
        ["account.account_id"],
        name=op.f(f"fk_{table}_account_id_account"),
        ondelete="CASCADE",
    )
    return [column, reference]


def upgrade() -> None:
    """Create the tables."""
    op.create_index("ix_access_log_email", "access_log", ["email"], unique=False)
    op.create_table(
        "link",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        *_mine("link", key=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("made", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.CheckConstraint("purpose IN ('invitation', 'forgotten')", name=op.f("ck_link_purpose")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_link")),
    )
    op.create_index("ix_link_account_id", "link", ["account_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        *_mine("session", key=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("browser", sa.String(length=16), nullable=False),
        sa.Column("began", sa.String(length=32), nullable=False),
        sa.Column("seen", sa.String(length=32), nullable=False),
        sa.CheckConstraint("way IN ('password', 'provider')", name=op.f("ck_session_way")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"], unique=False)
    op.create_table(
        "second_factor",
        *_mine("second_factor", key=True),
        sa.Column("secret", sa.LargeBinary(length=80), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        *_mine("recovery_code", key=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "provider_attempt",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_provider_attempt")),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("provider_attempt", "recovery_code", "second_factor", "session", "link"):
        op.drop_table(table)
    op.drop_index("ix_access_log_email", "access_log")
