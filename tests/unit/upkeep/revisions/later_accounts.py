# ruff: noqa: INP001 - alembic reads this file by its path
"""A revision that only tests know: it makes a table anew to which another refers."""

import sqlalchemy as sa
from alembic import op

from pulse.store.schema import newest

revision = "accounts_later"
down_revision = newest("accounts")
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every account a language, and a longer stamp."""
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("language", sa.String(35), nullable=False, server_default="en"))
        batch.alter_column("stamp", type_=sa.String(40))
    op.create_index("ix_account_language", "account", ["language"])
    op.execute("UPDATE account SET language = 'de' WHERE role = 'hr'")
