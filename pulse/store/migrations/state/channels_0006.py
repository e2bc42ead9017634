"""One channel a person and wave, and what a wave has told in channels."""

import sqlalchemy as sa
from alembic import op

revision = "state_0006"
down_revision = "state_0005"
branch_labels = None
depends_on = None

_RUNNING = "(SELECT wave FROM wave WHERE state IN ('planned', 'open'))"


def upgrade() -> None:
    """Add the column; people of a wave that runs keep the channel that they have had."""
    op.add_column(
        "membership", sa.Column("channel", sa.String(8), nullable=False, server_default="mail")
    )
    op.execute("UPDATE membership SET channel = '' WHERE email = ''")
    op.execute(f"UPDATE membership SET channel = 'card' WHERE email = '' AND wave IN {_RUNNING}")  # noqa: S608 - no value comes from outside
    op.create_table(
        "announced",
        sa.Column("wave", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("wave", "kind", "place", name="pk_announced"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("announced")
    op.drop_column("membership", "channel")
