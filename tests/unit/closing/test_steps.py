"""The parts of a close by themselves: gates, the plan as a file, seconds, reasons."""

import contextlib
import os
import stat
import time
from pathlib import Path

import msgspec
import pytest

from pulse import closing
from pulse.ballotbox.store import BoxStore
from pulse.closing import council, publish, steps
from pulse.closing.plan import Places, Plan, blank, read_plan, write_plan
from pulse.disclosure.audit import Verdict, audit_candidate
from pulse.errors import Held, WrongState
from pulse.issuer.store import IssuerStore
from pulse.settings import Home
from pulse.terms import silent
from tests.shelves import rooms
from tests.week import Interrupted, Week, stop_at

FRESH = Plan(wave="2026-W09", step="shut", code_version="0")


def are_open(week: Week) -> tuple[bool, bool]:
    """Tell whether the gates of issuer and ballot box are open."""
    shelves = rooms(week.home)
    stores = (IssuerStore(shelves.issuer, week.wave), BoxStore(shelves.ballotbox, week.wave))
    found = [store.is_open() for store in stores]
    for store in stores:
        store.close()
    return found[0], found[1]


def test_each_gate_is_shut_where_the_close_says_so(week: Week) -> None:
    """First nobody gets a token any more, then nobody casts one."""
    seen: dict[str, tuple[bool, bool]] = {}

    def look(place: str) -> None:
        seen[place] = are_open(week)
        stop_at("nothing open")(place)

    with pytest.raises(Interrupted):
        week.close(checkpoint=look)
    assert seen == {
        "before shut": (True, True), "issuer shut": (False, True),
        "box shut": (False, False), "nothing open": (False, False),
    }  # fmt: skip


def test_the_holder_is_found_from_anywhere(week: Week, tmp_path: Path) -> None:
    """The peel runs wherever the operator stands; no council is waited for."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("before peel"))
    assert council.waits_for(week.home, week.wave) is None
    (tmp_path / "elsewhere").mkdir()
    with contextlib.chdir(tmp_path / "elsewhere"), pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after peel"))
    assert week.places.peeled.exists()


def test_a_lifeline_lasts_as_long_as_the_peel() -> None:
    """While it lasts the holder hears nothing; afterwards neither end of it stays open."""
    before = set(Path("/proc/self/fd").iterdir())
    with steps._lifeline() as lifeline:
        os.set_blocking(lifeline, False)
        with pytest.raises(BlockingIOError):
            os.read(lifeline, 1)
    assert set(Path("/proc/self/fd").iterdir()) <= before  # others may have been let go of


def test_an_opening_key_that_is_no_key_is_found_before_anything_dies(week: Week) -> None:
    """A file of zeros, as a bad disk leaves it: held, and a sound copy goes on."""
    sound = week.places.inner_key.read_bytes()
    week.places.inner_key.write_bytes(bytes(len(sound)))
    with pytest.raises(Held, match="not the one that was published"):
        week.close()
    assert not week.places.peeled.exists()
    week.places.inner_key.write_bytes(sound)
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("before open"))


def test_a_reason_of_any_length_is_kept_in_four_hundred_characters(week: Week) -> None:
    """The operator reads all of it; the wave's row keeps its beginning."""
    reason = "".join(map(str, range(1_000)))
    with pytest.raises(Held) as caught:
        week.close(checkpoint=stop_at("issuer shut", Held(reason)))
    assert caught.value.message == reason
    assert (week.state, week.row.reason) == ("held", reason[:400])


def test_a_plan_is_private_whole_or_refused(tmp_path: Path) -> None:
    """Its folder is made, nobody else reads either, and a changed byte is never gone on from."""
    home = Home(tmp_path)
    home.state.mkdir(parents=True)
    path = write_plan(home, FRESH)
    places = Places(home, FRESH.wave)
    assert path == places.plan
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path)]
    assert modes == [0o700, 0o600]
    found = read_plan(places)
    assert found is not None
    assert msgspec.structs.replace(found, check="") == FRESH
    path.write_bytes(path.read_bytes().replace(b"shut", b"open"))
    with pytest.raises(Held, match="damaged on the disk"):
        read_plan(places)
    assert read_plan(places, given_up=True) is None


def test_a_fresh_plan_claims_nothing() -> None:
    """No count, mark, time or report stands in it that no step has found out."""
    told = msgspec.structs.asdict(FRESH)
    given = {"wave", "step", "code_version", "prefer", "holder"}
    assert {name: value for name, value in told.items() if value and name not in given} == {}
    assert blank(FRESH) == closing.Closed(
        wave="2026-W09", state="awaiting_peel", ballots=0, counted=0, spoiled=0, published=0,
        suppressed=0,
    )  # fmt: skip
    unknown = closing.Closed(wave="2026-W09", state="released")  # of which no plan was kept
    assert not any(msgspec.structs.astuple(unknown)[2:])


def test_a_close_that_lost_its_lock_under_an_audit_presses_nothing(week: Week) -> None:
    """Another machine may have begun meanwhile; whoever has the lock goes on from the same plan."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("before publish"))
    plan, loser = read_plan(week.places), working(week)
    assert plan is not None

    def lost() -> None:
        raise WrongState("lost")

    def audit(releases: Path, candidate: Path) -> Verdict:
        loser.still_ours = lost
        return audit_candidate(releases, candidate)

    loser.auditor = audit
    with pytest.raises(WrongState, match="lost"):
        publish.publish(loser, plan)
    assert week.released() == {}
    assert publish.publish(working(week), plan).step == "destroy_b"


def working(week: Week) -> steps.Work:
    """Return what a close of the week works with; it audits in this process."""
    return steps.Work(
        week.home, week.settings, week.clock, week.engine, week.wave, silent, closing.nowhere,
        audit_candidate,
    )  # fmt: skip


def test_a_phase_inside_another_counts_once(week: Week) -> None:
    """The seconds of an audit are not those of the press that asked for it."""
    work = working(week)
    begun = time.perf_counter()
    with work.timed("press"), work.timed("audit", inside="press"):
        time.sleep(0.02)
    spent = time.perf_counter() - begun
    assert work.seconds["audit"] >= 0.02
    assert work.seconds["press"] < work.seconds["audit"]
    assert work.seconds["press"] + work.seconds["audit"] <= spent


@pytest.mark.parametrize("printed", [b"", b"\xff", b'"\xff"', b"{}", b"[]", b"1", b"{"])
def test_a_holder_that_prints_something_else_is_reported(printed: bytes) -> None:
    """A process that ends without a reason, or with bytes that are none, gives a sentence."""
    assert steps._reason(printed) == "It ended without saying why."
    assert steps._reason(b'{"error":"Why."}') == "Why."
