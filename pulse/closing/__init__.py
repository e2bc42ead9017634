"""The valve: a wave closes once, its answers become a release, and everything else dies.

Read `plan.py` for the steps and their order; each lives in `steps.py`, `publish.py` or
`destroy.py`. A close that was interrupted anywhere is run again and makes the same release.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pulse import wave as waves
from pulse.clock import Clock
from pulse.closing import council, destroy, publish, steps
from pulse.closing.begin import find, kept
from pulse.closing.destroy import Checkpoint
from pulse.closing.plan import (
    Closed,
    Plan,
    accepting,
    blank,
    held,
    write_plan,
)
from pulse.closing.steps import Work
from pulse.disclosure.auditor import Auditor, apart
from pulse.errors import Held, PulseError, WrongState
from pulse.settings import Home, Settings
from pulse.store.databases import shelves
from pulse.store.failures import told
from pulse.store.lock import only_one
from pulse.store.wavestores import astray, own_origins, refuse_another, refuse_astray
from pulse.terms import Progress, silent

__all__ = ["Closed", "Plan", "close_wave", "release_wave", "shut_issuing", "write_plan"]

LONGEST_REASON: Final = 400


def nowhere(place: str) -> None:
    """Pass every checkpoint."""
    del place


def close_wave(  # noqa: PLR0913 - the command's options, each by name
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    wave: str,
    *,
    peeled: Path | None = None,
    abandon: bool = False,
    accept_spoiled: bool = False,
    without_store: bool = False,
    progress: Progress = silent,
    checkpoint: Checkpoint = nowhere,
    auditor: Auditor = apart,
) -> Closed:
    """Close a wave now, or go on with a close that was interrupted or held.

    Args:
        home: the installation.
        settings: its running configuration.
        clock: the present.
        engine: the state database.
        wave: the wave's id.
        peeled: P as a second holder (a council) gave it back.
        abandon: give a wave up that was shut and not released: everything is destroyed.
        accept_spoiled: release although too many ballots were spoiled, once they are counted.
        without_store: a store of the wave is lost for good, and whatever lies in its place is
            left alone.
        progress: told each step.
        checkpoint: called by name wherever an interruption may fall.
        auditor: judges a candidate before it is pressed; in a process of its own by default.

    Returns:
        The report; of a wave that was released before, the same one again. In state
        awaiting_peel with the path of BOX where a council has yet to peel.

    Raises:
        WrongState: no such wave, not open yet, cancelled, or being closed elsewhere.
        Held: a doubt; nothing is published, nothing is lost, the reason is said and kept.
    """
    work = Work(home, settings, clock, engine, wave, progress, checkpoint, auditor)
    work.places.plan.parent.mkdir(mode=0o700, exist_ok=True)
    with only_one(work.places.lock, work.engine) as work.still_ours:
        plan = find(
            work, abandon=abandon, shut=abandon or peeled is not None, storeless=without_store
        )
        if peeled is not None:
            council.take_back(work, plan, peeled)
        return _run(work, accepting(plan) if accept_spoiled else plan)


def release_wave(  # noqa: PLR0913 - as above
    home: Home,
    settings: Settings,
    clock: Clock,
    engine: Engine,
    wave: str,
    *,
    accept_spoiled: bool = False,
    without_store: bool = False,
    progress: Progress = silent,
    checkpoint: Checkpoint = nowhere,
    auditor: Auditor = apart,
) -> Closed:
    """Go on with a wave that was held; arguments, result and errors as `close_wave`.

    Raises:
        WrongState: the wave has not been closed.
    """
    row = waves.get(engine, wave)
    if row is not None and row.state == "open":
        raise WrongState("This wave is still open; close it first.", where=wave)
    return close_wave(
        home,
        settings,
        clock,
        engine,
        wave,
        accept_spoiled=accept_spoiled,
        without_store=without_store,
        progress=progress,
        checkpoint=checkpoint,
        auditor=auditor,
    )


def shut_issuing(home: Home, settings: Settings, wave: str) -> None:
    """Shut the issuer's gate at the closing time; the ballot box follows 15 minutes later.

    Who holds a token by then can still cast it. A close by hand shuts both at once.

    Raises:
        Held: what lies in a store's place is none of this wave's.
    """
    rooms = shelves(home, settings)
    refuse_another(rooms, wave, own_origins(home, wave))
    steps.shut_issuer(rooms.issuer, wave)


def _run(work: Work, plan: Plan) -> Closed:
    while plan.step != "done":
        name = plan.step
        if council.absent(work, plan):
            return council.hand_out(work, plan)
        phase, step = STEPS[name]
        work.progress(name, list(STEPS).index(name), len(STEPS))
        work.checkpoint(f"before {name}")
        work.still_ours()
        try:
            with work.timed(phase):
                after = step(work, plan)
            plan = kept(work, after)
        except WrongState:
            raise
        except (PulseError, OSError, SQLAlchemyError) as error:
            _hold(work, plan, error)
        work.checkpoint(f"after {name}")
    work.places.lock.unlink(missing_ok=True)
    return plan.report or blank(plan)


def _hold(work: Work, plan: Plan, error: Exception) -> NoReturn:
    """Keep everything as it is, note why, and say so; a full disk may not even take the note."""
    reason = str(told(error) if isinstance(error, OSError | SQLAlchemyError) else error)
    plan = held(plan, work.clock.now(), work.places.box)
    allowed: tuple[waves.State, ...] = ("open", "awaiting_peel", "held")
    with contextlib.suppress(OSError, SQLAlchemyError):
        kept(work, plan)
        waves.move(work.engine, work.wave, allowed, "held", reason=reason[:LONGEST_REASON])
    raise Held(reason, where=work.wave) from error


def _destroy_a(work: Work, plan: Plan) -> Plan:
    if plan.asked_k and not plan.storeless:  # a rehearsal's ballots came from no stores
        refuse_astray(work.rooms, work.wave, work.own(plan.keys))
    destroy.destroy_a(work.home, work.rooms, work.engine, work.wave, work.checkpoint, plan.keys)
    return msgspec.structs.replace(plan, step="publish")


def _destroy_b(work: Work, plan: Plan) -> Plan:
    destroy.destroy_b(work.home, work.wave, work.checkpoint)
    waves.move(work.engine, work.wave, ("awaiting_peel", "held", "released"), "released", reason="")
    work.checkpoint("released")
    return msgspec.structs.replace(plan, step="done")


def _lose(work: Work, plan: Plan) -> Plan:
    left = list(astray(work.rooms, work.wave, work.own(plan.keys)))
    destroy.everything(work.home, work.rooms, work.engine, work.wave, work.checkpoint, plan.keys)
    reason = "It was given up; its answers were destroyed unpublished."
    if left:
        rooms = " and ".join(name for name, _ in left)
        reason += f" Its store was not found ({rooms}): destroy it where it lies."
    waves.move(work.engine, work.wave, ("awaiting_peel", "held", "lost"), "lost", reason=reason)
    report = msgspec.structs.replace(blank(plan), state="lost")
    return msgspec.structs.replace(plan, report=report, step="done")


# The step of each name, and the phase that its seconds count for ("" times itself inside).
STEPS: Final[Mapping[str, tuple[str, steps.Step]]] = {
    "shut": ("shut", steps.shut),
    "export": ("peel", steps.export_box),
    "peel": ("peel", steps.peel),
    "open": ("open", steps.open_answers),
    "destroy_a": ("destroy", _destroy_a),
    "publish": ("", publish.publish),
    "destroy_b": ("destroy", _destroy_b),
    "lose": ("destroy", _lose),
}
