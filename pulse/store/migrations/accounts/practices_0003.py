"""Which unit tries which practice since when."""

import sqlalchemy as sa
from alembic import op

revision = "accounts_0003_practices"
down_revision = "accounts_0002_signin"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "practice_use",
        sa.Column("use_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("practice", sa.String(length=40), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("looked", sa.String(length=10), nullable=True),
        sa.Column("ended", sa.String(length=10), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(place IS NULL) = (ended IS NOT NULL)", name=op.f("ck_practice_use_ended")
        ),
        sa.CheckConstraint("place BETWEEN 1 AND 2", name=op.f("ck_practice_use_place")),
        sa.PrimaryKeyConstraint("use_id", name=op.f("pk_practice_use")),
        sa.UniqueConstraint("unit_id", "place", name=op.f("uq_practice_use_unit_id")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("practice_use")
