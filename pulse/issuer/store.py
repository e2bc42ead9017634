"""The invitations of one wave: a hash, a group and a mark each, prefilled and never added to.

On SQLite the marks are written in place, over zeros of the same length, and the journal is
truncated: the file's bytes do not depend on the order in which invitations were used.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Self

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)

from pulse.errors import AlreadyUsed, RequestError, UnknownInvitation
from pulse.store.desks import shut
from pulse.store.engine import reading
from pulse.store.gate import GatedStore, gate_table, is_open, lay_gate, seems_open
from pulse.store.shelf import Shelf

UNMARKED: Final = bytes(32)
_ROWS_AT_ONCE: Final = 10_000

METADATA: Final = MetaData()
GATE: Final = gate_table(METADATA)
INVITATION: Final = Table(
    "invitation",
    METADATA,
    Column("h", LargeBinary, primary_key=True),
    Column("g", Text, nullable=False),
    Column("c", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

_FIND: Final = select(INVITATION.c.g).where(INVITATION.c.h == bindparam("h_"))
_MARK: Final = (
    update(INVITATION)
    .where(
        INVITATION.c.h == bindparam("h_"),
        INVITATION.c.c.in_((UNMARKED, bindparam("c_"))),
    )
    .values(c=bindparam("c_"))
    .returning(INVITATION.c.g)
)


class Mark(msgspec.Struct, frozen=True):
    """One invitation to use up.

    `h` is the invitation's hash and `c` the hash of the blinded message (32 bytes each);
    `check` is called with the group's number before anything is written and raises a
    `RequestError` for what cannot be signed with that group's key.
    """

    h: bytes
    c: bytes
    check: Callable[[str], None]


class IssuerStore(GatedStore):
    """The issuer's store of one wave.

    Args:
        shelf: where the room keeps its stores.
        wave: the wave's id.
    """

    def __init__(self, shelf: Shelf, wave: str) -> None:
        super().__init__(shelf.engine(wave), GATE)

    @classmethod
    def create(
        cls, shelf: Shelf, wave: str, invitations: Iterable[tuple[bytes, str]], origin: int = 0
    ) -> Self:
        """Make a store with every invitation (hash, group number) of `wave`; its gate is shut.

        `origin` is the number that tells it from another opening's (`pulse/store/wavestores.py`).

        Raises:
            WrongState: the wave has a store already.
        """
        rows = [{"h": h, "g": g, "c": UNMARKED} for h, g in sorted(invitations)]

        def fill(connection: Connection) -> None:
            lay_gate(connection, GATE, wave)
            for start in range(0, len(rows), _ROWS_AT_ONCE):
                connection.execute(insert(INVITATION), rows[start : start + _ROWS_AT_ONCE])

        shelf.make(wave, METADATA, fill, origin)
        return cls(shelf, wave)

    def group_of(self, h: bytes) -> str | None:
        """Return the group number of an invitation, used or not; None if there is none."""
        with reading(self._engine) as connection:
            return connection.scalar(_FIND, {"h_": h})

    def open_group_of(self, h: bytes) -> str | None:
        """Return the invitation's group number while the gate is open; None otherwise."""
        with reading(self._engine) as connection:
            return connection.scalar(_FIND, {"h_": h}) if seems_open(connection, GATE) else None

    def mark(self, marks: Sequence[Mark]) -> list[str | Exception]:
        """Use up invitations in one durable transaction; each gives its group or its refusal.

        The order of refusals: shut, unknown, what `check` raises, used for another message.
        """
        with self._engine.begin() as connection:
            if not is_open(connection, GATE):
                return [shut() for _ in marks]
            # By hash: two processes with the same ones never wait for each other in turn.
            order = sorted(range(len(marks)), key=lambda place: marks[place].h)
            told = {place: _mark(connection, marks[place]) for place in order}
            return [told[place] for place in range(len(marks))]

    def issued(self) -> Mapping[str, int]:
        """Count the used invitations of each group, ascending by group number."""
        tally = (
            select(INVITATION.c.g, func.count().label("issued"))
            .where(INVITATION.c.c != UNMARKED)
            .group_by(INVITATION.c.g)
            .order_by(INVITATION.c.g)
        )
        with reading(self._engine) as connection:
            return {row.g: row.issued for row in connection.execute(tally)}


def _mark(connection: Connection, mark: Mark) -> str | Exception:
    group = connection.scalar(_FIND, {"h_": mark.h})
    if group is None:
        return unknown_invitation()
    try:
        mark.check(group)
    except RequestError as error:
        return error
    marked = connection.scalar(_MARK, {"h_": mark.h, "c_": mark.c})
    return marked or AlreadyUsed("This link has been used.")


def unknown_invitation() -> UnknownInvitation:
    """Return the one error for every secret that opens nothing."""
    return UnknownInvitation("This link belongs to no invitation of an open survey.")
