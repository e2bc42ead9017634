"""Replaces the roster in one transaction and says what changed."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select
from sqlalchemy.engine import Engine

from pulse.errors import WrongState
from pulse.roster.files import Person, Roster, UnitRow
from pulse.roster.tables import person, unit
from pulse.store.engine import reading
from pulse.terms import RosterUnit

_AT_ONCE: Final = 10_000


class Imported(msgspec.Struct, frozen=True):
    """What an import did, or with `dry_run` would do; moved people changed their unit."""

    units: int
    people: int
    joined: int
    left: int
    moved: int


def import_roster(
    engine: Engine, roster: Roster, *, dry_run: bool = False, over: str | None = None
) -> Imported:
    """Replace all units and people by `roster`; an open wave keeps its frozen memberships.

    Args:
        engine: the state database.
        roster: the checked files.
        dry_run: only say what would change.
        over: the fingerprint of the roster that may be replaced; None means any.

    Raises:
        WrongState: another roster than `over` is there; nothing was changed.
    """
    if dry_run:
        with reading(engine) as connection:
            return _compare(connection, roster)
    with engine.begin() as connection:
        if over is not None and _fingerprint(connection) != over:
            raise WrongState("The roster was changed in the meantime. Nothing was imported.")
        imported = _compare(connection, roster)
        connection.execute(delete(person))
        connection.execute(delete(unit))
        insert_many(connection, unit, _unit_rows(roster))
        insert_many(connection, person, _person_rows(roster))
    return imported


def present(engine: Engine) -> tuple[Roster, str]:
    """Return the roster as it is, units in preorder and people by person_id, and its fingerprint.

    Rosters of one fingerprint are equal; it is 64 hex digits.
    """
    with reading(engine) as connection:
        units, people = _rows_of(connection)
        return Roster(
            tuple(UnitRow(*row) for row in units), tuple(Person(*row) for row in people)
        ), _digest(units, people)


def headcounts(engine: Engine) -> list[RosterUnit]:
    """Return the units in roster order, each with the people directly in it."""
    people = func.count(person.c.person_id)
    query = (
        select(unit.c.unit_id, unit.c.parent_id, unit.c.name, people, unit.c.leaders)
        .outerjoin(person, person.c.unit_id == unit.c.unit_id)
        .group_by(unit.c.unit_id, unit.c.parent_id, unit.c.name, unit.c.position, unit.c.leaders)
        .order_by(unit.c.position)
    )
    with reading(engine) as connection:
        return [RosterUnit(*row) for row in connection.execute(query)]


def insert_many(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows in batches, so that memory stays small beside a large roster."""
    while batch := list(islice(rows, _AT_ONCE)):
        connection.execute(insert(table), batch)


def _compare(connection: Connection, roster: Roster) -> Imported:
    columns = select(person.c.person_id, person.c.unit_id)
    before = {row.person_id: row.unit_id for row in connection.execute(columns)}
    stayed = [row for row in roster.people if row.person_id in before]
    return Imported(
        units=len(roster.units),
        people=len(roster.people),
        joined=len(roster.people) - len(stayed),
        left=len(before) - len(stayed),
        moved=_moved(stayed, before),
    )


def _rows_of(connection: Connection) -> tuple[list[Any], list[Any]]:
    units = select(*(unit.c[name] for name in UnitRow.__struct_fields__)).order_by(unit.c.position)
    people = select(*(person.c[name] for name in Person.__struct_fields__))
    found = connection.execute(people.order_by(person.c.person_id))
    return [tuple(row) for row in connection.execute(units)], [tuple(row) for row in found]


def _fingerprint(connection: Connection) -> str:
    return _digest(*_rows_of(connection))


def _digest(units: list[Any], people: list[Any]) -> str:
    return hashlib.sha256(msgspec.json.encode([units, people])).hexdigest()


def _moved(stayed: Sequence[Any], before: dict[str, str]) -> int:
    return sum(before[row.person_id] != row.unit_id for row in stayed)


def _unit_rows(roster: Roster) -> Iterator[dict[str, Any]]:
    for position, row in enumerate(roster.units):
        yield {**msgspec.structs.asdict(row), "position": position}


def _person_rows(roster: Roster) -> Iterator[dict[str, Any]]:
    for row in roster.people:
        yield {**msgspec.structs.asdict(row), "email_folded": row.email.casefold() or None}
