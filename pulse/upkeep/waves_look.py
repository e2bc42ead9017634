"""Looks at ledger, releases, weeks and clock: whether they belong together."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import Engine, func, select

from pulse import wave as waves
from pulse.closing.council import lasting, waits_for
from pulse.errors import BadRelease, Held
from pulse.invitation.tables import sent
from pulse.release import reading
from pulse.roster.tables import membership
from pulse.settings import Home
from pulse.store.databases import Shelves
from pulse.store.engine import reading as reading_of
from pulse.store.shelf import FileShelf
from pulse.store.wavestores import astray, own_origins
from pulse.terms import WAVE_ID
from pulse.upkeep.finding import Check

_OVER: Final = frozenset({"released", "lost"})
_EARLIEST: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # older than any version of Pulse
_BACK: Final = "Put it back from a backup; `pulse audit` tells more."
_LATE: Final = dt.timedelta(hours=1)


def look(
    home: Home, rooms: Shelves, state: Engine, rows: Sequence[waves.Wave], now: dt.datetime
) -> Iterator[Check]:
    """Yield what there is to say of releases and weeks.

    Args:
        home: the installation.
        rooms: the shelves of issuer and ballot box.
        state: the state database, of the newest schema.
        rows: every wave.
        now: the present.
    """
    yield from _ledger(home, rows)
    yield _clock(rows, now)
    yield from _unfinished(home, rows, now)
    yield from _closed(rooms, rows)
    yield from left_stores(rooms, rows)
    yield from own_stores(home, rooms, rows)
    yield from _marks(state, rows)


def _ledger(home: Home, rows: Sequence[waves.Wave]) -> Iterator[Check]:
    try:
        pressed = {entry.wave for entry in reading.verify_chain(home.releases)}
    except BadRelease as error:
        told = f"{error.message} {_BACK}"
        yield Check("ledger", "fail", told, error.where)
        return
    released = {row.wave for row in rows if row.state == "released"}
    for wave in sorted(released - pressed):
        yield Check("ledger", "fail", f"The ledger does not name this released week. {_BACK}", wave)
    for wave in sorted(pressed - {row.wave for row in rows}):
        yield Check("ledger", "fail", f"The ledger names a week that never was. {_BACK}", wave)
    for path in sorted(home.releases.iterdir() if home.releases.is_dir() else ()):
        if WAVE_ID.fullmatch(path.name.removeprefix(".candidate-")) and path.name not in pressed:
            told = "A press was cut off here; `pulse wave release` goes on with its week."
            yield Check("ledger", "warn", told, str(path))
    if not released - pressed:
        yield Check("ledger", "ok", f"Every release ({len(pressed)}) is as the ledger names it.")


def _clock(rows: Sequence[waves.Wave], now: dt.datetime) -> Check:
    newest = max((row.opens for row in rows), default=_EARLIEST)
    told = f"It is {now:%Y-%m-%d %H:%M} UTC."
    if now < max(newest, _EARLIEST):
        why = f"{told} That is before the last week opened ({newest:%Y-%m-%d %H:%M} UTC)."
        return Check("clock", "fail", why if rows else f"{told} No clock should say that.")
    return Check("clock", "ok", told)


def _unfinished(home: Home, rows: Sequence[waves.Wave], now: dt.datetime) -> Iterator[Check]:
    for row in rows:
        if row.state == "held":
            yield Check("weeks", "warn", f"It is held: {row.reason}", row.wave)
        elif row.state == "awaiting_peel":
            yield _awaiting(home, row.wave, now)
        elif row.state == "planned":
            yield Check("weeks", "warn", "Its opening has not ended; open or cancel it.", row.wave)
        elif row.state == "open" and row.closes + _LATE < now:
            told = f"It should have closed at {row.closes:%Y-%m-%d %H:%M} UTC; `pulse wave close`."
            yield Check("weeks", "warn", told, row.wave)
    if not any(row.state in {"held", "awaiting_peel", "planned"} for row in rows):
        yield Check("weeks", "ok", f"None of the weeks so far ({len(rows)}) is stuck.")


def _awaiting(home: Home, wave: str, now: dt.datetime) -> Check:
    """Say whether a close was cut off, or how long it has waited for its council."""
    try:
        waits = waits_for(home, wave)
    except Held as error:
        return Check("weeks", "fail", error.message, wave)
    if waits is None:
        return Check("weeks", "warn", "Its close has not ended; run `pulse wave close`.", wave)
    since = ""
    if waits.since is not None:
        since = f" since {waits.since:%Y-%m-%d %H:%M} UTC ({lasting(now - waits.since)})"
    told = f"It waits for its council{since}: give it BOX, then `pulse wave close --peeled P`."
    return Check("weeks", "warn", told, wave)


def _closed(rooms: Shelves, rows: Sequence[waves.Wave]) -> Iterator[Check]:
    over = {row.wave for row in rows if row.state in _OVER}
    missing: Mapping[str, list[str]] = {
        name: sorted(over - shelf.closed())
        for name, shelf in zip(rooms._fields, rooms, strict=True)
    }
    for name, forgotten in missing.items():
        for wave in forgotten:
            told = f"The {name} has forgotten that this week is over; its old links answer 404."
            yield Check("closed weeks", "warn", told, wave)
    if not any(missing.values()):
        yield Check(
            "closed weeks", "ok", f"Both rooms remember every week that is over ({len(over)})."
        )


def left_stores(rooms: Shelves, rows: Sequence[waves.Wave]) -> Iterator[Check]:
    """Yield the stores on a server whose week is over; `files_look` sees those in the home."""
    over = {row.wave for row in rows if row.state not in waves.UNFINISHED}
    for name, shelf in zip(rooms._fields, rooms, strict=True):
        for wave in sorted(
            over & shelf.stamps().keys() if not isinstance(shelf, FileShelf) else ()
        ):
            told = (
                f"The {name} still has tables of this week, which is over: whoever has them could "
                "pair people with tokens. Drop the schema of this name."
            )
            yield Check("leftovers", "fail", told, wave)


def own_stores(home: Home, rooms: Shelves, rows: Sequence[waves.Wave]) -> Iterator[Check]:
    """Yield the rooms where a week that has begun has no store, or another home's in its place."""
    begun = [row for row in rows if row.state in {"open", "awaiting_peel", "held"}]
    missed = [
        Check("stores", "fail", f"{told} Set this home's own address.", f"{row.wave}, {name}")
        for row in begun
        for name, told in astray(rooms, row.wave, own_origins(home, row.wave, row.keys))
    ]
    yield from missed
    if begun and not missed:
        yield Check("stores", "ok", "The stores of the week under way are its own.")


def _marks(state: Engine, rows: Sequence[waves.Wave]) -> Iterator[Check]:
    over = [row.wave for row in rows if row.state not in waves.UNFINISHED]
    with reading_of(state) as connection:
        marked = connection.scalar(
            select(func.count()).select_from(sent).where(sent.c.wave.in_(over))
        )
        named = connection.scalar(
            select(func.count())
            .select_from(membership)
            .where(membership.c.wave.in_(over), membership.c.email != "")
        )
    if marked or named:
        told = f"Of weeks that are over, marks ({marked}) and addresses ({named}) are still kept."
        yield Check("marks", "fail", told, "state")
    else:
        yield Check("marks", "ok", "No address or mark is kept of weeks that are over.")
