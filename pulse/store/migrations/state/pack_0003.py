"""Which pack of statements joined which weeks."""

import sqlalchemy as sa
from alembic import op

revision = "state_0003"
down_revision = "state_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "pack_run",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pack", sa.String(length=40), nullable=False),
        sa.Column("waves", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(length=8), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.CheckConstraint("waves BETWEEN 1 AND 6", name=op.f("ck_pack_run_waves")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pack_run")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("pack_run")
