"""The plan of a close: how far it has come, in one file that survives any interruption.

    shut ─► export ─► peel ─► open ─► destroy_a ─► publish ─► destroy_b ─► done
      └────────┴───────┴──────┴─────────┴────────┴──► lose ─► done

`step` names what is to be done next. A step may run again from its beginning, whatever it had
done before. The file holds public figures only: no key, no token, no answer.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from pulse.ballotbox.bundle import beside
from pulse.errors import Held
from pulse.settings import Home
from pulse.store.files import write_atomically
from pulse.terms import Order

Step = Literal[
    "shut", "export", "peel", "open", "destroy_a", "publish", "destroy_b", "lose", "done"
]
UNPRESSED: Final = ("peel", "open", "destroy_a", "publish")
HELD_AT_MOST: Final = dt.timedelta(days=14)
PHASES: Final = ("shut", "peel", "open", "tabulate", "protect", "audit", "press", "destroy")


class Closed(msgspec.Struct, frozen=True):
    """How a close ended.

    `ballots`, `counted`, `spoiled` are counts of the whole wave, which are public; `published`
    and `suppressed` count units. `release` is the SHA-256 of the release's manifest in hex,
    empty if there is none. `seconds` are by phase. `box` is the path of the exported ballots,
    and `groups` of the list that goes with them, while a council has yet to peel them; `peeled`
    is H(P) in hex of what it gave back.
    """

    wave: str
    state: str
    ballots: int = 0
    counted: int = 0
    spoiled: int = 0
    published: int = 0
    suppressed: int = 0
    release: str = ""
    seconds: Mapping[str, float] = {}
    box: str = ""
    groups: str = ""
    peeled: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a close needs to go on from `step`.

    `keys` is the URL path of the key list, `fingerprint` the first 16 bytes of its hash in
    hex; `asked_k`, `form`, `items`, `holder`, `invited` are the key list's; `k` is `asked_k`,
    or the setting where that was raised since; `prefer` is the setting when the close began.
    `code_version` is noted once, so that a later run makes the same release.
    `unopened` marks a wave with fewer than k ballots; `accepted` that spoiled ballots may be
    left out; `storeless` that a store is lost for good. `held_since` is an ISO time, or empty.
    `peeled` is H(P), `waits_since` when BOX first lay ready for a council. `sifted` marks a box
    whose damaged ballots are left out, `damaged` counts them (they are among the spoiled). `check`
    is the hash of the plan without it: a flipped bit must not become a figure.

    A rehearsal writes plans at step "open" for its weeks: with P and the inner key in
    place, a `groups.json`, a frozen tree and the wave's row in state awaiting_peel.
    """

    wave: str
    step: Step
    code_version: str
    keys: str = ""
    fingerprint: str = ""
    k: int = 0
    asked_k: int = 0
    prefer: Order = "departments"
    form: int = 0
    items: tuple[str, ...] = ()
    holder: str = "same-user"
    invited: int = 0
    issued: int = 0
    ballots: int = 0
    counted: int = 0
    spoiled: int = 0
    tokens: str = ""
    unopened: bool = False
    accepted: bool = False
    storeless: bool = False
    sifted: bool = False
    damaged: int = 0
    held_since: str = ""
    peeled: str = ""
    waits_since: str = ""
    seconds: Mapping[str, float] = {}
    report: Closed | None = None
    check: str = ""


def tightened(plan: Plan, k: int, releases: Path) -> Plan:
    """Return the plan under a `k` raised since it was made; what was pressed already keeps its own.

    A lower one changes nothing: a rule is loosened only for waves that open later.
    """
    if plan.step in UNPRESSED and k > plan.k and not (releases / plan.wave).exists():
        return msgspec.structs.replace(plan, k=k)
    return plan


def accepting(plan: Plan) -> Plan:
    """Return the plan of a wave that goes on without its spoiled ballots.

    What was not counted cannot be accepted: before the peel it is the ballots that the disk has
    damaged which are left out, and too many spoiled ones are asked about again.
    """
    if plan.step in {"export", "peel"}:
        return msgspec.structs.replace(plan, sifted=True, step="export")
    return msgspec.structs.replace(plan, accepted=plan.accepted or plan.step == "publish")


def held(plan: Plan, now: dt.datetime, box: Path) -> Plan:
    """Return the plan of a wave that is held from `now` on.

    BOX and P are made anew while the ballot box is there: they come out the same, unless it was
    they that the disk had damaged. A council has its own.
    """
    plan = msgspec.structs.replace(plan, held_since=plan.held_since or now.isoformat())
    if plan.step in {"peel", "open"} and plan.holder != "council" and box.exists():
        return msgspec.structs.replace(plan, step="export")
    return plan


def overdue(plan: Plan, now: dt.datetime) -> bool:
    """Tell whether a wave has been held for so long that it must be given up."""
    since = plan.held_since
    return bool(since) and now - dt.datetime.fromisoformat(since) >= HELD_AT_MOST


def blank(plan: Plan) -> Closed:
    """Return the report of a close so far: counts, nothing published."""
    return Closed(
        wave=plan.wave,
        state="awaiting_peel",
        ballots=plan.ballots,
        counted=plan.counted,
        spoiled=plan.spoiled,
        peeled=plan.peeled if plan.holder == "council" else "",
    )


class Places:
    """Where the files of one wave's close lie."""

    def __init__(self, home: Home, wave: str) -> None:
        self.wave = wave
        folder = home.state / "close"
        self.plan = folder / f"{wave}.json"
        self.lock = folder / f"{wave}.lock"
        self.peeled = folder / f"{wave}.peeled"
        self.box = home.ballotbox / f"{wave}.box"
        self.bundle = beside(self.box)
        self.signing_keys = home.issuer_keys / f"{wave}.keys"
        self.inner_key = home.operator_keys / f"{wave}.inner"
        self.outer_key = home.holder_keys / f"{wave}.outer"
        self.groups = home.published / wave / "groups.json"
        self.current = home.published / "current.json"
        self.tree = home.trees / f"{wave}.json"


def read_plan(places: Places, *, given_up: bool = False) -> Plan | None:
    """Return the plan, or None if there is none.

    Args:
        places: where the close takes place.
        given_up: None for a damaged one too; nothing of it is needed any more.

    Raises:
        Held: the file is damaged.
    """
    if not places.plan.exists():
        return None
    try:
        plan = msgspec.json.decode(places.plan.read_bytes(), type=Plan)
    except (msgspec.DecodeError, UnicodeDecodeError):
        plan = None
    if plan is not None and plan.check in {"", _check(plan)}:
        return plan
    if given_up:
        return None
    raise Held(
        "The plan of this close was damaged on the disk; bring back a sound copy of this very "
        "file and run it again, or give the wave up with `pulse wave close --abandon`.",
        where=str(places.plan),
    )


def _check(plan: Plan) -> str:
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(plan, check=""))).hexdigest()


def write_plan(home: Home, plan: Plan) -> Path:
    """Write the plan durably (0600) and return its path."""
    places = Places(home, plan.wave)
    places.plan.parent.mkdir(mode=0o700, exist_ok=True)
    sealed = msgspec.structs.replace(plan, check=_check(plan))
    write_atomically(places.plan, msgspec.json.encode(sealed))
    return places.plan
