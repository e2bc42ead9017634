"""Memberships: who is invited in which group, fixed when a wave opens."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Engine

from pulse.errors import WrongState
from pulse.roster.importing import insert_many
from pulse.roster.tables import membership, person
from pulse.store.engine import reading
from pulse.terms import Tree


class Invited(msgspec.Struct, frozen=True):
    """One invited person of a wave; `unit_id` is the group's, empty `email` means a card."""

    person_id: str
    unit_id: str
    email: str
    locale: str
    timezone: str


def freeze(engine: Engine, wave: str, tree: Tree) -> None:
    """Write the memberships of `wave` from the roster as it is, over any left by a crash.

    Raises:
        WrongState: the roster is no longer the one that `tree` was formed from.
    """
    columns = [person.c[name] for name in Invited.__struct_fields__]
    with engine.begin() as connection:
        connection.execute(delete(membership).where(membership.c.wave == wave))
        people = [dict(row) for row in connection.execute(select(*columns)).mappings()]
        for row in people:
            row["unit_id"] = tree.groups.get(row["unit_id"], "")
        counted = Counter(row["unit_id"] for row in people)
        if counted != {group.unit_id: group.invited for group in tree.groups_in_order()}:
            raise WrongState(
                "The roster was changed while the wave was being opened; run it again.", where=wave
            )
        insert_many(connection, membership, _rows(wave, people))


def members(engine: Engine, wave: str) -> tuple[Invited, ...]:
    """Return everybody invited in `wave`, by person_id."""
    columns = [membership.c[name] for name in Invited.__struct_fields__]
    query = select(*columns).where(membership.c.wave == wave).order_by(membership.c.person_id)
    with reading(engine) as connection:
        return tuple(Invited(*row) for row in connection.execute(query))


def forget(engine: Engine, wave: str) -> None:
    """Remove the memberships of a wave that never took place."""
    with engine.begin() as connection:
        connection.execute(delete(membership).where(membership.c.wave == wave))


def forget_addresses(engine: Engine, wave: str) -> None:
    """Clear addresses and languages from a closed wave's memberships."""
    with engine.begin() as connection:
        connection.execute(
            update(membership)
            .where(membership.c.wave == wave)
            .values(email="", locale="", timezone="")
        )


def _rows(wave: str, people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in people:
        yield {"wave": wave, **row}
