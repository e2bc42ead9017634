"""Makes the databases of a home on PostgreSQL: one for each room, each with a role of its own.

The state lies in the database that was named. Accounts, issuer and ballot box get databases
beside it, `{name}_accounts` and so on, and roles of the same names that may enter nothing else.
A room whose address was set is taken as it is: the way for whoever may not make roles.
"""

import secrets
from collections.abc import Mapping
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from pulse.errors import Refused
from pulse.settings import Settings
from pulse.store.databases import Addresses, Room, check_apart, check_url
from pulse.store.postgres import postgres_engine
from pulse.store.schemashelf import prepare

_GIVEN: Final[tuple[Room, ...]] = ("accounts", "issuer", "ballotbox")
_PASSWORD_BYTES: Final = 24
# There only while a home is being made.
_CLAIM: Final = Table("unfinished_home", MetaData(), Column("home", Text, primary_key=True))
_NO_RIGHT: Final = "42501"  # insufficient_privilege (PostgreSQL manual, appendix A)
_BY_HAND: Final = (
    "Where this role may not make roles and databases, make them by hand and set an address for "
    "each room (`pulse config`)."
)
_AGAIN: Final = "Mend that and run it again."


def provision(settings: Settings, claim: str) -> Addresses:
    """Make the databases and roles that are missing and return every room's address.

    Args:
        settings: name the server and perhaps rooms.
        claim: what the home that is being made is known by, the same after an interruption.

    Raises:
        Refused: a home uses this database already, the server refuses, or two rooms would
            share a database or a role.
    """
    main = check_url(settings.database_url, "database_url")
    made: dict[Room, URL] = {"state": main}
    server = postgres_engine(main, serving=False, one_writer=False)
    try:
        _take(server, claim)
        _shut_out_others(server, main)
        for room in _GIVEN:
            name = f"{room}_database_url"
            given = getattr(settings, name)
            made[room] = check_url(given, name) if given else _make(server, main, room)
        check_apart(made)
        for room in ("issuer", "ballotbox"):
            prepare(postgres_engine(made[room], serving=False, one_writer=False))
    except SQLAlchemyError as error:
        advice = _BY_HAND if _state(error) == _NO_RIGHT else _AGAIN
        told = f"The database server refused: {reason(error)}. Nothing is in use yet. {advice}"
        raise Refused(told, where="database_url") from error
    return made


def release(settings: Settings) -> None:
    """Forget who was making a home of these databases: it is made."""
    main = check_url(settings.database_url, "database_url")
    engine = postgres_engine(main, serving=False, one_writer=False)
    with engine.begin() as connection:
        _CLAIM.drop(connection, checkfirst=True)


def _take(server: Engine, claim: str) -> None:
    """Note for which home this database is, if none uses it yet.

    Raises:
        Refused: tables were made in it, for another home.
    """
    with server.begin() as connection:
        has = inspect(connection).has_table
        claimed = has(_CLAIM.name) and connection.scalar(select(_CLAIM.c.home)) == claim
        if has("alembic_version") and not claimed:
            raise Refused(
                "A home uses this database already; nothing was changed. Name an empty one.",
                where="database_url",
            )
        if not claimed:
            _CLAIM.drop(connection, checkfirst=True)
            _CLAIM.create(connection)
            connection.execute(insert(_CLAIM).values(home=claim))


def reason(error: SQLAlchemyError) -> str:
    """Return the first line of what a server said."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__


def _state(error: SQLAlchemyError) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _shut_out_others(server: Engine, main: URL) -> None:
    """Take away what every role of a server may do in a database by default: enter it."""
    with server.begin() as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(str(main.database))
        connection.execute(text(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC"))
        connection.execute(text(f"GRANT ALL ON DATABASE {quoted} TO CURRENT_USER"))


def _make(server: Engine, main: URL, room: Room) -> URL:
    """Make a room's role and database, or take over what an interrupted run left."""
    name = f"{main.database}_{room}"
    password = secrets.token_hex(_PASSWORD_BYTES)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(name)
        verb = "ALTER" if _exists(connection, "pg_roles", "rolname", name) else "CREATE"
        # It cannot be a parameter. What is sent is what the server would keep of it (RFC 5803):
        # a server that writes such statements into its log writes no password.
        kept = _verifier(connection, name, password)
        connection.exec_driver_sql(f"{verb} ROLE {quoted} LOGIN PASSWORD '{kept}'")
        if not _exists(connection, "pg_database", "datname", name):
            made = f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
            connection.execute(text(made))
        connection.execute(text(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC"))
        rights = "CONNECT, CREATE, TEMPORARY"
        connection.execute(text(f"GRANT {rights} ON DATABASE {quoted} TO {quoted}"))
    inside = postgres_engine(main.set(database=name), serving=False, one_writer=False)
    with inside.begin() as connection:
        connection.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
        connection.execute(text(f"GRANT ALL ON SCHEMA public TO {quoted}"))
    return main.set(database=name, username=name, password=password)


def _verifier(connection: Connection, role: str, password: str) -> str:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    verifier: bytes = driver.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    return verifier.decode("ascii")


def _exists(connection: Connection, catalogue: str, column: str, name: str) -> bool:
    query = text(f"SELECT 1 FROM {catalogue} WHERE {column} = :name")  # noqa: S608 - our constants
    return connection.scalar(query, {"name": name}) is not None


def bare(addresses: Mapping[Room, URL]) -> str:
    """Return the state's address as `pulse.toml` may name it: without a password."""
    return addresses["state"]._replace(password=None).render_as_string()
