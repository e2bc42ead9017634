"""Brings a database to a newer schema; the only module that imports alembic.

Both kept databases share one migration environment and have their own line of revisions:
`migrations/state` and `migrations/accounts`. Stores of a wave never migrate: they are made at
open and dropped at close.

All revisions of a run are one transaction, on SQLite and PostgreSQL alike: an interrupted run
has changed nothing, and running it again does all of it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine

from pulse.errors import Refused
from pulse.store.schema import Which

_HERE: Final = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, which: Which, *, to: str = "head", more: Sequence[Path] = ()) -> None:
    """Bring the database behind `engine` to a schema in one transaction; again is fine.

    Args:
        engine: the database.
        which: its line of revisions.
        to: the revision to stop at.
        more: further folders of revisions, for tests.

    Raises:
        Refused: a newer Pulse has written this database, or a row would be left without the
            row it belongs to; nothing was changed.
    """
    config = _config(which, more)
    try:
        with _without_cascades(engine) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            _refuse_orphans(connection, which)
    except CommandError as error:
        raise Refused(
            "A newer version of Pulse has used this database; nothing was changed. "
            "Install that version again.",
            where=which,
        ) from error


def line(which: Which) -> tuple[str, ...]:
    """Return the revisions that lie in a folder, oldest first."""
    script = ScriptDirectory.from_config(_config(which, ()))
    return tuple(reversed([each.revision for each in script.walk_revisions()]))


@contextmanager
def _without_cascades(engine: Engine) -> Iterator[Connection]:
    """Connect so that a table may be made anew.

    SQLite changes most things about a table by making another and dropping the first, and a
    drop deletes, by cascade, every row that refers to it. Only outside a transaction can that
    be turned off (https://sqlite.org/lang_altertable.html, section 7).
    """
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        driver = connection.connection.driver_connection
        if driver is None:  # pragma: no cover - a connection just made has a driver's
            raise Refused("The database has gone.")
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _refuse_orphans(connection: Connection, which: Which) -> None:
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if found is not None:
        raise Refused(
            f"A row of {found[0]} belongs to a row of {found[2]} that is not there; "
            "nothing was changed.",
            where=which,
        )


def _config(which: Which, more: Sequence[Path]) -> Config:
    config = Config()
    # A % in a path would be read as an interpolation.
    folder = str(_HERE).replace("%", "%%")
    folders = [f"{folder}/{which}", *(str(path).replace("%", "%%") for path in more)]
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", folder)
    config.set_main_option("version_locations", "\n".join(folders))
    return config
