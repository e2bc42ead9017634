"""Makes a home: its folders, its settings file and both databases."""

from pathlib import Path
from typing import Final, Literal

from pulse.errors import Refused
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from pulse.store.files import write_atomically

STATE: Final = "pulse.db"
ACCOUNTS: Final = "accounts.db"


def make_home(home: Home, settings: str) -> None:
    """Make the folders (0700), both databases and last of all `pulse.toml`, which seals it.

    Args:
        home: where; a folder that does not exist or is empty.
        settings: the contents of `pulse.toml`.

    Raises:
        Refused: there is a home or something else already; nothing was changed then.
    """
    if home.settings_file.exists():
        raise Refused("This home exists already; nothing was changed.", where=str(home.path))
    if home.path.exists() and any(home.path.iterdir()):
        raise Refused("This folder is not empty; choose a new one.", where=str(home.path))
    home.make()
    _database(home.state / STATE, "state")
    _database(home.accounts / ACCOUNTS, "accounts")
    write_atomically(home.settings_file, settings.encode())


def _database(path: Path, which: Literal["state", "accounts"]) -> None:
    from pulse.store.migrate import upgrade

    engine = sqlite_engine(path, journal="wal", create=True)
    try:
        upgrade(engine, which)
    finally:
        engine.dispose()
