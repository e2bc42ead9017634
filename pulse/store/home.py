"""Makes a home: its folders, its settings file and its databases."""

import secrets
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from pulse.errors import Refused
from pulse.settings import Home, Settings
from pulse.store.databases import (
    ACCOUNTS,
    ADDRESS,
    ROOMS,
    STATE,
    Addresses,
    accounts_engine,
    room_folder,
    state_engine,
)
from pulse.store.engine import sqlite_engine
from pulse.store.files import PUBLIC, write_atomically
from pulse.terms import Progress, silent

LABEL: Final = "Making a home"
STEPS: Final = ("databases", "folders", "tables", "settings", "end")
_BEGUN: Final = ".begun"


def make_home(
    home: Home, text: str, settings: Settings | None = None, progress: Progress = silent
) -> None:
    """Make the folders (0700), the databases and last of all `pulse.toml`, which seals it.

    After an interruption, run it again: a file in the folder, and a row in its databases, say
    that they belong together and that no home uses them yet.

    Args:
        home: where; a folder that does not exist or is empty, or was begun.
        text: the contents of `pulse.toml`.
        settings: name the databases where they are not SQLite files in the home.
        progress: told each step.

    Raises:
        Refused: there is a home or something else already, or the database server refuses.
    """
    settings, begun = settings or Settings(), home.path / _BEGUN
    if home.settings_file.exists():
        if not begun.exists():
            raise Refused("This home exists already; nothing was changed.", where=str(home.path))
        _finish(begun, settings)
        return
    if home.path.exists() and any(home.path.iterdir()) and not begun.exists():
        raise Refused("This folder is not empty; choose a new one.", where=str(home.path))
    claim = begun.read_text("ascii") if begun.exists() else secrets.token_hex(16)
    addresses: Addresses = {}
    _tell(progress, "databases")
    if settings.database_url:
        from pulse.store.provision import bare, provision

        addresses = provision(settings, claim)
        text = f'database_url = "{bare(addresses)}"\n{text}'
    _tell(progress, "folders")
    if not home.path.is_dir():
        home.path.mkdir(mode=0o700, parents=True)
        home.path.chmod(home.mode(home.path))
    write_atomically(begun, claim.encode("ascii"))
    home.make()
    for room in ROOMS:
        if room in addresses:
            line = addresses[room].render_as_string(hide_password=False)
            write_atomically(room_folder(home, room) / ADDRESS, f"{line}\n".encode())
    if not addresses:
        for path in (home.state / STATE, home.accounts / ACCOUNTS):
            sqlite_engine(path, journal="wal", create=True).dispose()
    _tell(progress, "tables")
    _tables(state_engine(home, settings), accounts_engine(home, settings))
    _tell(progress, "settings")
    write_atomically(home.settings_file, text.encode(), PUBLIC)
    _tell(progress, "end")
    _finish(begun, settings)


def unfinished(home: Home) -> bool:
    """Tell whether there is no home yet, or one whose making was cut off."""
    return not home.settings_file.is_file() or (home.path / _BEGUN).exists()


def _finish(begun: Path, settings: Settings) -> None:
    """Forget, in the databases and in the folder, that this home was being made."""
    if settings.database_url:
        from pulse.store.provision import release

        release(settings)
    begun.unlink()


def _tell(progress: Progress, step: str) -> None:
    progress(LABEL, STEPS.index(step), len(STEPS))


def _tables(state: Engine, accounts: Engine) -> None:
    from pulse.store.migrate import upgrade

    try:
        upgrade(state, "state")
        upgrade(accounts, "accounts")
    finally:
        state.dispose()
        accounts.dispose()
