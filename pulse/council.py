"""The public halves of a council's keys, in the state database: each serves one wave, once.

A half belongs to the wave that took it for ever, also where that wave was cancelled or its
opening died: whatever was sealed to it has had its one reader.
"""

import contextlib
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Column, Integer, String, Table, func, insert, select, update
from sqlalchemy.engine import Engine

from pulse.ballotbox.pairs import fingerprint, read_halves
from pulse.ballotbox.seal import generate_pair, public_of
from pulse.errors import InvalidValue, Refused
from pulse.settings import Home
from pulse.store.engine import reading
from pulse.store.files import write_atomically
from pulse.store.lock import only_one
from pulse.store.metadata import state as metadata
from pulse.terms import Secret
from pulse.token.encoding import b64u, unb64u

FEW: Final = 4  # waves; with fewer the council is to be asked for more
NONE_LEFT: Final = (
    "No key of the council is left for a week. The council makes more with `pulse council keys`, "
    "and `pulse council import` takes their public halves."
)
_FREE: Final = ""

half_table: Final = Table(
    "council_half",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("point", String(87), nullable=False, unique=True),
    Column("wave", String(8), nullable=False),
)


class Imported(msgspec.Struct, frozen=True):
    """`waves` is how many coming waves are covered now, `fingerprint` eight words over F.pub."""

    imported: int
    waves: int
    fingerprint: str


def import_halves(home: Home, engine: Engine, public: Path) -> Imported:
    """Take the public halves in F.pub for the waves to come: all of them, or none.

    Args:
        home: the installation.
        engine: the state database.
        public: F.pub, as the council gave it.

    Raises:
        Refused: no such file, a half that was imported before, or a key of the operator's own.
    """
    try:
        points = [b64u(point) for point in read_halves(public)]
        own = _operators_own(home) & set(points)
    except Refused as error:
        raise Refused(f"{error.message} Nothing was imported.", where=error.where) from error
    if own:
        raise Refused(
            "The operator's own key is among these; a second holder makes other ones. "
            "Nothing was imported.",
            where=min(own),
        )
    with only_one(home.state / "wave.lock", engine), engine.begin() as connection:
        known = set(connection.scalars(select(half_table.c.point)))
        if repeated := known & set(points):
            raise Refused(
                f"Some of these keys ({len(repeated)} of {len(points)}) were imported before; each "
                "serves one week. Nothing was imported.",
                where=public.name,
            )
        last = connection.scalar(select(func.max(half_table.c.number))) or 0
        rows = [
            {"number": number, "point": point, "wave": _FREE}
            for number, point in enumerate(points, start=last + 1)
        ]
        connection.execute(insert(half_table), rows)
    return Imported(len(points), covered(engine), fingerprint(public))


def covered(engine: Engine) -> int:
    """Return how many coming waves have a key of the council."""
    free = select(func.count()).select_from(half_table).where(half_table.c.wave == _FREE)
    with reading(engine) as connection:
        return connection.scalar(free) or 0


def take(engine: Engine, wave: str) -> bytes:
    """Give the next unused half to a wave, for ever, in one conditional write.

    Returns:
        The public point, 65 bytes.

    Raises:
        Refused: none is left.
    """
    next_free = select(func.min(half_table.c.number)).where(half_table.c.wave == _FREE)
    step = (
        update(half_table)
        .where(half_table.c.number == next_free.scalar_subquery(), half_table.c.wave == _FREE)
        .values(wave=wave)
        .returning(half_table.c.point)
    )
    while covered(engine):
        with engine.begin() as connection:
            point = connection.scalar(step)
        if point is not None:  # else another process took it between
            return unb64u(point)
    raise Refused(NONE_LEFT, where="holder")


def require(engine: Engine, holder: str) -> None:
    """Refuse to begin a wave whose second key nobody has made.

    Raises:
        Refused: the holder is a council, and none of its halves is left.
    """
    if holder == "council" and not covered(engine):
        raise Refused(NONE_LEFT, where="holder")


def outer_half(home: Home, holder: str, engine: Engine, wave: str) -> Secret | bytes:
    """Return a wave's second opening key: made here, or the next public half of a council's.

    Raises:
        Refused: none of the council's is left.
    """
    if holder == "council":
        return take(engine, wave)
    return new_half(home.holder_keys / f"{wave}.outer")


def new_half(path: Path) -> Secret:
    """Make an opening key on this side: write its secret half (0600), and return it as read."""
    write_atomically(path, generate_pair()[0].reveal())
    return Secret(path.read_bytes())


def _operators_own(home: Home) -> set[str]:
    """Return every opening key that was made on this side, as its public half."""
    own = set()
    for path in (*home.operator_keys.glob("*.inner"), *home.holder_keys.glob("*.outer")):
        with contextlib.suppress(InvalidValue):  # damaged; its list has its public half
            own.add(b64u(public_of(Secret(path.read_bytes()))))
    for path in home.published.glob("*/keys-*.json"):
        try:
            listed = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            told = "This key list was damaged on the disk; bring back a sound copy."
            raise Refused(told, where=str(path)) from error
        own.add(str(listed.get("box")))
        if listed.get("holder") != "council":
            own.add(str(listed.get("outer")))
    return own
