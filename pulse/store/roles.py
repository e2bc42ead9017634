"""What a room's role may do on its PostgreSQL server beyond its own database.

A role that may enter another room's database, or read the server's files, undoes the parting of
the rooms. Looked at in a session of that role
(https://www.postgresql.org/docs/current/role-attributes.html, catalogues pg_roles,
pg_auth_members and pg_database).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL

from pulse.store.engine import reading

_FIRST: Final = 10  # the role that every server begins with; it stays a superuser
_SUPERUSER: Final = "It is a superuser: it reads every room, and the server's files."
_MAY: Final[Mapping[str, tuple[str, str]]] = {
    "rolcreaterole": ("It may make roles, and so take another room's.", "NOCREATEROLE"),
    "rolcreatedb": ("It may make databases; a room needs none but its own.", "NOCREATEDB"),
    "rolreplication": (
        "It may copy the server's log of changes, which keeps an order of rows.",
        "NOREPLICATION",
    ),
    "rolbypassrls": ("It passes by the rules of rows.", "NOBYPASSRLS"),
}
_ROLE: Final = text("SELECT * FROM pg_roles WHERE rolname = current_user")
_MEMBER_OF: Final = text(
    "SELECT granted.rolname FROM pg_auth_members JOIN pg_roles granted ON granted.oid = roleid "
    "WHERE member = (SELECT oid FROM pg_roles WHERE rolname = current_user) ORDER BY 1"
)
_ENTERS: Final = text(
    "SELECT datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user) FROM pg_database "
    "WHERE datname = :name AND has_database_privilege(oid, 'CONNECT')"
)


class Excess(NamedTuple):
    """A right that a room's role should not have: a sentence, and the SQL that takes it away."""

    sentence: str
    mend: str


def excesses(engine: Engine, others: Sequence[URL]) -> list[Excess]:
    """Return what a room's role may do beyond its database; nothing on SQLite.

    Args:
        engine: on the room's database, as the room enters it.
        others: the addresses of the other rooms on the same server.
    """
    if engine.dialect.name == "sqlite":
        return []
    with reading(engine) as connection:
        return list(_excesses(connection, others))


def _excesses(connection: Connection, others: Sequence[URL]) -> Iterator[Excess]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    role = connection.execute(_ROLE).mappings().one()
    own = quote(role["rolname"])
    if role["rolsuper"]:
        mend = f"ALTER ROLE {own} NOSUPERUSER;"
        if role["oid"] == _FIRST:
            mend = "Make a role of its own for this room, and name it in the address."
        yield Excess(_SUPERUSER, mend)
        return  # nothing else is refused to a superuser
    for right, (sentence, without) in _MAY.items():
        if role[right]:
            yield Excess(sentence, f"ALTER ROLE {own} {without};")
    for granted in connection.scalars(_MEMBER_OF).all():
        yield Excess(f"It has the rights of {granted}.", f"REVOKE {quote(granted)} FROM {own};")
    for other in others:
        owns = connection.scalar(_ENTERS, {"name": other.database})
        database = quote(str(other.database))
        if owns is not None:
            yield Excess(
                f"It may enter {other.database}, another room's database.",
                f"ALTER DATABASE {database} OWNER TO {quote(str(other.username))};"
                if owns
                else f"REVOKE CONNECT ON DATABASE {database} FROM {own}, PUBLIC;",
            )
