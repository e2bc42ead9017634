"""A wave: one survey week, from planned to released; its row in `state/pulse.db`.

    planned ─► open ─► awaiting_peel ─► held ─► released
       │         │           └──────────┴────► lost
       └─────────┴─► cancelled (the id may be opened again)

A held wave goes back to awaiting_peel while its ballots have yet to be peeled.

A state changes by one conditional write only, so two processes never both make the same step.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import CheckConstraint, Column, Integer, String, Table, insert, select, update
from sqlalchemy.engine import Engine

from pulse.errors import Refused, WrongState
from pulse.instrument.plane import FORMS
from pulse.settings import DAYS, Settings
from pulse.store.engine import reading
from pulse.store.metadata import state as metadata
from pulse.terms import WAVE_ID

State = Literal["planned", "open", "awaiting_peel", "held", "released", "lost", "cancelled"]
STATES: Final[tuple[State, ...]] = get_args(State)
UNFINISHED: Final[tuple[State, ...]] = ("planned", "open", "awaiting_peel", "held")
# A closing time nearer than this is next week's: nobody would have had time to answer.
SHORTEST: Final = dt.timedelta(hours=1)
# How far ahead a week may be opened by hand; weeks before one that was asked are never asked.
AHEAD: Final = dt.timedelta(days=7)

wave_table: Final = Table(
    "wave",
    metadata,
    Column("wave", String(8), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("opens", String(32), nullable=False),
    Column("closes", String(32), nullable=False),
    Column("form", Integer, nullable=False),
    Column("survey", String(80), nullable=False),
    Column("keys", String(200), nullable=False),
    Column("fingerprint", String(100), nullable=False),
    Column("groups", Integer, nullable=False),
    Column("invited", Integer, nullable=False),
    Column("reason", String(400), nullable=False),
    CheckConstraint("state IN (" + ", ".join(f"'{name}'" for name in STATES) + ")", name="state"),
)


class Wave(msgspec.Struct, frozen=True):
    """A row of the wave table.

    `opens` and `closes` are aware times in UTC. `form` is the rotation block. `survey` names
    the instrument and its version. `keys` is the URL path of the key list, `fingerprint` its
    eight words. `reason` says why a wave is held or lost.
    """

    wave: str
    state: State
    opens: dt.datetime
    closes: dt.datetime
    form: int
    survey: str = ""
    keys: str = ""
    fingerprint: str = ""
    groups: int = 0
    invited: int = 0
    reason: str = ""


def wave_id(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Return the ISO week of `moment` in the organisation's zone, like 2026-W09."""
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year:04}-W{week:02}"


def check_week(wave: str) -> str:
    """Return `wave` if it names a week that exists (only some years have a 53rd).

    Raises:
        Refused: it does not.
    """
    refusal = Refused("A wave is named by its ISO week, like 2026-W09.", where=wave)
    if not WAVE_ID.fullmatch(wave):
        raise refusal
    try:
        dt.date.fromisocalendar(int(wave[:4]), int(wave[6:]), 1)
    except ValueError as error:
        raise refusal from error
    return wave


def closing_time(settings: Settings, opens: dt.datetime) -> dt.datetime:
    """Return when a wave that opens at `opens` closes by the settings, in UTC.

    It is the next such day and local time that is at least an hour away.
    """
    day, clock = settings.closes.split()
    hour, minute = (int(part) for part in clock.split(":"))
    local = opens.astimezone(settings.zone)
    ahead = (DAYS.index(day) - local.weekday()) % len(DAYS)
    for days in (ahead, ahead + len(DAYS)):
        date = local.date() + dt.timedelta(days=days)
        closes = dt.datetime.combine(date, dt.time(hour, minute), settings.zone)
        if closes.astimezone(dt.UTC) - opens >= SHORTEST:
            break
    return closes.astimezone(dt.UTC)


def get(engine: Engine, wave: str) -> Wave | None:
    """Return one wave, or None if there never was one of this name."""
    return _first(engine, select(wave_table).where(wave_table.c.wave == wave))


def current(engine: Engine) -> Wave | None:
    """Return the open wave, or None."""
    return _first(engine, select(wave_table).where(wave_table.c.state == "open"))


def unfinished(engine: Engine) -> tuple[Wave, ...]:
    """Return the waves that have begun and not ended, oldest first."""
    return tuple(row for row in every(engine) if row.state in UNFINISHED)


def every(engine: Engine) -> tuple[Wave, ...]:
    """Return all waves, oldest first."""
    with reading(engine) as connection:
        rows = connection.execute(select(wave_table).order_by(wave_table.c.wave)).mappings().all()
    return tuple(_wave(row) for row in rows)


def last_asked(engine: Engine) -> Wave | None:
    """Return the newest wave that was really asked: neither planned nor cancelled."""
    asked = [row for row in every(engine) if row.state not in {"planned", "cancelled"}]
    return asked[-1] if asked else None


def next_form(engine: Engine) -> int:
    """Return the rotation block of the next wave: it counts waves, so pauses shift it."""
    last = last_asked(engine)
    return 0 if last is None else (last.form + 1) % FORMS


def propose(
    settings: Settings,
    engine: Engine,
    opens: dt.datetime,
    *,
    wave: str | None,
    closes: dt.datetime | None,
    survey: str,
) -> Wave:
    """Return the row of the wave that may be opened now; nothing is written.

    Args:
        settings: the running configuration.
        engine: the state database.
        opens: the present, an aware time.
        wave: the week asked for; None means the present one in the organisation's zone.
        closes: the closing time asked for, aware; None means by the settings.
        survey: name and version of the instrument.

    Raises:
        WrongState: another wave is under way, or the week was used or lies before the last.
        Refused: the week does not exist or lies beyond the next, or the closing time is not ahead.
    """
    week = wave_id(opens, settings.zone) if wave is None else check_week(wave)
    for other in unfinished(engine):
        if other.wave != week:
            raise WrongState(
                f"{other.wave} is {other.state}; close or cancel it first.", where=week
            )
    _check_unused(get(engine, week), week)
    if week > wave_id(opens + AHEAD, settings.zone):
        raise Refused("Only this week or the next can be opened; nothing was changed.", where=week)
    last = last_asked(engine)
    if last is not None and last.wave > week:
        raise WrongState(f"Weeks go forward; {last.wave} was asked already.", where=week)
    until = closing_time(settings, opens) if closes is None else closes
    if until <= opens:
        raise Refused("The closing time must lie ahead.", where="closes")
    return Wave(week, "planned", opens, until, next_form(engine), survey)


def plan(engine: Engine, wave: Wave) -> None:
    """Write the row of a wave about to be opened, over a planned or cancelled one of its name.

    Raises:
        WrongState: the id was used before.
    """
    here = wave_table.c.wave == wave.wave
    with engine.begin() as connection:
        row = connection.execute(select(wave_table).where(here)).mappings().first()
        if row is None:
            connection.execute(insert(wave_table).values(**_row(wave)))
        else:
            _check_unused(_wave(row), wave.wave)
            connection.execute(update(wave_table).where(here).values(**_row(wave)))


def move(
    engine: Engine, wave: str, from_states: Iterable[State], to_state: State, **fields: str | int
) -> Wave:
    """Change a wave's state in one conditional write and return the row as it is now.

    Args:
        engine: the state database.
        wave: the wave's id.
        from_states: the states that allow this step.
        to_state: the state after it.
        fields: other columns to set in the same write.

    Raises:
        WrongState: the wave is in none of `from_states`, or does not exist.
    """
    allowed = tuple(from_states)
    step = (
        update(wave_table)
        .where(wave_table.c.wave == wave, wave_table.c.state.in_(allowed))
        .values(state=to_state, **fields)
        .returning(wave_table)
    )
    with engine.begin() as connection:
        row = connection.execute(step).mappings().one_or_none()
        if row is not None:
            return _wave(row)
        now = connection.scalar(select(wave_table.c.state).where(wave_table.c.wave == wave))
    if now is None:
        raise WrongState("There is no such wave.", where=wave)
    raise WrongState(
        f"The wave is {now}; this step needs it {' or '.join(allowed)}. Nothing was changed.",
        where=wave,
    )


def _check_unused(row: Wave | None, week: str) -> None:
    if row is None or row.state in {"planned", "cancelled"}:
        return
    now = "open" if row.state == "open" else f"over ({row.state})"
    raise WrongState(f"This week is {now} already; a week is asked once.", where=week)


def _first(engine: Engine, query: Any) -> Wave | None:  # noqa: ANN401 - a Select of any columns
    with reading(engine) as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else _wave(row)


def _row(wave: Wave) -> dict[str, Any]:
    values = {name: getattr(wave, name) for name in wave.__struct_fields__}
    for name in ("opens", "closes"):
        values[name] = values[name].astimezone(dt.UTC).isoformat(timespec="seconds")
    return values


def _wave(row: Any) -> Wave:  # noqa: ANN401 - a RowMapping, whose values are untyped
    # SQLAlchemy may name columns by a subclass of str, which msgspec does not take for a field.
    return msgspec.convert({str(name): value for name, value in row.items()}, Wave)
