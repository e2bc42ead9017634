"""A whole close on real parts: what comes out, what is gone, and who may close what."""

import datetime as dt
import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from pulse import closing, wave
from pulse.clock import FixedClock
from pulse.closing import begin, publish, steps
from pulse.disclosure.audit import audit_candidate, audit_home
from pulse.disclosure.diagnostics import Diagnostics
from pulse.disclosure.policy import Policy, policy_for
from pulse.disclosure.protect import protect
from pulse.errors import Held, WrongState
from pulse.instrument import Instrument, load
from pulse.issuer.store import IssuerStore
from pulse.opening import cancel, open_wave
from pulse.release import cells
from pulse.release.protected import ProtectedCounts
from pulse.roster import members
from pulse.roster.tables import membership
from pulse.tabulation import count
from pulse.terms import Counts, Tree, Unit, silent
from tests.shelves import rooms
from tests.unit.disclosure.pressed import WAVES, release_waves
from tests.week import (
    ANSWERS,
    CLOSES,
    Secrets,
    Week,
    answered,
    ballots,
    cast,
    manifest_of,
    same_keys,
)


def test_every_ballot_is_counted_once(closed: tuple[Week, closing.Closed]) -> None:
    """Ballots are counted plus spoiled, and units published plus suppressed are all units."""
    week, report = closed
    assert report.ballots == sum(map(len, ANSWERS.values())) == 27
    assert (report.counted, report.spoiled) == (27, 0)
    assert report.published + report.suppressed == len(week.tree.units) == 6
    assert (week.state, report.state) == ("released", "released")
    assert set(report.seconds) == {
        "shut", "peel", "open", "tabulate", "protect", "audit", "press", "destroy",
    }  # fmt: skip
    assert all(0 <= spent == round(spent, 3) for spent in report.seconds.values())
    assert sum(report.seconds.values()) > 0  # one step alone may take less than a millisecond


def test_the_release_says_what_was_answered(released: Week) -> None:
    """The organisation's mean of each item is that of the known answers, after rounding."""
    rows = cells.rows(cells.read(released.home.releases / released.wave / "cells.parquet"))
    shown = {c.measure: c for c in rows if c.unit_id == "all" and c.kind == "unit"}
    for at, item in enumerate(released.keys.items):
        given = [row[at] for team in ANSWERS.values() for row in team if 1 <= row[at] <= 5]
        cell = shown[f"item:{item}"]
        assert cell.mean is not None
        assert cell.step is not None
        assert abs(cell.mean - sum(given) / len(given)) <= cell.step / 2


def test_the_manifest_holds_the_roots_tallies_and_the_hash_over_all_tokens(released: Week) -> None:
    """Issued, ballots, counted and spoiled are published for the root; tokens as one hash."""
    described = manifest_of(released)
    assert described["tallies"] == {
        "invited": 40, "issued": 27, "ballots": 27, "counted": 27, "spoiled": 0,
    }  # fmt: skip
    assert len(str(described["tokens"])) == 64
    assert released.keys.k == 5


def test_the_release_passes_the_audit_of_a_stranger(released: Week) -> None:
    """An audit from the files alone finds nothing."""
    report = audit_home(released.home.releases)
    assert (report.ok, report.releases, report.findings) == (True, 1, ())


def test_secrets_are_found_while_the_wave_is_open(week: Week, known: Secrets) -> None:
    """The search for secrets works: before the close it finds each kind of them."""
    kinds = {kind for _, kind in known.found_in(week.files())}
    assert kinds >= {"token", "box", "mark", "link", "K_wave", "signing key", "opening key"}


def test_no_file_holds_a_secret_after_the_close(released: Week, known: Secrets) -> None:
    """No token, box, link, mark, key or hash of them is in any file of the home afterwards."""
    assert known.found_in(released.files()) == set()
    assert list(released.home.keys.rglob("*.*")) == []
    assert list(released.home.outbox.iterdir()) == []


def test_what_stays_is_releases_state_and_the_ids_of_closed_waves(released: Week) -> None:
    """Outside the releases, the close leaves only its report (private), public files, settings."""
    public = ("releases/", "state/w/", "state/pulse.db-")
    left = {name for name in released.files() if not name.startswith(public)}
    assert left == {
        "accounts/accounts.db", "pulse.toml", "units.csv", "people.csv",
        "issuer/closed.db", "issuer/closed.db-journal",
        "ballotbox/closed.db", "ballotbox/closed.db-journal",
        "state/pulse.db", "state/mail.lock", "state/wave.lock",
        "state/close/2026-W09.json",
        "state/trees/2026-W09.json", "state/trees/2026-W09.json.sha256",
    }  # fmt: skip
    assert stat.S_IMODE(released.places.plan.parent.stat().st_mode) == 0o700


def test_both_rooms_remember_the_wave(released: Week) -> None:
    """Issuer and ballot box answer 410 for the wave from now on, and nothing is open."""
    assert released.wave in rooms(released.home).issuer.closed()
    assert released.wave in rooms(released.home).ballotbox.closed()
    assert json.loads(released.places.current.read_bytes()) == {"wave": None}


def test_addresses_are_cleared_and_marks_removed(released: Week) -> None:
    """The wave's memberships keep no address, and no sent-mark is left."""
    from pulse.invitation.tables import sent

    assert {person.email for person in members(released.engine, released.wave)} == {""}
    with released.engine.connect() as connection:
        assert connection.execute(select(sent)).all() == []
        assert len(connection.execute(select(membership)).all()) == 40


def test_closing_again_gives_the_same_report(week: Week) -> None:
    """After the release a further close or release returns the report and changes nothing."""
    report, released = week.close(), week.released()
    assert week.close() == report
    assert week.release() == report
    assert week.close(abandon=True) == report
    assert week.released() == released


def test_staff_read_whose_week_it_was_and_when_it_closed(week: Week) -> None:
    """`results.json` names wave and organisation, and the closing time by the clock on its wall."""
    week.settings = msgspec.structs.replace(week.settings, timezone="Asia/Kathmandu")  # 5:45 ahead
    week.close(auditor=audit_candidate)
    told = json.loads(week.released()[f"{week.wave}/results.json"])
    assert (told["wave"], told["organisation"], told["closes"]) == (
        week.wave, "Example Ltd", "2026-02-27T22:45:00+05:45",
    )  # fmt: skip


def test_each_step_is_told(week: Week) -> None:
    """Progress names every step once, in order."""
    told: list[str] = []

    def progress(label: str, done: int, total: int) -> None:
        told.append(label)
        assert 0 <= done < total

    closing.close_wave(
        week.home, week.settings, week.clock, week.engine, week.wave, progress=progress,
        auditor=audit_candidate,
    )  # fmt: skip
    assert told == ["shut", "export", "peel", "open", "destroy_a", "publish", "destroy_b"]


def test_nothing_is_published_of_a_wave_with_fewer_than_k_ballots(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Four ballots are never exported or peeled; every unit is suppressed, the keys die."""
    week, known = answered(
        tmp_path_factory.mktemp("few") / "home", {"north": list(ANSWERS["north"])[:4]}
    )
    passed: list[str] = []
    report = week.close(checkpoint=passed.append)
    assert (report.ballots, report.counted, report.spoiled) == (4, 4, 0)
    assert (report.published, report.suppressed) == (0, 6)
    assert not {"before peel", "before open"} & set(passed)
    rows = cells.rows(cells.read(week.home.releases / week.wave / "cells.parquet"))
    assert Counter(row.status for row in rows).keys() == {"suppressed"}
    assert audit_home(week.home.releases).ok
    week.engine.dispose()
    assert known.found_in(week.files()) == set()


def test_a_cancelled_wave_is_never_closed(week: Week) -> None:
    """A cancelled wave cannot be closed, and one whose close has begun cannot be cancelled."""
    cancel(week.home, week.settings, week.engine, week.wave)
    with pytest.raises(WrongState, match="cancelled"):
        week.close()
    assert week.released() == {}


def test_a_close_that_began_cannot_be_cancelled(week: Week) -> None:
    """Once shut, a wave ends as released or lost."""

    def stop(place: str) -> None:
        if place == "issuer shut":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        week.close(checkpoint=stop)
    with pytest.raises(WrongState, match="close has begun"):
        cancel(week.home, week.settings, week.engine, week.wave)
    assert week.close().state == "released"


def test_only_a_wave_that_was_opened_is_closed(week: Week) -> None:
    """An unknown or planned wave, abandoning or releasing an open one: each is refused."""
    with pytest.raises(WrongState, match="no such wave"):
        closing.close_wave(week.home, week.settings, week.clock, week.engine, "2026-W10")
    with pytest.raises(WrongState, match="still open"):
        week.release()
    with pytest.raises(WrongState, match="is open"):
        week.close(abandon=True)
    wave.move(week.engine, week.wave, ("open",), "planned")
    with pytest.raises(WrongState, match="planned"):
        week.close()


def test_the_issuer_can_be_shut_before_the_box(week: Week) -> None:
    """At the closing time only the issuer shuts; whoever holds a token can still cast."""
    closing.shut_issuing(week.home, week.settings, week.wave)
    store = IssuerStore(rooms(week.home).issuer, week.wave)
    assert not store.is_open()
    store.close()
    assert json.loads(week.places.current.read_bytes())["wave"] == week.wave
    assert week.close().ballots == 27


def test_a_restored_wave_reports_its_state_alone(week: Week) -> None:
    """Where no plan is left, a lost or released wave answers with its state."""
    wave.move(week.engine, week.wave, ("open",), "lost")
    assert week.close().state == "lost"


@pytest.mark.slow
def test_a_second_wave_follows_the_first(week: Week, known: Secrets) -> None:
    """The next week opens, closes and is chained to the one before in the ledger."""
    week.close()
    opened = open_wave(
        week.home, week.settings, FixedClock(CLOSES + dt.timedelta(days=3)), week.engine,
        page=b"page", make_keys=same_keys,
    )  # fmt: skip
    following = Week(week.home.path, opened.wave)
    cast(following, ballots(following, ANSWERS, known), known)
    report = following.close()
    assert (report.wave, report.ballots, report.published) == ("2026-W10", 27, 3)
    assert audit_home(week.home.releases).releases == 2
    assert audit_home(week.home.releases).ok
    following.engine.dispose()


def test_whatever_the_operator_held_for_the_wave_is_destroyed(week: Week) -> None:
    """Cards and any other key file named by the wave go too; a missing M0 is no obstacle."""
    (week.home.operator_keys / f"{week.wave}.cards").write_bytes(b"codes")
    (week.home.operator_keys / "2026-W10.cards").write_bytes(b"of another wave")
    week.places.current.unlink()
    week.close()
    assert [path.name for path in week.home.operator_keys.iterdir()] == ["2026-W10.cards"]


def test_exact_counts_are_held_against_what_would_be_shown() -> None:
    """A pattern that is safe for a lower k is refused under a higher one."""
    tree = Tree(
        "t",
        (
            Unit("all", None, "All", 24, group=False),
            Unit("a", "all", "A", 12, group=True, g="00001"),
            Unit("b", "all", "B", 12, group=True, g="00002"),
        ),
        {"a": "a", "b": "b"},
    )
    given = [(g, (1 + i % 5,)) for g in ("00001", "00002") for i in range(8)]
    counts = count(given, tree, ("A1",), "2026-W09")

    def lax(
        tree: Tree, counts: Counts, _: Policy, instrument: Instrument, **options: Any
    ) -> ProtectedCounts:
        return protect(tree, counts, policy_for(5), instrument, **options)

    assert not publish.safe(tree, counts, policy_for(5), load(), Diagnostics({}), {}, lax).hidden
    with pytest.raises(Held, match="fewer than 10"):
        publish.safe(tree, counts, policy_for(10), load(), Diagnostics({}), {}, lax)
    assert "all" in publish.safe(tree, counts, policy_for(20), load(), Diagnostics({}), {}).hidden


def test_a_k_raised_while_a_wave_is_open_holds_at_once(week: Week) -> None:
    """Opened at k = 5 and closed under 10, every team of ten stays hidden."""
    week.settings = msgspec.structs.replace(week.settings, k=10)
    report = week.close()
    assert week.keys.k == 5
    assert (report.published, report.suppressed) == (1, 5)
    policy = manifest_of(week)["policy"]
    assert isinstance(policy, dict)
    assert policy["k"] == 10


@pytest.mark.parametrize(("ballots", "fine"), [(20, 3), (300, 3), (400, 4), (1_000, 10)])
def test_more_spoiled_ballots_than_three_or_one_in_a_hundred_are_held(
    ballots: int, fine: int
) -> None:
    """Up to max(3, 1 %) spoiled ballots are chance; one more needs somebody to accept it."""
    plan = closing.Plan(wave="2026-W09", step="publish", ballots=ballots, code_version="0")
    publish._refuse_spoiled(msgspec.structs.replace(plan, spoiled=fine))
    too_many = msgspec.structs.replace(plan, spoiled=fine + 1)
    with pytest.raises(Held, match="more than chance"):
        publish._refuse_spoiled(too_many)
    publish._refuse_spoiled(msgspec.structs.replace(too_many, accepted=True))


def test_sameness_is_with_the_last_wave_before(tmp_path: Path) -> None:
    """What was shown is read from the newest release before the wave, not from any other."""
    release_waves(tmp_path)
    assert publish._last(tmp_path, WAVES[0]) == {}
    before = [publish._last(tmp_path, wave) for wave in (*WAVES[1:], "2026-W11")]
    assert before == [publish._shown(tmp_path / wave, ()) for wave in WAVES]
    assert before[0] != before[1] != before[2]


def test_a_wave_taken_by_another_command_is_not_claimed(week: Week) -> None:
    """A wave opened anew since it was looked at is claimed as it is now; no other is claimed."""
    work = steps.Work(
        week.home, week.settings, week.clock, week.engine, week.wave, silent, closing.nowhere
    )
    stale = closing.Plan(wave=week.wave, step="shut", keys="/w/before", code_version="0")
    assert begin.claim(work, stale).keys == week.row.keys
    week.places.plan.unlink()
    wave.move(week.engine, week.wave, ("open",), "cancelled")
    with pytest.raises(WrongState, match="changed just now"):
        begin.claim(work, stale)
    assert not week.places.plan.exists()
