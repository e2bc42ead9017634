"""Which schema the two kept databases must have: looked at cheaply, without alembic.

A command or a serving process that met another schema would fail half-way through its work, or
worse, succeed. So each looks first, and stops with a sentence.
"""

from collections.abc import Mapping
from typing import Final, Literal

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, select

from pulse.errors import Refused
from pulse.store.engine import reading

Which = Literal["state", "accounts"]
# Every revision in `migrations/`, oldest first; a test compares them with the folders.
REVISIONS: Final[Mapping[Which, tuple[str, ...]]] = {
    "state": ("state_0001", "state_0002", "state_0003", "state_0004", "state_0005", "state_0006"),
    "accounts": ("accounts_0001", "accounts_0002_signin", "accounts_0003_practices"),
}
# As alembic makes it.
VERSION: Final = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def newest(which: Which) -> str:
    """Return the revision that this Pulse works with."""
    return REVISIONS[which][-1]


def revision(connection: Connection) -> str | None:
    """Return the revision of a database, or None if no Pulse has made it."""
    if not connection.dialect.has_table(connection, VERSION.name):
        return None
    return connection.scalar(select(VERSION.c.version_num))


def check_schema(engine: Engine, which: Which) -> None:
    """Pass only a database of the newest schema.

    Raises:
        Refused: an older Pulse made it, a newer one has used it, or none ever did.
    """
    with reading(engine) as connection:
        found = revision(connection)
    if found == newest(which):
        return
    refuse_foreign(found, which)
    raise Refused(
        "An older version of Pulse made this database; nothing was changed. "
        "Run `pulse upgrade` first.",
        where=which,
    )


def refuse_foreign(found: str | None, which: Which) -> str:
    """Return a revision that this Pulse knows.

    Raises:
        Refused: it knows none of this name, or there is none.
    """
    if found is None:
        raise Refused("This is no database of Pulse; nothing was changed.", where=which)
    if found not in REVISIONS[which]:
        raise Refused(
            "A newer version of Pulse has used this database; nothing was changed. "
            "Install that version again.",
            where=which,
        )
    return found
