"""Taking up a practice, ending it, looking back: what each unit tries, and since when.

At most two at a time in a unit. With one, a team could not try a second idea while the first
needs its eight weeks; with three, nobody could tell which of them moved a line. Who may do it is
decided in `pulse.accounts.scope`, by whoever calls this.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    bindparam,
    exists,
    insert,
    literal,
    select,
    update,
)

from pulse.errors import WrongState
from pulse.practices.tables import AT_ONCE, practice_use
from pulse.store.engine import reading

_OLDEST_FIRST: Final = select(practice_use).order_by(practice_use.c.since, practice_use.c.use_id)
# Put together once: every figure asks this.
_OF_UNIT: Final = _OLDEST_FIRST.where(practice_use.c.unit_id == bindparam("sought"))


class Use(msgspec.Struct, frozen=True):
    """A unit's practice: since which day, when it was `looked` at last, and when it `ended`."""

    use_id: int
    unit_id: str
    practice: str
    since: dt.date
    looked: dt.date | None = None
    ended: dt.date | None = None

    @property
    def wave(self) -> str:
        """The ISO week in which it began, as a wave is named."""
        year, week, _ = self.since.isocalendar()
        return f"{year:04}-W{week:02}"

    def look_on(self, weeks: int) -> dt.date | None:
        """Return the day on which to look whether it helped; None where there is none (0)."""
        return (self.looked or self.since) + dt.timedelta(weeks=weeks) if weeks else None


def adopt(engine: Engine, unit_id: str, practice: str, day: dt.date) -> Use:
    """Take up a practice in a unit from `day` on.

    Raises:
        WrongState: the unit tries it already, or tries two others.
    """
    with engine.begin() as connection:
        for place in range(1, AT_ONCE + 1):
            row = _take(connection, unit_id, practice, day, place)
            if row is not None:
                return _use(row)
        same = connection.scalar(select(_tries(unit_id, practice)))
    if same:
        raise WrongState("This is being tried here already.", where=practice)
    raise WrongState(
        f"Two practices at a time are enough to see what helps; end one of them first "
        f"(at most {AT_ONCE}).",
        where=unit_id,
    )


def end(engine: Engine, use_id: int, day: dt.date) -> Use | None:
    """End a practice on `day`; None where it had ended already or there is none of this id."""
    return _step(engine, use_id, ended=day.isoformat(), place=None)


def look_back(engine: Engine, use_id: int, day: dt.date) -> Use | None:
    """Note that somebody has looked whether it helped: the next look is due that much later."""
    return _step(engine, use_id, looked=day.isoformat())


def find(engine: Engine, use_id: int) -> Use | None:
    """Return one use, or None."""
    with reading(engine) as connection:
        row = connection.execute(
            select(practice_use).where(practice_use.c.use_id == use_id)
        ).one_or_none()
    return None if row is None else _use(row)


def uses(engine: Engine, unit_id: str | None = None) -> Sequence[Use]:
    """Return every use of a unit (None: of all units), oldest first, ended ones included."""
    if unit_id is None:
        return _read(engine, [])
    with reading(engine) as connection:
        return [_use(row) for row in connection.execute(_OF_UNIT, {"sought": unit_id})]


def running(
    engine: Engine, unit_id: str | None = None, practice: str | None = None
) -> Sequence[Use]:
    """Return what is being tried now, oldest first: in a unit, or of one practice."""
    where: list[ColumnElement[bool]] = [practice_use.c.place.is_not(None)]
    where += [] if unit_id is None else [practice_use.c.unit_id == unit_id]
    where += [] if practice is None else [practice_use.c.practice == practice]
    return _read(engine, where)


def _read(engine: Engine, where: Sequence[ColumnElement[bool]]) -> Sequence[Use]:
    with reading(engine) as connection:
        return [_use(row) for row in connection.execute(_OLDEST_FIRST.where(*where))]


def _take(
    connection: Connection, unit_id: str, practice: str, day: dt.date, place: int
) -> Row[Any] | None:
    """Take a free place in one conditional write, unless the unit tries this very practice."""
    table = practice_use
    taken = exists().where(table.c.unit_id == unit_id, table.c.place == place)
    values = select(
        literal(unit_id), literal(practice), literal(day.isoformat()), literal(place)
    ).where(~taken, ~_tries(unit_id, practice))
    step = (
        insert(table)
        .from_select(["unit_id", "practice", "since", "place"], values)
        .returning(*table.columns)
    )
    return connection.execute(step).one_or_none()


def _tries(unit_id: str, practice: str) -> ColumnElement[bool]:
    table = practice_use
    return exists().where(
        table.c.unit_id == unit_id, table.c.practice == practice, table.c.place.is_not(None)
    )


def _step(engine: Engine, use_id: int, **values: str | int | None) -> Use | None:
    step = (
        update(practice_use)
        .where(practice_use.c.use_id == use_id, practice_use.c.place.is_not(None))
        .values(**values)
        .returning(*practice_use.columns)
    )
    with engine.begin() as connection:
        row = connection.execute(step).one_or_none()
    return None if row is None else _use(row)


def _use(row: Row[Any]) -> Use:
    return Use(
        row.use_id, row.unit_id, row.practice, dt.date.fromisoformat(row.since),
        _day(row.looked), _day(row.ended),
    )  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
