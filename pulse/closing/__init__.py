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

import pulse
from pulse import wave as waves
from pulse.clock import Clock
from pulse.closing import council, destroy, publish, steps
from pulse.closing.destroy import Checkpoint
from pulse.closing.plan import (
    PHASES,
    Closed,
    Plan,
    accepting,
    blank,
    held,
    overdue,
    read_plan,
    tightened,
    write_plan,
)
from pulse.closing.steps import Work
from pulse.disclosure.auditor import Auditor, apart
from pulse.errors import Held, PulseError, WrongState
from pulse.settings import Home, Settings
from pulse.store.databases import issuer_shelf
from pulse.store.failures import told
from pulse.store.lock import only_one
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
    with only_one(work.places.lock, work.engine):
        plan = _find(work, abandon=abandon, shut=abandon or peeled is not None)
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
        progress=progress,
        checkpoint=checkpoint,
        auditor=auditor,
    )


def shut_issuing(home: Home, settings: Settings, wave: str) -> None:
    """Shut the issuer's gate at the closing time; the ballot box follows 15 minutes later.

    Who holds a token by then can still cast it. A close by hand shuts both at once.
    """
    steps.shut_issuer(issuer_shelf(home, settings), wave)


def _find(work: Work, *, abandon: bool, shut: bool) -> Plan:
    """Return the plan to go on with, turned to `lose` where the wave is given up.

    Where `shut`, the wave must not be open any more.
    """
    row = waves.get(work.engine, work.wave)
    if row is None:
        raise WrongState("There is no such wave.", where=work.wave)
    if row.state in {"planned", "cancelled"} or (row.state == "open" and shut):
        raise WrongState(f"This wave is {row.state}; this step needs it closed.", where=work.wave)
    fresh = Plan(wave=work.wave, step="shut", keys=row.keys, code_version=pulse.__version__)
    if row.state == "open":
        return _claim(work, fresh)
    plan = read_plan(work.places, given_up=abandon)
    if row.state in {"released", "lost"} and plan is None:
        report = Closed(wave=work.wave, state=row.state)
        return msgspec.structs.replace(fresh, step="done", report=report)
    if plan is None and not abandon:
        raise Held("The plan of this close is missing; it can only be abandoned.", where=work.wave)
    plan = plan or fresh
    given_up = abandon or overdue(plan, work.clock.now())
    if given_up and plan.step != "done" and not publish.in_ledger(work.home.releases, work.wave):
        return _kept(work, msgspec.structs.replace(plan, step="lose"))
    return tightened(plan, work.settings.k, work.home.releases)


def _claim(work: Work, fresh: Plan) -> Plan:
    """Write the first plan of an open wave; from then on `wave cancel` refuses."""
    with only_one(work.home.state / "wave.lock", work.engine):
        row = waves.get(work.engine, work.wave)
        if row is None or row.state != "open":
            raise WrongState("The wave was changed just now; look at its state.", where=work.wave)
        return _kept(work, msgspec.structs.replace(fresh, keys=row.keys))


def _run(work: Work, plan: Plan) -> Closed:
    while plan.step != "done":
        name = plan.step
        if council.absent(work, plan):
            return council.hand_out(work, plan)
        phase, step = STEPS[name]
        work.progress(name, list(STEPS).index(name), len(STEPS))
        work.checkpoint(f"before {name}")
        try:
            with work.timed(phase):
                after = step(work, plan)
            plan = _kept(work, after)
        except WrongState:
            raise
        except (PulseError, OSError, SQLAlchemyError) as error:
            _hold(work, plan, error)
        work.checkpoint(f"after {name}")
    work.places.lock.unlink(missing_ok=True)
    return plan.report or blank(plan)


def _kept(work: Work, plan: Plan) -> Plan:
    """Write the plan with the seconds of this run added."""
    spent = {phase: plan.seconds.get(phase, 0.0) + work.seconds[phase] for phase in PHASES}
    work.seconds.clear()
    seconds = {phase: round(value, 3) for phase, value in spent.items()}
    report = plan.report and msgspec.structs.replace(plan.report, seconds=seconds)
    plan = msgspec.structs.replace(plan, seconds=seconds, report=report)
    write_plan(work.home, plan)
    return plan


def _hold(work: Work, plan: Plan, error: Exception) -> NoReturn:
    """Keep everything as it is, note why, and say so; a full disk may not even take the note."""
    reason = str(told(error) if isinstance(error, OSError | SQLAlchemyError) else error)
    plan = held(plan, work.clock.now(), work.places.box)
    allowed: tuple[waves.State, ...] = ("open", "awaiting_peel", "held")
    with contextlib.suppress(OSError, SQLAlchemyError):
        _kept(work, plan)
        waves.move(work.engine, work.wave, allowed, "held", reason=reason[:LONGEST_REASON])
    raise Held(reason, where=work.wave) from error


def _destroy_a(work: Work, plan: Plan) -> Plan:
    if plan.asked_k:  # its ballots came from stores; a rehearsal has none
        steps.refuse_elsewhere(work)
    destroy.destroy_a(work.home, work.rooms, work.engine, work.wave, work.checkpoint)
    return msgspec.structs.replace(plan, step="publish")


def _destroy_b(work: Work, plan: Plan) -> Plan:
    destroy.destroy_b(work.home, work.wave, work.checkpoint)
    waves.move(work.engine, work.wave, ("awaiting_peel", "held", "released"), "released", reason="")
    work.checkpoint("released")
    return msgspec.structs.replace(plan, step="done")


def _lose(work: Work, plan: Plan) -> Plan:
    destroy.everything(work.home, work.rooms, work.engine, work.wave, work.checkpoint)
    reason = "It was given up; its answers were destroyed unpublished."
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
