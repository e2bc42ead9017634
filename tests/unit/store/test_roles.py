"""What a room's role may do beyond its own database is found, and its remedy works."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from pulse.settings import Settings
from pulse.store.databases import Addresses, Room
from pulse.store.engine import sqlite_engine
from pulse.store.postgres import postgres_engine
from pulse.store.provision import provision
from pulse.store.roles import Excess, excesses
from pulse.upkeep.databases_look import _role
from tests.postgres import Cluster

ROOMS: tuple[tuple[Room, str], ...] = (("issuer", "fail"), ("state", "warn"))

pytestmark = pytest.mark.slow  # a real server


def found(addresses: Addresses, room: Room) -> list[Excess]:
    """Return what a room's role has too much."""
    others = [url for other, url in addresses.items() if other != room]
    return excesses(_engine(addresses[room]), others)


def _engine(url: URL) -> Engine:
    return postgres_engine(url, serving=False, one_writer=False)


@pytest.fixture(scope="module")  # every test leaves it as it was
def addresses(cluster: Cluster) -> Addresses:
    """Return the rooms of a home whose state has a plain role, made by whoever may make roles."""
    name, main = "plain_state", cluster.new_database()
    given = main.render_as_string(hide_password=False)
    made = dict(provision(Settings(database_url=given), "home"))
    cluster.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{main.password}'")
    cluster.execute(f'GRANT ALL ON DATABASE "{main.database}" TO {name}')
    return made | {"state": main.set(username=name)}


def test_what_init_makes_has_no_right_too_many(addresses: Addresses) -> None:
    """Neither the rooms' own roles nor a plain one for the state may do more than they must."""
    for room in addresses:
        assert found(addresses, room) == [], room


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        ("ALTER ROLE {role} SUPERUSER", "superuser"),
        ("ALTER ROLE {role} CREATEROLE", "may make roles"),
        ("ALTER ROLE {role} CREATEDB", "may make databases"),
        ("ALTER ROLE {role} REPLICATION", "log of changes"),
        ("ALTER ROLE {role} BYPASSRLS", "rules of rows"),
        ("GRANT {other} TO {role}", "has the rights of"),
        ("GRANT pg_read_server_files TO {role}", "pg_read_server_files"),
        ("GRANT CONNECT ON DATABASE {other} TO {role}", "may enter"),
        ("GRANT CONNECT ON DATABASE {other} TO PUBLIC", "may enter"),
        ("ALTER DATABASE {other} OWNER TO {role}", "may enter"),
    ],
)
def test_each_right_too_many_is_found_and_mended(
    cluster: Cluster, addresses: Addresses, grant: str, words: str
) -> None:
    """One finding for each right, whose SQL takes it away when the server's keeper runs it."""
    names = {"role": addresses["issuer"].username, "other": addresses["ballotbox"].database}
    cluster.execute(grant.format(**{key: f'"{name}"' for key, name in names.items()}))
    first, *more = found(addresses, "issuer")
    assert words in first.sentence
    for each in (first, *more):
        cluster.execute(each.mend)
    assert found(addresses, "issuer") == []


def test_the_first_role_of_a_server_is_not_told_to_stop_being_one(
    cluster: Cluster, addresses: Addresses
) -> None:
    """It stays a superuser; another is to be named in the address."""
    (only,) = found(dict(addresses) | {"state": cluster.url()}, "state")
    assert "superuser" in only.sentence
    assert "name it in the address" in only.mend


def test_the_doctor_names_the_remedy(cluster: Cluster, addresses: Addresses) -> None:
    """A right too many of the issuer's must be mended; of the state's it is a warning."""
    for room, status in ROOMS:
        name = addresses[room].username
        cluster.execute(f'ALTER ROLE "{name}" CREATEDB')
        (check,) = _role(_engine(addresses[room]), room, addresses)
        assert (check.status, check.where) == (status, room)
        assert "NOCREATEDB;" in check.message
        cluster.execute(f'ALTER ROLE "{name}" NOCREATEDB')
        (check,) = _role(_engine(addresses[room]), room, addresses)
        assert check.status == "ok"


def test_files_have_no_roles() -> None:
    """On SQLite nobody is asked."""
    assert excesses(sqlite_engine(Path("nowhere"), journal="wal", create=False), ()) == []
