"""The two kept databases: which tables each has is said in the rooms, once, on these objects.

Stores of one wave (issuer, ballot box) are not here: they live outside alembic and die with it.
"""

from typing import Final

from sqlalchemy import MetaData

# Named constraints, so that a migration can address them on SQLite and PostgreSQL alike.
_NAMES: Final = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# state/pulse.db: roster, waves, membership, sent marks.
state: Final = MetaData(naming_convention=_NAMES)
# accounts/accounts.db: leaders, HR, auditors, administrators and the access log.
accounts: Final = MetaData(naming_convention=_NAMES)
