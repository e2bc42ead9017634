"""Looks at the databases: schema, soundness, journals, and a server's settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import PulseError, Refused
from pulse.settings import Home, Settings
from pulse.store import databases
from pulse.store.engine import reading
from pulse.store.postgres import postgres_engine
from pulse.store.roles import excesses
from pulse.store.schema import Which, check_schema, newest
from pulse.store.serversettings import findings
from pulse.terms import WAVE_ID
from pulse.upkeep.finding import Check

_HEADER: Final = 20  # bytes; 18 and 19 say how the file is written
_WAL: Final = 2


def look(home: Home, settings: Settings, state: Engine, accounts: Engine) -> Iterator[Check]:
    """Yield what there is to say of a home's databases."""
    for which, engine in _kept(state, accounts):
        yield from _sound(which, engine)
        yield _schema(which, engine)
    yield from _journals(home)
    yield from _servers(home, settings)


def schemas_fit(state: Engine, accounts: Engine) -> bool:
    """Tell whether both databases can be read as this Pulse expects."""
    return all(_schema(which, engine).status == "ok" for which, engine in _kept(state, accounts))


def _kept(state: Engine, accounts: Engine) -> tuple[tuple[Which, Engine], ...]:
    return (("state", state), ("accounts", accounts))


def _schema(which: Which, engine: Engine) -> Check:
    try:
        check_schema(engine, which)
    except Refused as error:
        return Check("schema", "fail", error.message, which)
    except SQLAlchemyError as error:
        return Check("schema", "fail", f"It cannot be read: {_first_line(error)}.", which)
    return Check("schema", "ok", f"It is {newest(which)}, the newest.", which)


def _sound(which: Which, engine: Engine) -> Iterator[Check]:
    """Let SQLite check its own file; a server checks its pages itself."""
    if engine.dialect.name != "sqlite":
        return
    try:
        with reading(engine) as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    except SQLAlchemyError as error:
        yield Check("database", "fail", f"It cannot be read: {_first_line(error)}.", which)
        return
    if found != "ok":
        told = f"Its file is damaged ({found}); restore the home from a backup."
        yield Check("database", "fail", told, which)
    elif orphan is not None:
        yield Check(
            "database",
            "fail",
            f"A row of {orphan[0]} belongs to none; restore the home from a backup.",
            which,
        )
    elif journal != "wal":
        yield Check("database", "warn", f"Its journal is {journal}, so readers wait.", which)
    else:
        yield Check("database", "ok", "Its file is whole.", which)


def _journals(home: Home) -> Iterator[Check]:
    """Look into the head of every store of the issuer: a log of pages would keep an order."""
    for path in sorted(home.issuer.glob("*.db") if home.issuer.is_dir() else ()):
        if WAVE_ID.fullmatch(path.stem) and _logs(path):
            told = "This store keeps a log of its pages, so the order in which people came."
            yield Check("journal", "fail", told, str(path))


def _logs(path: Path) -> bool:
    with path.open("rb") as file:
        return _WAL in file.read(_HEADER)[18:]


def _servers(home: Home, settings: Settings) -> Iterator[Check]:
    try:
        addresses = databases.addresses(home, settings)
        if addresses:
            databases.check_apart(addresses)
    except PulseError as error:
        yield Check("server", "fail", error.message, error.where)
        return
    for room, url in addresses.items():
        engine = postgres_engine(url, serving=False, one_writer=False)
        try:
            found = findings(engine)
        except SQLAlchemyError as error:
            yield Check("server", "fail", f"It does not answer: {_first_line(error)}.", room)
            continue
        for each in found:
            told = f"{each.setting}: {each.sentence}."
            yield Check("server", "warn" if each.weight == "reported" else "fail", told, room)
        if not found:
            yield Check("server", "ok", "Its settings keep no time and lose nothing.", room)
        yield from _role(engine, room, addresses)
    both = [addresses[room] for room in ("issuer", "ballotbox") if room in addresses]
    if len({(url.host, url.port) for url in both}) < len(both):
        told = (
            "Issuer and ballot box are on one server, whose log of changes holds both; "
            "two are advised."
        )
        yield Check("server", "warn", told, "ballotbox")


def _role(engine: Engine, room: databases.Room, addresses: databases.Addresses) -> Iterator[Check]:
    """Yield what a room's role may do beyond its room; the operator's may be what made them."""
    here = addresses[room]
    others = [
        url
        for other, url in addresses.items()
        if other != room and (url.host, url.port) == (here.host, here.port)
    ]
    try:
        found = excesses(engine, others)
    except SQLAlchemyError as error:
        yield Check("role", "fail", f"It cannot be looked at: {_first_line(error)}.", room)
        return
    for each in found:
        told = f"{each.sentence} {each.mend}"
        yield Check("role", "warn" if room == "state" else "fail", told, room)
    if not found:
        yield Check("role", "ok", "Its role may do nothing beyond its own database.", room)


def _first_line(error: SQLAlchemyError) -> str:
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__
