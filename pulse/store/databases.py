"""Which database each room of a home has: SQLite files in its folder, or PostgreSQL.

A room's address is, in this order: its own setting; the file `database.url` in its folder
(0600, written by `pulse init`); for the state, `database_url` itself. A home whose
`database_url` is set is on PostgreSQL throughout: a room without an address does not start
there, so that nothing is ever written to the wrong place.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pulse.errors import BadSetting, Refused
from pulse.settings import Home, Settings
from pulse.store.engine import BUSY_TIMEOUT, sqlite_engine
from pulse.store.shelf import FileShelf, Shelf

Room = Literal["state", "accounts", "issuer", "ballotbox"]
Addresses = Mapping[Room, URL]
ROOMS: Final[tuple[Room, ...]] = ("state", "accounts", "issuer", "ballotbox")
ADDRESS: Final = "database.url"
DRIVER: Final = "postgresql+psycopg"
_LIKE: Final = f"Write it like {DRIVER}://user@host/name."
STATE: Final = "pulse.db"
ACCOUNTS: Final = "accounts.db"


class Shelves(NamedTuple):
    """The two rooms that keep a store for each wave."""

    issuer: Shelf
    ballotbox: Shelf


def state_engine(home: Home, settings: Settings, *, serving: bool = False) -> Engine:
    """Open the database of roster and waves, which is there already."""
    return _kept(home, settings, "state", home.state / STATE, serving=serving)


def accounts_engine(home: Home, settings: Settings, *, serving: bool = False) -> Engine:
    """Open the database of accounts and access log, which is there already."""
    return _kept(home, settings, "accounts", home.accounts / ACCOUNTS, serving=serving)


def issuer_shelf(home: Home, settings: Settings, *, serving: bool = False) -> Shelf:
    """Return the issuer's shelf; its SQLite files never show in which order people came."""
    shelf = _shelf(home, settings, "issuer", serving=serving)
    return shelf or FileShelf(home.issuer, "truncate", patience=_patience(serving=serving))


def ballotbox_shelf(home: Home, settings: Settings, *, serving: bool = False) -> Shelf:
    """Return the ballot box's shelf."""
    shelf = _shelf(home, settings, "ballotbox", serving=serving)
    return shelf or FileShelf(home.ballotbox, "wal", patience=_patience(serving=serving))


def shelves(home: Home, settings: Settings) -> Shelves:
    """Return both shelves, for commands."""
    return Shelves(issuer_shelf(home, settings), ballotbox_shelf(home, settings))


def addresses(home: Home, settings: Settings) -> Addresses:
    """Return the address of every room that is on PostgreSQL (none on SQLite).

    Raises:
        BadSetting: as `address`.
    """
    every = {room: address(home, settings, room) for room in ROOMS}
    return {room: url for room, url in every.items() if url is not None}


def address(home: Home, settings: Settings, room: Room) -> URL | None:
    """Return the PostgreSQL address of a room, or None where it has SQLite files.

    Raises:
        BadSetting: the address cannot be used, or the room has none in a home that needs one.
    """
    name = "database_url" if room == "state" else f"{room}_database_url"
    written = room_folder(home, room) / ADDRESS
    text = getattr(settings, name)
    if room == "state" and written.exists():
        stored = check_url(written.read_text("utf-8").strip(), str(written))
        # pulse.toml names the server without its password; a full address overrides the file.
        if not text or _bare(check_url(text, name)) == _bare(stored):
            return stored
    if not text and written.exists():
        text, name = written.read_text("utf-8").strip(), str(written)
    if text:
        return check_url(text, name)
    if settings.database_url:
        raise BadSetting(
            "This home is on PostgreSQL, and this room has no address there; "
            f"set it, or put it into {written.name} in the room's folder.",
            where=name,
        )
    return None


def on_files(settings: Settings) -> Settings:
    """Return the settings for a throw-away home in a folder: nobody else's database or keys."""
    return msgspec.structs.replace(
        settings,
        holder="same-user",
        database_url="",
        accounts_database_url="",
        issuer_database_url="",
        ballotbox_database_url="",
    )


def check_url(text: str, where: str) -> URL:
    """Return a PostgreSQL address; its words are never quoted, they may hold a password.

    Raises:
        BadSetting: it is none, or names another driver.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise BadSetting(f"This is no database address. {_LIKE}", where=where) from error
    if url.drivername != DRIVER or not url.database:
        raise BadSetting(_LIKE, where=where)
    if any("password" in key for key in url.query):
        # There it would be printed, and stand in pulse.toml, which others may read.
        raise BadSetting("A password stands before the host: user:password@host.", where=where)
    return url


def check_apart(addresses: Addresses) -> None:
    """Check that no room can reach what another keeps.

    Raises:
        Refused: two rooms share a database or a role.
    """
    places = {(url.host, url.port, url.database) for url in addresses.values()}
    roles = {url.username for url in addresses.values()}
    if len(places) < len(addresses) or len(roles) < len(addresses):
        raise Refused(
            "Each room needs a database and a role of its own: who may read two of them could "
            "put together what must stay apart.",
            where="database_url",
        )


def check_servers(home: Home, settings: Settings) -> None:
    """Check that the servers keep no time, lose nothing, and that rooms are apart.

    Raises:
        Refused: a wave must not open in these databases; nothing to say on SQLite.
    """
    every = addresses(home, settings)
    check_apart(every)
    for room, url in every.items():
        from pulse.store.postgres import postgres_engine
        from pulse.store.serversettings import refusals

        for sentence in refusals(postgres_engine(url, serving=False, one_writer=False)):
            raise Refused(f"The database server must not be set like this. {sentence}", where=room)


def shown(text: str) -> str:
    """Return an address as it may be printed: without its password."""
    return make_url(text).render_as_string(hide_password=True) if text else ""


def _bare(url: URL) -> URL:
    return url._replace(password=None)  # `set` leaves a part alone that is given as None


def room_folder(home: Home, room: Room) -> Path:
    """Return the folder of a room in a home."""
    return {
        "state": home.state,
        "accounts": home.accounts,
        "issuer": home.issuer,
        "ballotbox": home.ballotbox,
    }[room]


def _kept(home: Home, settings: Settings, room: Room, path: Path, *, serving: bool) -> Engine:
    url = address(home, settings, room)
    if url is None:
        return sqlite_engine(path, journal="wal", create=False)
    from pulse.store.postgres import postgres_engine

    return postgres_engine(url, serving=serving, one_writer=True)


def _patience(*, serving: bool) -> int:
    """Return how long a store is waited for, in milliseconds.

    SQLite lets whoever asks most often go first: a close beside busy writers waited 8 s.
    """
    return BUSY_TIMEOUT if serving else 6 * BUSY_TIMEOUT


def _shelf(home: Home, settings: Settings, room: Room, *, serving: bool) -> Shelf | None:
    url = address(home, settings, room)
    if url is None:
        return None
    from pulse.store.schemashelf import SchemaShelf

    return SchemaShelf(url, serving=serving)
