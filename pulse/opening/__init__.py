"""Opens a wave: everything that people will need is made, tried and published, gates last.

Until its last step a wave is `planned` and no link of it exists outside, so a half-opened one
is wiped and begun again. The questions of how it ends are closing's.
"""

import datetime as dt
from typing import Final

import msgspec
from sqlalchemy.engine import Engine

from pulse import council, roster
from pulse import wave as waves
from pulse.ballotbox.canary import try_keys
from pulse.clock import Clock
from pulse.errors import WrongState
from pulse.opening.making import MakeKeys, local_time, prefill, publish_files, write_keys
from pulse.opening.preparing import prepare
from pulse.opening.wiping import announce, wipe
from pulse.release.shown import last_shown
from pulse.settings import Home, Settings
from pulse.store import treefile, wavestores
from pulse.store.databases import shelves
from pulse.store.lock import only_one
from pulse.terms import Progress, silent
from pulse.token.keypool import pool_keys

LABEL: Final = "Opening"
STEPS: Final = ("people", "keys", "publish", "try", "invitations", "gates", "open")


class Opened(msgspec.Struct, frozen=True):
    """An open wave: times are ISO 8601 in the organisation's zone, `keys` a URL path."""

    wave: str
    state: str
    opens: str
    closes: str
    groups: int
    invited: int
    keys: str
    fingerprint: str
    without_email: int
    covered: int | None = None  # further waves that a council has keys for


def open_wave(  # noqa: PLR0913 - five of them are choices with a default
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    *,
    page: bytes,
    wave: str | None = None,
    closes: dt.datetime | None = None,
    make_keys: MakeKeys = pool_keys,
    progress: Progress = silent,
) -> Opened:
    """Open a wave; after an interruption, run it again.

    Args:
        home: the folders.
        settings: the running configuration.
        clock: the present.
        engine: the state database.
        page: the staff page's bytes, whose hash the key list carries.
        wave: its ISO week; None means the present one in the organisation's zone.
        closes: its closing time, aware; None means by the settings.
        make_keys: makes the groups' signing keys.
        progress: told at each step, and of the keys as they come.

    Raises:
        WrongState: another wave is under way, or the week was used.
        TooSmall: too few people.
        Refused: a closing time in the past, no help text, an unknown week, no council key left.
    """
    with only_one(home.state / "wave.lock", engine):
        row, tree, instrument, asked = prepare(home, settings, engine, clock.now(), wave, closes)
        rooms = shelves(home, settings)
        wavestores.refuse_another(rooms, row.wave, wavestores.own_origins(home, row.wave))
        waves.plan(engine, row)
        wipe(home, engine, rooms, row.wave)
        _tell(progress, "people")
        roster.freeze(engine, row.wave, tree, channel=settings.people)
        shown = last_shown(home.releases)
        tree = roster.follow_series(engine, row.wave, tree, shown, settings.k)
        treefile.keep(home.trees / f"{row.wave}.json", tree)
        _tell(progress, "keys")
        ders = make_keys(sum(unit.group for unit in tree.units), progress)
        keys = write_keys(home, settings.holder, engine, row.wave, tree, ders)
        _tell(progress, "publish")
        row = publish_files(home, settings, row, tree, instrument, asked, keys, page)
        _tell(progress, "try")
        try_keys(row.wave, *keys, row.form, len(asked))
        _tell(progress, "invitations")
        without_email = prefill(home, engine, rooms, row, tree)
        _tell(progress, "gates")
        wavestores.open_gates(rooms, row.wave)
        announce(home, {"wave": row.wave, "keys": row.keys})
        _tell(progress, "open")
        row = waves.move(
            engine, row.wave, ("planned",), "open",
            keys=row.keys, fingerprint=row.fingerprint, groups=row.groups, invited=row.invited,
        )  # fmt: skip
    progress(LABEL, len(STEPS), len(STEPS))
    return Opened(
        row.wave, row.state, local_time(row.opens, settings), local_time(row.closes, settings),
        row.groups, row.invited, row.keys, row.fingerprint, without_email,
        council.covered(engine) if settings.holder == "council" else None,
    )  # fmt: skip


def cancel(
    home: Home,
    settings: Settings,
    engine: Engine,
    wave: str,
    *,
    without_store: bool = False,
    unopened: bool = False,
) -> waves.Wave:
    """End a wave that was opened by mistake: stores, keys, mails are destroyed unread.

    Its id may be opened again, under fresh keys. After an interruption, run it again. With
    `without_store` one of its stores may be lost for good; with `unopened` only a wave that never
    opened is ended.

    Raises:
        WrongState: it is neither planned nor open, or its close has begun.
        Held: a store of it is not where the settings look; nothing was changed.
    """
    with only_one(home.state / "wave.lock", engine):
        row = waves.get(engine, wave)
        plan = home.state / "close" / f"{wave}.json"
        if row and row.state in waves.UNFINISHED and plan.exists():
            raise WrongState("Its close has begun; `pulse wave close` goes on.", where=wave)
        if row is None or row.state not in ({"planned"} if unopened else {"planned", "open"}):
            state = f"it is {row.state}" if row else "there is none of this name"
            raise WrongState(f"Only an open wave can be cancelled; {state}.", where=wave)
        rooms = shelves(home, settings)
        if row.state == "open":
            if not without_store:
                wavestores.refuse_astray(rooms, wave, wavestores.own_origins(home, wave, row.keys))
            # As if half opened: should this be cut off, no store is missed in the next run.
            waves.move(engine, wave, ("open",), "planned")
        wipe(home, engine, rooms, wave, row.keys)
        return waves.move(engine, wave, ("planned",), "cancelled", keys="")


def _tell(progress: Progress, step: str) -> None:
    progress(LABEL, STEPS.index(step), len(STEPS))
