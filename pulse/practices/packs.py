"""Which pack of statements joins the weeks: one at a time, for at most six waves.

How many waves have asked it is counted from the waves themselves: a half-opened or cancelled one
takes nothing away, and there is no counter that could be wrong.
"""

from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Integer,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Engine

from pulse import wave as waves
from pulse.errors import Refused, WrongState
from pulse.instrument import Instrument
from pulse.store.engine import reading
from pulse.store.metadata import state as metadata
from pulse.terms import MAX_ITEMS, Tree

LONGEST: Final = 6  # waves; longer, and the seventh statement would be one of the survey

# One row each time a pack is switched on; `after` is the last wave asked before.
pack_run: Final = Table(
    "pack_run",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("pack", String(40), nullable=False),
    Column("waves", Integer, nullable=False),
    Column("after", String(8), nullable=False),
    Column("ended", Boolean, nullable=False),
    CheckConstraint(f"waves BETWEEN 1 AND {LONGEST}", name="waves"),
)


class Run(msgspec.Struct, frozen=True):
    """A pack that is on: for how many `waves`, and how many have `asked` it."""

    pack: str
    waves: int
    asked: int = 0


def running(engine: Engine) -> Run | None:
    """Return the pack that is on, or None."""
    asked = _asked(engine)
    with reading(engine) as connection:
        found = _last(connection, asked)
    return None if found is None else found[1]


def switch_on(
    engine: Engine,
    instrument: Instrument,
    pack: str,
    number: int = LONGEST,
    *,
    agreed: bool = False,
    leaders: bool = False,
) -> Run:
    """Let one item of `pack` join each of the next waves.

    Args:
        engine: the state database.
        instrument: the survey with its packs.
        pack: the pack's id.
        number: for how many waves, at most six.
        agreed: the leaders whom the pack is about have agreed to it.
        leaders: some group is made of leaders.

    Raises:
        Refused: there is no such pack, too many waves, it asks for more than was said, or the
            survey leaves no place for it.
        WrongState: a pack is on already.
    """
    chosen = instrument.packs.get(pack)
    if chosen is None:
        raise Refused(f"There are the packs {', '.join(instrument.packs)}.", where=pack)
    if not 1 <= number <= LONGEST:
        raise Refused(f"A pack is asked in 1 to {LONGEST} waves.", where="waves")
    if chosen.asked == "leaders" and not leaders:
        raise Refused(
            "Only groups made of leaders are asked this pack, and there is no such group. "
            "Mark their units in UNITS.csv (leaders: yes) and import the roster again.",
            where=pack,
        )
    if chosen.leader and not agreed:
        raise Refused(
            "This pack says something about single leaders. Ask them first; if they agree, "
            "switch it on with --agreed. It is shown where ten people or more answered, and to "
            "that leader alone.",
            where=pack,
        )
    _refuse_full(instrument, pack)
    asked = _asked(engine)
    with engine.begin() as connection:
        now = _last(connection, asked)
        if now is not None:
            raise WrongState(
                f"The pack {now[1].pack} is on, for {now[1].waves - now[1].asked} more waves. "
                "One at a time: switch it off first.",
                where=pack,
            )
        row = {"pack": pack, "waves": number, "after": max(asked, default=""), "ended": False}
        connection.execute(insert(pack_run).values(**row))
    return Run(pack, number)


def switch_off(engine: Engine) -> Run:
    """End the pack that is on; an open wave goes on as it was opened.

    Raises:
        WrongState: none is on.
    """
    asked = _asked(engine)
    with engine.begin() as connection:
        found = _last(connection, asked)
        if found is None:
            raise WrongState("No pack is on.")
        number, run = found
        step = update(pack_run).where(pack_run.c.number == number).values(ended=True)
        connection.execute(step)
    return run


def asks(engine: Engine, instrument: Instrument, form: int, tree: Tree) -> tuple[str, ...]:
    """Return what the wave about to open asks: the form, and an item of the pack that is on.

    Raises:
        Refused: a pack is on that does not fit beside the survey.
    """
    run = running(engine)
    pack = instrument.packs.get(run.pack) if run else None
    if run is None or pack is None or (pack.asked == "leaders" and not led(tree)):
        return instrument.form(form)
    _refuse_full(instrument, run.pack)
    return (*instrument.form(form), instrument.seventh(form, run.pack, run.asked))


def _refuse_full(instrument: Instrument, pack: str) -> None:
    """Refuse a pack where some week of the survey fills the ballot already."""
    if any(len(instrument.form(form)) >= MAX_ITEMS for form in range(len(instrument.blocks))):
        raise Refused(
            f"The survey asks {MAX_ITEMS} statements in a week, all that a ballot holds: no pack "
            "fits beside it. `pulse survey pack off` ends one that is on.",
            where=pack,
        )


def led(tree: Tree) -> bool:
    """Tell whether some group of `tree` is made of leaders."""
    return any(unit.leaders for unit in tree.units)


def _asked(engine: Engine) -> frozenset[str]:
    rows = waves.every(engine)
    return frozenset(row.wave for row in rows if row.state not in {"planned", "cancelled"})


def _last(connection: Connection, asked: Collection[str]) -> tuple[int, Run] | None:
    row = connection.execute(select(pack_run).order_by(pack_run.c.number.desc())).first()
    if row is None or row.ended:
        return None
    count = sum(wave > row.after for wave in asked)
    return None if count >= row.waves else (row.number, Run(row.pack, row.waves, count))
