"""Makes a home: its folders, its settings file and its databases."""

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


def make_home(home: Home, text: str, settings: Settings | None = None) -> None:
    """Make the folders (0700), the databases and last of all `pulse.toml`, which seals it.

    Args:
        home: where; a folder that does not exist or is empty.
        text: the contents of `pulse.toml`.
        settings: name the databases where they are not SQLite files in the home.

    Raises:
        Refused: there is a home or something else already, or the database server refuses. A
            run that was interrupted while databases were made may be run again; one that had
            begun the folder leaves it, and its databases, to be removed.
    """
    if home.settings_file.exists():
        raise Refused("This home exists already; nothing was changed.", where=str(home.path))
    settings = settings or Settings()
    if home.path.exists() and any(home.path.iterdir()):
        raise Refused("This folder is not empty; choose a new one.", where=str(home.path))
    addresses: Addresses = {}
    if settings.database_url:
        from pulse.store.provision import bare, provision

        addresses = provision(settings)
        text = f'database_url = "{bare(addresses)}"\n{text}'
    home.make()
    for room in ROOMS:
        if room in addresses:
            line = addresses[room].render_as_string(hide_password=False)
            write_atomically(room_folder(home, room) / ADDRESS, f"{line}\n".encode())
    if not addresses:
        for path in (home.state / STATE, home.accounts / ACCOUNTS):
            sqlite_engine(path, journal="wal", create=True).dispose()
    _tables(state_engine(home, settings), accounts_engine(home, settings))
    write_atomically(home.settings_file, text.encode(), PUBLIC)


def _tables(state: Engine, accounts: Engine) -> None:
    from pulse.store.migrate import upgrade

    try:
        upgrade(state, "state")
        upgrade(accounts, "accounts")
    finally:
        state.dispose()
        accounts.dispose()
