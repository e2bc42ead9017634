"""Which units are made of leaders."""

import sqlalchemy as sa
from alembic import op

revision = "state_0004"
down_revision = "state_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; the units of before have none until the next import."""
    op.add_column(
        "unit", sa.Column("leaders", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Drop the mark."""
    op.drop_column("unit", "leaders")
