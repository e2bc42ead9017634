"""The public halves of a council's keys."""

import sqlalchemy as sa
from alembic import op

revision = "state_0002"
down_revision = "state_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "council_half",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("point", sa.String(length=87), nullable=False),
        sa.Column("wave", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_council_half")),
        sa.UniqueConstraint("point", name=op.f("uq_council_half_point")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("council_half")
