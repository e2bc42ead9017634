"""The steps of a close up to the opened answers: shut, export, peel, open.

Each takes the plan and returns it as it stands afterwards; each may run again.
"""

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

import msgspec
from sqlalchemy import Engine

import pulse
from pulse import wave as waves
from pulse.ballotbox.damage import Sifted
from pulse.ballotbox.export import BoxHeader, Exported, Records, export
from pulse.ballotbox.peeled import Opened, digest, open_peeled, read_groups, read_peeled
from pulse.ballotbox.store import BoxStore
from pulse.clock import Clock
from pulse.closing import published
from pulse.closing.destroy import Checkpoint, nothing_open
from pulse.closing.plan import Places, Plan
from pulse.disclosure.auditor import Auditor, apart
from pulse.errors import Held
from pulse.issuer.store import IssuerStore
from pulse.settings import Home, Settings
from pulse.store.databases import shelves
from pulse.store.lock import StillOurs, held_by_the_system
from pulse.store.shelf import Shelf
from pulse.store.wavestores import UNCOUNTED, own_origins, refuse_another, refuse_astray
from pulse.terms import Progress
from pulse.token.encoding import unb64u
from pulse.token.keylist import fingerprint16

SIFT: Final = (
    "If the disk has damaged ballots and no sound copy of the box can be brought back, "
    "`pulse wave release --accept-spoiled` leaves those out and counts them as spoiled."
)

_DAMAGED: Final = "The peeled ballots were damaged on the disk; nothing more was opened."
_AGAIN: Final = (
    "Bring back a sound copy of this very file and run it again.",
    "Give the council's file once more: `pulse wave close --peeled P`.",
)


class Work:
    """One run of a close: where it happens, and the opened answers while it lasts.

    Args:
        home: the installation.
        settings: its running configuration.
        clock: the present.
        engine: the state database.
        wave: the wave's id.
        progress: told how far the close has come.
        checkpoint: called by name before and after whatever an interruption may fall between.
        auditor: judges a candidate before it is pressed.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        clock: Clock,
        engine: Engine,
        wave: str,
        progress: Progress,
        checkpoint: Checkpoint,
        auditor: Auditor = apart,
    ) -> None:
        self.home, self.settings, self.clock, self.engine = home, settings, clock, engine
        self.wave, self.progress, self.checkpoint = wave, progress, checkpoint
        self.auditor = auditor
        self.places, self.rooms = Places(home, wave), shelves(home, settings)
        self.still_ours: StillOurs = held_by_the_system
        self.opened: Opened | None = None
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def own(self, keys: str) -> frozenset[int]:
        """Return the numbers by which the wave's own stores are known."""
        return own_origins(self.home, self.wave, keys)

    @contextmanager
    def timed(self, phase: str, *, inside: str = "") -> Iterator[None]:
        """Add the block's seconds to `phase`, and take them from the phase it runs `inside`."""
        begun = perf_counter()
        try:
            yield
        finally:
            spent = perf_counter() - begun
            self.seconds[phase] += spent
            self.seconds[inside] -= spent


Step = Callable[[Work, Plan], Plan]


def shut(work: Work, plan: Plan) -> Plan:
    """Shut both gates, say that nothing is open, and take the wave out of `open`.

    Raises:
        Held: what lies in a store's place is none of this wave's.
    """
    refuse_another(work.rooms, work.wave, work.own(plan.keys))
    shut_issuer(work.rooms.issuer, work.wave)
    work.checkpoint("issuer shut")
    _shut_box(work.rooms.ballotbox, work.wave)
    work.checkpoint("box shut")
    nothing_open(work.places, work.wave)
    work.checkpoint("nothing open")
    waves.move(work.engine, work.wave, ("open", "awaiting_peel", "held"), "awaiting_peel")
    return msgspec.structs.replace(plan, step="export")


def shut_issuer(shelf: Shelf, wave: str) -> None:
    """Shut the issuer's gate: from this commit on no invitation is used."""
    if shelf.exists(wave):
        with closing(IssuerStore(shelf, wave)) as issuer:
            issuer.shut_gate()


def _shut_box(shelf: Shelf, wave: str) -> None:
    """Shut the ballot box's gate: from this commit on no ballot is taken."""
    if shelf.exists(wave):
        with closing(BoxStore(shelf, wave)) as box:
            box.shut_gate()


def export_box(work: Work, plan: Plan) -> Plan:
    """Write BOX from the shut ballot box; fewer than k ballots are not even exported.

    Raises:
        Held: a store or the published key list is missing or is not the one given out.
    """
    plan = _with_terms(work, plan)
    refuse_astray(work.rooms, work.wave, work.own(plan.keys), UNCOUNTED)
    # Once more: a store that was out of reach, or is a copy brought back, may be open still, and
    # whatever it took after being read would be lost.
    shut_issuer(work.rooms.issuer, work.wave)
    _shut_box(work.rooms.ballotbox, work.wave)
    with closing(BoxStore(work.rooms.ballotbox, work.wave)) as box:
        box.refuse_damaged()
        ballots = box.count()
    issued = sum(_issued(work).values())
    plan = msgspec.structs.replace(plan, issued=issued, ballots=ballots)
    if ballots < plan.k:
        return msgspec.structs.replace(plan, unopened=True, counted=ballots, step="destroy_a")
    exported = write_box(work, plan)
    damaged = ballots - sum(exported.ballots.values())
    return msgspec.structs.replace(plan, tokens=exported.tokens, damaged=damaged, step="peel")


def write_box(work: Work, plan: Plan) -> Exported:
    """Write BOX, the same bytes each time: the stores are shut."""
    header = BoxHeader(v=1, wave=work.wave, keys=plan.keys, issued=_issued(work))
    box = BoxStore(work.rooms.ballotbox, work.wave)
    try:
        store: Records = box
        if plan.sifted:
            store = Sifted(box.records(), work.wave, read_groups(work.places.groups))
        return export(store, header, work.places.box)
    except Held as error:
        raise Held(f"{error.message} {SIFT}", where=error.where) from error
    finally:
        box.close()


def _issued(work: Work) -> dict[str, int]:
    """Count the tokens issued in each group of the wave."""
    with closing(IssuerStore(work.rooms.issuer, work.wave)) as issuer:
        issuer.refuse_damaged()
        issued = dict.fromkeys(read_groups(work.places.groups), 0) | dict(issuer.issued())
    return dict(sorted(issued.items()))


def _with_terms(work: Work, plan: Plan) -> Plan:
    """Take the wave's terms from the key list that people were given."""
    keys = published.terms(work.places, plan)
    published.refuse_damaged_index(work.places)
    return msgspec.structs.replace(
        plan,
        fingerprint=fingerprint16(published.key_list(work.places, plan).read_bytes()).hex(),
        k=max(keys.k, work.settings.k),
        asked_k=keys.k,
        prefer=work.settings.prefer,
        form=keys.form,
        items=keys.items,
        holder=keys.holder,
        invited=keys.invited,
    )


def peel(work: Work, plan: Plan) -> Plan:
    """Have the holder peel BOX in a process of its own, and compare what both sides counted.

    A council peels on a machine of its own; its P lies here already.

    Raises:
        Held: the holder refuses, or P is not of the ballots that were exported.
    """
    keys = published.terms(work.places, plan)
    published.present(work.places.inner_key)
    published.refuse_other_key(work.places.inner_key, unb64u(keys.box))
    if plan.holder != "council":
        _run_holder(work, plan, keys.outer)
    header, _ = read_peeled(work.places.peeled)
    same = (
        header.wave == work.wave
        and header.keys == plan.keys
        and header.tokens == plan.tokens
        and sum(header.ballots.values()) == plan.ballots - plan.damaged
    )
    if not same:
        raise Held("The holder peeled other ballots than were exported; nothing was opened.")
    return msgspec.structs.replace(plan, step="open", peeled=digest(work.places.peeled))


def _run_holder(work: Work, plan: Plan, outer: str) -> None:
    """Run `python -m pulse.ballotbox.peel`; it alone reads the outer key, and ends with us.

    It holds the groups to the k that they were formed under; a raised one hides them later.
    """
    places = work.places
    source = str(Path(pulse.__file__).parents[1])
    paths = filter(None, (source, os.environ.get("PYTHONPATH", "")))
    with _lifeline() as lifeline:
        done = subprocess.run(  # noqa: S603 - our own module, under this very interpreter
            [
                sys.executable, "-m", "pulse.ballotbox.peel", str(places.box),
                "--key", str(places.outer_key), "--groups", str(places.groups),
                "--k", str(plan.asked_k or plan.k), "--out", str(places.peeled),
                "--public", outer,
                "--lifeline", str(lifeline),
            ],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            pass_fds=(lifeline,),
            capture_output=True,
            check=False,
        )  # fmt: skip
    if done.returncode:
        reason = _reason(done.stdout)
        advice = f" {SIFT}" if reason.startswith("A ballot ") else ""
        raise Held(f"The holder refused to peel. {reason}{advice}")


@contextmanager
def _lifeline() -> Iterator[int]:
    """Yield the reading end of a pipe whose other end only this process holds."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def open_answers(work: Work, plan: Plan) -> Plan:
    """Open P into this process's memory and take down the public counts."""
    opened = opened_answers(work, plan)
    header, _ = read_peeled(work.places.peeled)
    spoiled = header.spoiled_outer + header.repeated + opened.wrong + plan.damaged
    return msgspec.structs.replace(
        plan,
        step="destroy_a",
        ballots=sum(header.ballots.values()) + plan.damaged,
        counted=len(opened.groups),
        spoiled=spoiled,
        tokens=header.tokens,
    )


def opened_answers(work: Work, plan: Plan) -> Opened:
    """Return the opened answers, opening P again after an interruption.

    Raises:
        Held: P is not what the holder made of the ballots.
    """
    if work.opened is None:
        published.present(work.places.inner_key)
        peeled = work.places.peeled
        if plan.peeled and (not peeled.exists() or digest(peeled) != plan.peeled):
            raise Held(f"{_DAMAGED} {_AGAIN[plan.holder == 'council']}", where=str(peeled))
        work.opened = open_peeled(
            work.places.peeled,
            work.places.inner_key,
            work.places.groups,
            form=plan.form,
            n=len(plan.items),
        )
    return work.opened


def _reason(printed: bytes) -> str:
    try:
        return str(msgspec.json.decode(printed)["error"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return "It ended without saying why."
