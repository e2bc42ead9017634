"""Claims on what is told once: one conditional write before, the outcome after.

    (nothing) ─► claimed ─► told
                    ├─────► uncertain: …   it may have been told; never again by itself
                    └─────► failed: …      it certainly was not; the next try may claim it

What is still "claimed" when nobody is at work was cut off by a crash, and is uncertain too.
"""

from typing import Final

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from pulse.mail.tables import announced
from pulse.store.engine import reading

CLAIMED: Final = "claimed"
TOLD: Final = "told"
UNCERTAIN: Final = "uncertain: "
FAILED: Final = "failed: "
_LONGEST: Final = 200
_KEYS: Final = ("wave", "kind", "place")


class Claim(msgspec.Struct, frozen=True):
    """One thing that is told once: a wave, what about it, and where."""

    wave: str
    kind: str
    place: str
    outcome: str = CLAIMED


def claim(engine: Engine, wanted: Claim) -> bool:
    """Take a claim, unless somebody has it or it has been told; a failed one is free again."""
    insert = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(announced)
        .values(**{name: getattr(wanted, name) for name in _KEYS}, outcome=CLAIMED)
        .on_conflict_do_update(
            index_elements=_KEYS,
            set_={"outcome": CLAIMED},
            where=announced.c.outcome.startswith(FAILED),
        )
        .returning(announced.c.wave)
    )
    with engine.begin() as connection:
        return connection.execute(statement).first() is not None


def settle(engine: Engine, held: Claim, ended: str) -> None:
    """Write down how a claim ended."""
    with engine.begin() as connection:
        connection.execute(
            update(announced)
            .where(*(announced.c[name] == getattr(held, name) for name in _KEYS))
            .values(outcome=" ".join(ended.split())[:_LONGEST])
        )


def outcome(engine: Engine, wanted: Claim) -> str:
    """Return how a claim stands; empty where nobody has made it."""
    query = select(announced.c.outcome).where(
        *(announced.c[name] == getattr(wanted, name) for name in _KEYS)
    )
    with reading(engine) as connection:
        return connection.scalar(query) or ""


def every(engine: Engine) -> tuple[Claim, ...]:
    """Return all claims, by wave, kind and place."""
    query = select(announced).order_by(*(announced.c[name] for name in _KEYS))
    with reading(engine) as connection:
        return tuple(Claim(*row) for row in connection.execute(query))


def drop(engine: Engine, wave: str, kinds: tuple[str, ...]) -> None:
    """Forget claims of a wave whose links are gone, so that the same week may open again."""
    with engine.begin() as connection:
        connection.execute(
            delete(announced).where(announced.c.wave == wave, announced.c.kind.in_(kinds))
        )
