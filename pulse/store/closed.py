"""The ids of waves that have closed, without time: they answer 410 for ever.

Each room (issuer, ballot box) keeps its own `closed.db`, which outlives the wave's stores.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Column, MetaData, Table, Text, select
from sqlalchemy.dialects.sqlite import insert

from pulse.store.engine import reading, sqlite_engine

_METADATA: Final = MetaData()
_CLOSED: Final = Table(
    "closed", _METADATA, Column("wave", Text, primary_key=True), sqlite_with_rowid=False
)


def remember_closed(folder: Path, wave: str) -> None:
    """Note in `folder`/closed.db that `wave` has closed; again is fine."""
    engine = sqlite_engine(folder / "closed.db", journal="truncate", create=True)
    try:
        with engine.begin() as connection:
            _METADATA.create_all(connection)
            connection.execute(insert(_CLOSED).values(wave=wave).on_conflict_do_nothing())
    finally:
        engine.dispose()


def is_closed(folder: Path, wave: str) -> bool:
    """Tell whether `wave` was noted as closed in `folder`."""
    return wave in closed_waves(folder)


def closed_waves(folder: Path) -> frozenset[str]:
    """Return every wave that was noted as closed in `folder`."""
    path = folder / "closed.db"
    if not path.exists():
        return frozenset()
    engine = sqlite_engine(path, journal="truncate", create=False)
    try:
        with reading(engine) as connection:
            if not engine.dialect.has_table(connection, "closed"):
                return frozenset()
            return frozenset(connection.scalars(select(_CLOSED.c.wave)))
    finally:
        engine.dispose()
