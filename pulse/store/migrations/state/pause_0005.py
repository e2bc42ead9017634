"""Pauses of the weekly rhythm."""

import sqlalchemy as sa
from alembic import op

revision = "state_0005"
down_revision = "state_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; there were no pauses before."""
    op.create_table(
        "pause",
        sa.Column("first", sa.String(10), nullable=False),
        sa.Column("last", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("first", name="pk_pause"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("pause")
