"""Memberships: who is invited in which group, fixed when a wave opens."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Engine

from pulse.errors import WrongState
from pulse.roster.importing import insert_many
from pulse.roster.tables import membership, person
from pulse.store.engine import reading
from pulse.terms import Tree

# How a wave reaches a person, by this alone: fixed when it opens, forgotten when it closes.
Channel = Literal["mail", "slack", "card", ""]


class Invited(msgspec.Struct, frozen=True):
    """One invited person of a wave; `unit_id` is the group's, without `email` there is a card."""

    person_id: str
    unit_id: str
    email: str
    locale: str
    timezone: str
    channel: Channel = ""


def freeze(
    engine: Engine, wave: str, tree: Tree, *, channel: Literal["mail", "slack"] = "mail"
) -> None:
    """Write the memberships of `wave` from the roster as it is, over any left by a crash.

    Args:
        engine: the state database.
        wave: the wave that is being opened.
        tree: its tree.
        channel: of everybody who has an address.

    Raises:
        WrongState: the roster is no longer the one that `tree` was formed from.
    """
    columns = [person.c[name] for name in Invited.__struct_fields__ if name != "channel"]
    with engine.begin() as connection:
        connection.execute(delete(membership).where(membership.c.wave == wave))
        people = [dict(row) for row in connection.execute(select(*columns)).mappings()]
        for row in people:
            row["unit_id"] = tree.groups.get(row["unit_id"], "")
            row["channel"] = channel if row["email"] else "card"
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
            .values(email="", locale="", timezone="", channel="")
        )


def _rows(wave: str, people: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in people:
        yield {"wave": wave, **row}
