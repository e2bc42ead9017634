"""A close whose second key lies with a council: BOX goes out with its list, P comes back.

Until a P of these very ballots lies here, the wave waits. A wrong one is refused and changes
nothing, so that another can be given.
"""

import os
import shutil
from pathlib import Path

import msgspec

from pulse import wave as waves
from pulse.ballotbox.bundle import beside, write_bundle
from pulse.ballotbox.peeled import check_peeled, digest
from pulse.closing import steps
from pulse.closing.plan import Closed, Places, Plan, blank, read_plan
from pulse.closing.steps import Work
from pulse.errors import Held, WrongState
from pulse.settings import Home
from pulse.store.files import companion, destroy_file, put_in_place


def absent(work: Work, plan: Plan) -> bool:
    """Tell whether a council has yet to peel."""
    return plan.holder == "council" and plan.step == "peel" and not work.places.peeled.exists()


def hand_out(work: Work, plan: Plan) -> Closed:
    """Make sure that BOX and its list lie ready, and report where; both may be fetched again."""
    places = work.places
    if not places.box.exists():
        steps.write_box(work, plan)
    write_bundle(places.bundle, steps.key_list(work, plan), places.groups)
    waves.move(work.engine, work.wave, ("awaiting_peel", "held"), "awaiting_peel", reason="")
    return msgspec.structs.replace(blank(plan), box=str(places.box), groups=str(places.bundle))


def take_back(work: Work, plan: Plan, given: Path) -> None:
    """Keep a P, if it was made of the ballots that were exported; an earlier one gives way.

    Raises:
        WrongState: no council peels this wave, its ballots were not exported yet, or another P
            was opened already.
        Held: it is no P of these ballots; nothing was changed.
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
        return
    # Under a name that goes with P when P is destroyed, should this process die here.
    copy = companion(work.places.peeled, ".new")
    try:
        _copy(given, copy)
        exported = msgspec.structs.replace(steps.write_box(work, plan), tokens=plan.tokens)
        check_peeled(copy, work.wave, plan.keys, exported)
        put_in_place(copy, work.places.peeled)
    except Held as error:
        raise Held(
            f"{error.message} Nothing was changed; the council's own P can still be given.",
            where=given.name,
        ) from error
    finally:
        destroy_file(copy)


def _copy(given: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with given.open("rb") as source, os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())


def waits_for(home: Home, wave: str) -> tuple[Path, Path] | None:
    """Return BOX and its list if a wave waits for a council to peel them."""
    places = Places(home, wave)
    plan = read_plan(places)
    if plan and plan.holder == "council" and plan.step == "peel" and not places.peeled.exists():
        return places.box, beside(places.box)
    return None
