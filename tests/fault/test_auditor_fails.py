"""P19: an auditor that fails, in whatever way, means no release, and nothing is lost."""

from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest
from msgspec import structs

from pulse.closing.plan import read_plan
from pulse.disclosure.audit import Verdict, audit_candidate
from pulse.disclosure.auditor import Apart, Auditor
from pulse.disclosure.bounds import Hit
from pulse.disclosure.policy import restore
from pulse.errors import Held, Unsure
from pulse.release import cells
from pulse.release.manifest import decode
from tests.fault import auditors
from tests.week import Week

KINDS: list[tuple[str, Auditor, str]] = [
    ("hangs", Apart(auditors.hangs, seconds=0.5), "did not end within 0.5 seconds"),
    ("dies", Apart(auditors.dies), "process of the audit died"),
    ("breaks in its process", Apart(auditors.breaks), "failed .ZeroDivisionError"),
    ("breaks", auditors.breaks, "failed .ZeroDivisionError"),
    ("disagrees in its process", Apart(auditors.disagrees), "disagree"),
    ("disagrees", auditors.disagrees, "disagree"),
    ("finds", auditors.finds, "a row stands twice"),
    ("finds more than a hit", auditors.finds_both, "audit stopped the release: lab: too narrow"),
    ("is never content", auditors.is_never_content, "leave every hidden group open"),
    ("says nothing", auditors.says_nothing, "no verdict"),
]


@pytest.fixture
def candidates(peeled: Week, tmp_path: Path) -> Iterator[Week]:
    """Return a peeled week to close under a failing auditor."""
    week = peeled.copy(tmp_path / "home")
    yield week
    week.engine.dispose()


@pytest.mark.parametrize(("auditor", "said"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS])
def test_a_failing_auditor_holds_the_wave_and_a_healthy_one_releases_it(
    candidates: Week, untouched: dict[str, bytes], auditor: Auditor, said: str
) -> None:
    """No release, ledger line or candidate; the answers wait; then the same files as ever."""
    week = candidates
    with pytest.raises(Held, match=said):
        week.close(auditor=auditor)
    assert week.state == "held"
    assert "Nothing was published" in week.row.reason
    assert week.released() == {}
    assert list(week.home.releases.iterdir()) == []
    plan = read_plan(week.places)
    assert plan is not None
    assert plan.step == "publish"
    assert week.places.peeled.exists()
    assert week.places.inner_key.exists()
    assert week.release().state == "released"
    assert week.released() == untouched


def test_a_process_that_died_is_replaced(candidates: Week, untouched: dict[str, bytes]) -> None:
    """The auditor that every close uses starts a fresh process after the old one was killed."""
    week, fails = candidates, Apart(auditors.dies)
    for _ in range(2):
        with pytest.raises(Held, match="died"):
            week.close(auditor=fails)
    assert week.close(auditor=Apart()).state == "released"
    assert week.released() == untouched


def test_a_process_that_died_while_it_had_nothing_to_do_holds_no_wave(tmp_path: Path) -> None:
    """Between two weeks the machine may end an idle child; the next audit starts another."""
    apart = Apart(auditors.finds_nothing)
    for _ in range(2):
        assert apart(tmp_path, tmp_path) == Verdict()
        for child in active_children():
            child.kill()
            child.join()


def test_no_verdict_is_never_taken_for_a_good_one(tmp_path: Path) -> None:
    """The twin: what an auditor that failed would otherwise have let pass is an empty verdict."""
    assert not Verdict().findings
    with pytest.raises(Unsure):
        Apart(auditors.hangs, seconds=0.2)(tmp_path, tmp_path)


def test_a_hit_is_mended_by_showing_less(candidates: Week) -> None:
    """When too much is known of one team, its smallest shown sibling gives way."""
    week, seen = candidates, list[Verdict]()

    def stricter(releases: Path, candidate: Path) -> Verdict:
        verdict = audit_candidate(releases, candidate)
        if not seen:
            verdict = Verdict(("lab: told.",), (Hit("lab", "A1", "the sum of its answers"),))
        seen.append(verdict)
        return verdict

    usual = week.copy(week.home.path.parent / "usual")
    usual.close()
    report = week.close(auditor=stricter)
    assert (report.state, len(seen)) == ("released", 2)
    assert "tools" in shown(usual) - shown(week)
    rows = cells.read(week.home.releases / week.wave / cells.NAME)
    assert not [name for name in rows.columns if "reason" in name or "forced" in name]


def test_a_higher_k_is_a_way_out_for_a_wave_that_no_pattern_saves(candidates: Week) -> None:
    """Where rounds under k = 5 end in nothing, the reason says so, and a k of 10 goes on."""
    week = candidates

    def content_from_ten(releases: Path, candidate: Path) -> Verdict:
        policy = decode((candidate / "manifest.json").read_bytes()).policy
        low = restore(policy).k < 10
        return auditors.is_never_content(releases, candidate) if low else Verdict()

    with pytest.raises(Held, match="a higher k in the settings shows less"):
        week.close(auditor=content_from_ten)
    with pytest.raises(Held, match="leave every hidden group open"):
        week.close(auditor=content_from_ten)
    week.settings = structs.replace(week.settings, k=10)
    assert week.close(auditor=content_from_ten).state == "released"


def shown(week: Week) -> set[str]:
    """Return the units that a release shows."""
    rows = cells.rows(cells.read(week.home.releases / week.wave / cells.NAME))
    return {row.unit_id for row in rows if row.kind == "unit" and row.status == "published"}
