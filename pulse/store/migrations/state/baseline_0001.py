"""The first tables of state/pulse.db: roster, waves, memberships, sent marks."""

import sqlalchemy as sa
from alembic import op

revision = "state_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "membership",
        sa.Column("wave", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=128), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("wave", "person_id", name=op.f("pk_membership")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sent",
        sa.Column("wave", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("wave", "person_id", "kind", name=op.f("pk_sent")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit",
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit")),
    )
    op.create_table(
        "wave",
        sa.Column("wave", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opens", sa.String(length=32), nullable=False),
        sa.Column("closes", sa.String(length=32), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("survey", sa.String(length=80), nullable=False),
        sa.Column("keys", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=100), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'awaiting_peel', 'held', "
            "'released', 'lost', 'cancelled')",
            name=op.f("ck_wave_state"),
        ),
        sa.PrimaryKeyConstraint("wave", name=op.f("pk_wave")),
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(length=128), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_folded", sa.String(length=254), nullable=True),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_folded", name=op.f("uq_person_email_folded")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("sent")
    op.drop_table("membership")
    op.drop_table("wave")
    op.drop_table("person")
    op.drop_table("unit")
