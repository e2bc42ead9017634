"""Brings a database to the newest schema; the only module that imports alembic.

Both kept databases share one migration environment and have their own line of revisions:
`migrations/state` and `migrations/accounts`. Stores of a wave never migrate: they are made at
open and dropped at close.
"""

from pathlib import Path
from typing import Final, Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Engine

from pulse.errors import Refused
from pulse.store.engine import reading

Which = Literal["state", "accounts"]
_HERE: Final = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, which: Which) -> None:
    """Bring the database behind `engine` to the newest schema in one transaction; again is fine.

    Raises:
        Refused: a newer Pulse has written this database.
    """
    config = _config(which)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise Refused(
            "A newer version of Pulse has used this database; nothing was changed.", where=which
        ) from error


def is_current(engine: Engine, which: Which) -> bool:
    """Tell whether the database has the newest schema."""
    newest = ScriptDirectory.from_config(_config(which)).get_current_head()
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _config(which: Which) -> Config:
    config = Config()
    # A % in a path would be read as an interpolation.
    folder = str(_HERE).replace("%", "%%")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", folder)
    config.set_main_option("version_locations", f"{folder}/{which}")
    return config
