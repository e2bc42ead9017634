"""Where a close begins or goes on: its plan, and whether the stores are the wave's own."""

from typing import Final

import msgspec

import pulse
from pulse import wave as waves
from pulse.closing import publish
from pulse.closing.plan import PHASES, Closed, Plan, overdue, read_plan, tightened, write_plan
from pulse.closing.steps import Work
from pulse.errors import Held, WrongState
from pulse.store.lock import only_one
from pulse.store.wavestores import refuse_astray

_FIRST: Final = {
    "planned": "Its opening comes first: `pulse wave open`.",
    "open": "Close it first: `pulse wave close`.",
    "cancelled": "It has no answers; `pulse wave open` opens it again.",
}


def find(work: Work, *, abandon: bool, shut: bool, storeless: bool) -> Plan:
    """Return the plan to go on with, turned to `lose` where the wave is given up.

    Where `shut`, the wave must not be open any more; where `storeless`, a store may be lost.

    Raises:
        WrongState: the wave's state does not allow it.
        Held: the plan is gone, or a wave is given up whose stores cannot be found.
    """
    row = waves.get(work.engine, work.wave)
    if row is None:
        raise WrongState("There is no such wave.", where=work.wave)
    if row.state in {"planned", "cancelled"} or (row.state == "open" and shut):
        raise WrongState(
            f"This wave is {row.state}; this step needs it closed. Nothing was changed. "
            f"{_FIRST[row.state]}",
            where=work.wave,
        )
    fresh = Plan(wave=work.wave, step="shut", keys=row.keys, code_version=pulse.__version__)
    if row.state == "open":
        return claim(work, fresh)
    plan = read_plan(work.places, given_up=abandon)
    if row.state in {"released", "lost"} and plan is None:
        report = Closed(wave=work.wave, state=row.state)
        return msgspec.structs.replace(fresh, step="done", report=report)
    if plan is None and not abandon:
        raise Held(
            "The plan of this close is missing: the wave can only be abandoned "
            "(`pulse wave close --abandon`).",
            where=work.wave,
        )
    plan = plan or fresh
    if storeless and not plan.storeless and plan.step != "done":
        plan = kept(work, msgspec.structs.replace(plan, storeless=True))  # said once is enough
    late = overdue(plan, work.clock.now())
    if (abandon or late) and _may_be_lost(work, plan):
        if not late and not plan.storeless:
            refuse_astray(work.rooms, work.wave, work.own(row.keys))
        return kept(work, msgspec.structs.replace(plan, step="lose"))
    return tightened(plan, work.settings.k, work.home.releases)


def _may_be_lost(work: Work, plan: Plan) -> bool:
    return plan.step != "done" and not publish.in_ledger(work.home.releases, work.wave)


def claim(work: Work, fresh: Plan) -> Plan:
    """Write the first plan of an open wave; from then on `wave cancel` refuses."""
    with only_one(work.home.state / "wave.lock", work.engine):
        row = waves.get(work.engine, work.wave)
        if row is None or row.state != "open":
            raise WrongState("The wave was changed just now; look at its state.", where=work.wave)
        return kept(work, msgspec.structs.replace(fresh, keys=row.keys))


def kept(work: Work, plan: Plan) -> Plan:
    """Write the plan with the seconds of this run added."""
    spent = {phase: plan.seconds.get(phase, 0.0) + work.seconds[phase] for phase in PHASES}
    work.seconds.clear()
    seconds = {phase: round(value, 3) for phase, value in spent.items()}
    report = plan.report and msgspec.structs.replace(plan.report, seconds=seconds)
    plan = msgspec.structs.replace(plan, seconds=seconds, report=report)
    write_plan(work.home, plan)
    return plan
