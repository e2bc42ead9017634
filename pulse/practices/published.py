"""`practices/current.json`: what is being tried, for the staff's page.

A release is immutable and a practice begins on any day, so this list stands beside the releases
and not inside one: who takes something up on Monday is seen to do so on Monday. It is no figure
and says nothing about answers. It holds units and practices, no person.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Engine

from pulse.settings import Home
from pulse.store.files import PUBLIC, make_folder, write_atomically
from pulse.store.lock import only_one

NAME: Final = "current.json"
LOCK: Final = "practices.lock"


class Tried(msgspec.Struct, frozen=True):
    """One practice of one unit, as staff read it."""

    unit_id: str
    practice: str
    title: str
    since: dt.date


class _File(msgspec.Struct, frozen=True):
    v: int
    running: tuple[Tried, ...] = ()


def renew(home: Home, engine: Engine, read: Callable[[], Iterable[Tried]]) -> None:
    """Write the list anew from what holds, the table in the accounts' database.

    It is read and written by one at a time, on every machine: of two who change something at
    once the second to write has read what the first has done, so the file loses neither.

    Args:
        home: whose list it is.
        engine: of the accounts.
        read: reads the table; called when nobody else is writing.
    """
    with only_one(home.accounts / LOCK, engine, wait=True):
        publish(home, read())


def publish(home: Home, running: Iterable[Tried]) -> None:
    """Write a list as it is; `renew` is for lists that others change meanwhile."""
    if not home.practices.is_dir():  # a home made before there were practices
        make_folder(home.practices, home.mode(home.practices))
    data = msgspec.json.encode(_File(1, tuple(running)))
    write_atomically(home.practices / NAME, data, PUBLIC)


def read(folder: Path) -> tuple[Tried, ...]:
    """Return the list; empty where there is none, or none that can be read."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=_File).running
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()
