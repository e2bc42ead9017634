"""The sealed ballots of one wave, under the hash of their token; no person, no time.

While the wave is open the database's log keeps an order of *sealed* boxes; nothing that leaves
the box (see `records`) does.
"""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final, Self

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, func, select

from pulse.errors import AlreadyCounted
from pulse.store.checkpoint import EVERY, Checkpoints
from pulse.store.desks import shut
from pulse.store.engine import reading
from pulse.store.gate import GatedStore, gate_table, lay_gate, seems_open
from pulse.store.groupcommit import busy
from pulse.store.inserting import inserter
from pulse.store.shelf import Shelf
from pulse.terms import SealedBallot

METADATA: Final = MetaData()
GATE: Final = gate_table(METADATA)
SEALED: Final = Table(
    "sealed",
    METADATA,
    Column("t", LargeBinary, primary_key=True),
    Column("g", Text, nullable=False),
    Column("msg", LargeBinary, nullable=False),
    Column("sig", LargeBinary, nullable=False),
    Column("box", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

_READ_AT_ONCE: Final = 1_000


class BoxStore(GatedStore):
    """The ballot box's store of one wave.

    Args:
        shelf: where the room keeps its stores.
        wave: the wave's id.
        fold_every: after how many ballots an SQLite log is folded (`pulse/store/checkpoint.py`).
    """

    def __init__(self, shelf: Shelf, wave: str, *, fold_every: int = EVERY) -> None:
        super().__init__(shelf.engine(wave), GATE)
        self._insert = inserter(self._engine, SEALED, GATE)
        self._checkpoints = Checkpoints(self._engine, fold_every)

    @classmethod
    def create(cls, shelf: Shelf, wave: str, origin: int = 0) -> Self:
        """Make an empty store for `wave` with its gate shut.

        `origin` is the number that tells it from another opening's (`pulse/store/wavestores.py`).

        Raises:
            WrongState: the wave has a store already.
        """
        shelf.make(wave, METADATA, lambda connection: lay_gate(connection, GATE, wave), origin)
        return cls(shelf, wave)

    def cast(self, ballots: Sequence[tuple[bytes, SealedBallot]]) -> list[bool | Exception]:
        """Store ballots, each with its token's hash t, in one durable transaction.

        A ballot gives True if it lies in the box now (also when its very bytes did before),
        `AlreadyCounted` if other bytes lie there under its token, `WaveShut` if the gate is shut,
        `Busy` if the gate was opened only while it came; it was not stored then.
        """
        # By token: two processes that bring the same ones never wait for each other in turn.
        rows = [_row(t, ballot) for t, ballot in sorted(ballots, key=itemgetter(0))]
        new = self._insert(rows)
        self._checkpoints.wrote(new)
        if new == len(rows):
            return [True] * len(rows)
        with reading(self._engine) as connection:
            # What was new was let in; a close since then does not take it back.
            if not new and not seems_open(connection, GATE):
                return [shut() for _ in ballots]
            tokens = SEALED.c.t.in_([t for t, _ in ballots])
            found = connection.execute(select(SEALED).where(tokens))
            stored = {t: SealedBallot(g, msg, sig, box) for t, g, msg, sig, box in found}
        return [_answer(ballot, stored.get(t)) for t, ballot in ballots]

    def close(self) -> None:
        """Let go of the database."""
        self._checkpoints.close()
        super().close()

    def records(self) -> Iterator[SealedBallot]:
        """Yield every ballot, ascending by t (not by arrival)."""
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=_READ_AT_ONCE).execute(
                select(*list(SEALED.c)[1:]).order_by(SEALED.c.t)
            )
            for g, msg, sig, box in rows:
                yield SealedBallot(g=g, msg=msg, sig=sig, box=box)

    def count(self) -> int:
        """Count the ballots in the box (the close asks; nobody else may)."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.count()).select_from(SEALED)) or 0


def _row(t: bytes, ballot: SealedBallot) -> tuple[bytes | str, ...]:
    return (t, ballot.g, ballot.msg, ballot.sig, ballot.box)


def _answer(ballot: SealedBallot, stored: SealedBallot | None) -> bool | Exception:
    if stored is None:
        return busy()
    if stored == ballot:
        return True
    return AlreadyCounted("Another ballot was counted with this token.")
