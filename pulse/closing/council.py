"""A close whose second key lies with a council: BOX goes out with its list, P comes back.

Until a P of these very ballots lies here, the wave waits. A wrong one is refused and changes
nothing, so that another can be given.
"""

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from pulse import wave as waves
from pulse.ballotbox.bundle import beside, write_bundle
from pulse.ballotbox.export import Exported
from pulse.ballotbox.peel import survey
from pulse.ballotbox.peeled import check_peeled, digest, read_groups
from pulse.closing import published, steps
from pulse.closing.begin import kept
from pulse.closing.plan import Closed, Places, Plan, blank, read_plan
from pulse.closing.steps import Work
from pulse.errors import Held, WrongState
from pulse.settings import Home
from pulse.store.files import companion, destroy_file, put_in_place
from pulse.store.wavestores import refuse_astray

_NEEDED: Final = ("open", "destroy_a", "publish")  # the steps that read P


class Waiting(NamedTuple):
    """BOX, its list, and since when they lie ready; None where an older version wrote them."""

    box: Path
    groups: Path
    since: dt.datetime | None


def absent(work: Work, plan: Plan) -> bool:
    """Tell whether a council has yet to peel."""
    return plan.holder == "council" and plan.step == "peel" and not work.places.peeled.exists()


def hand_out(work: Work, plan: Plan) -> Closed:
    """Write BOX and its list, and report where; both may be fetched again.

    BOX comes out the same each time, so one that was damaged on this disk is mended. Where a
    store is gone for good the one that lies here is all there is.
    """
    places = work.places
    if not (plan.storeless and places.box.exists()):
        _write_box(work, plan)
    write_bundle(places.bundle, published.key_list(places, plan), places.groups, places.box)
    if not plan.waits_since:
        now = work.clock.now().astimezone(dt.UTC).isoformat(timespec="seconds")
        plan = kept(work, msgspec.structs.replace(plan, waits_since=now))
    waves.move(work.engine, work.wave, ("awaiting_peel", "held"), "awaiting_peel", reason="")
    return msgspec.structs.replace(blank(plan), box=str(places.box), groups=str(places.bundle))


def take_back(work: Work, plan: Plan, given: Path) -> None:
    """Keep a P, if it was made of the ballots that were exported; an earlier one gives way.

    Raises:
        WrongState: no council peels this wave, its ballots were not exported yet, or another P
            was opened already.
        Held: it is no P of these ballots, or they are out of reach; nothing was changed.
    """
    if plan.step in {"shut", "export"}:
        raise WrongState(
            "Nothing was given to the council yet; run `pulse wave close` first.", where=work.wave
        )
    if plan.holder != "council":
        raise WrongState("No council holds a key of this wave; --peeled is for one that does.")
    if plan.step != "peel":
        if plan.peeled and digest(given) != plan.peeled:
            raise WrongState(
                "Another P of this wave was taken before; the close goes on without --peeled.",
                where=given.name,
            )
        if plan.step in _NEEDED and not _sound(work, plan):
            _copy(given, copy := companion(work.places.peeled, ".new"))
            put_in_place(copy, work.places.peeled)
        return
    # Under a name that goes with P when P is destroyed, should this process die here.
    copy = companion(work.places.peeled, ".new")
    try:
        _copy(given, copy)
        exported = msgspec.structs.replace(_exported(work, plan), tokens=plan.tokens)
        check_peeled(copy, work.wave, plan.keys, exported)
        put_in_place(copy, work.places.peeled)
    except Held as error:
        raise Held(
            f"{error.message} Nothing was changed; the council's own P can still be given.",
            where=given.name,
        ) from error
    finally:
        destroy_file(copy)


def _sound(work: Work, plan: Plan) -> bool:
    """Tell whether the P that lies here is still the one that was taken."""
    peeled = work.places.peeled
    return peeled.exists() and digest(peeled) == plan.peeled


def _exported(work: Work, plan: Plan) -> Exported:
    """Return what was exported, from the stores or, where one is lost for good, from BOX."""
    if not plan.storeless:
        return _write_box(work, plan)
    found = survey(work.places.box, read_groups(work.places.groups), plan.asked_k)
    if found.tokens != plan.tokens:
        raise Held("BOX was damaged on the disk, and no store is left to write it anew from.")
    return Exported(found.ballots, found.tokens)


def _write_box(work: Work, plan: Plan) -> Exported:
    refuse_astray(work.rooms, work.wave, work.own(plan.keys))
    return steps.write_box(work, plan)


def _copy(given: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with given.open("rb") as source, os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())


def lasting(time: dt.timedelta) -> str:
    """Write how long something lasts already, like 3 d 4 h."""
    days, seconds = time.days, time.seconds
    return f"{days} d {seconds // 3600} h"


def waits_for(home: Home, wave: str) -> Waiting | None:
    """Return what a wave waits for, if a council has yet to peel it.

    Raises:
        Held: the plan of the close is damaged.
    """
    places = Places(home, wave)
    plan = read_plan(places)
    if plan and plan.holder == "council" and plan.step == "peel" and not places.peeled.exists():
        since = dt.datetime.fromisoformat(plan.waits_since) if plan.waits_since else None
        return Waiting(places.box, beside(places.box), since)
    return None
