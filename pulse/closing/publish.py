"""From opened answers to a release: tabulate, protect, audit, press."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pulse import roster
from pulse import wave as waves
from pulse.closing import results
from pulse.closing.diagnostics import diagnose
from pulse.closing.plan import Plan, blank
from pulse.closing.steps import Work, opened_answers
from pulse.disclosure import solver
from pulse.disclosure.audit import Verdict
from pulse.disclosure.auditor import Auditor
from pulse.disclosure.bounds import Hit
from pulse.disclosure.diagnostics import Diagnostics
from pulse.disclosure.policy import Policy, policy_for
from pulse.disclosure.protect import protect
from pulse.disclosure.repair import protect_safely
from pulse.disclosure.residues import check_exact
from pulse.errors import Held, PulseError, Unsure
from pulse.instrument import Instrument
from pulse.release import cells, ledger, reading, surveys
from pulse.release.cell import Cell
from pulse.release.manifest import About, Tallies
from pulse.release.press import press
from pulse.release.protected import ProtectedCounts
from pulse.release.shown import shown_around
from pulse.store import treefile
from pulse.tabulation import count_columns
from pulse.terms import Counts, Tree

FEW_SPOILED: Final = 3
SPOILED_SHARE: Final = 100
KEPT: Final = "Nothing was published, nothing is lost; `pulse wave release` tries again."
Rule = Callable[..., ProtectedCounts]


def publish(work: Work, plan: Plan) -> Plan:
    """Tabulate, protect, audit and press; a wave that the ledger names already is left alone.

    Raises:
        Held: too many spoiled ballots, a residue or an audit finding; nothing was published.
        BadRelease: another release of this wave exists, or the ledger is broken.
    """
    releases = work.home.releases
    if work.wave not in reading.waves(releases):
        _refuse_spoiled(plan)
        _release(work, plan)
    work.checkpoint("pressed")
    release = reading.load(releases, work.wave)
    shown = _shown(release.folder, release.manifest.lead)
    report = msgspec.structs.replace(
        blank(plan),
        state="released",
        published=sum(shown.values()),
        suppressed=len(shown) - sum(shown.values()),
        release=_pressed(releases, work.wave),
    )
    return msgspec.structs.replace(plan, report=report, step="destroy_b")


def _refuse_spoiled(plan: Plan) -> None:
    limit = max(FEW_SPOILED, plan.ballots / SPOILED_SHARE)
    if plan.spoiled > limit and not plan.accepted:
        raise Held(
            f"{plan.spoiled} of {plan.ballots} ballots were spoiled, which is more than chance. "
            "The others are kept; `pulse wave release --accept-spoiled` goes on without them."
        )


def _release(work: Work, plan: Plan) -> None:
    tree, instrument = _tree(work, plan), surveys.kept(work.home, work.wave)
    policy = policy_for(plan.k, plan.prefer)
    if not set(plan.items) <= instrument.items.keys():
        raise Held(
            "The survey no longer has the items that this wave asked. Install the version that "
            "opened it; `pulse wave release` goes on."
        )
    with work.timed("tabulate"):
        counts, diagnostics = _tabulated(work, plan, tree, policy, instrument)
        last = _last(work.home.releases, work.wave)

    def protecting(withdrawn: frozenset[str]) -> ProtectedCounts:
        with work.timed("protect"):
            return safe(tree, counts, policy, instrument, diagnostics, last, withdrawn=withdrawn)

    def pressed_or_told(protected: ProtectedCounts) -> list[Hit]:
        work.checkpoint("protected")
        return _press(work, plan, tree, instrument, protected)

    protect_safely(tree, protecting, pressed_or_told)


def _tree(work: Work, plan: Plan) -> Tree:
    """Return the frozen tree; of a raised k, or weeks released since, more units are changed.

    No matter when it is pressed, a week is compared with its neighbours on both sides.
    """
    tree = treefile.read_kept(work.places.tree)
    for shown in shown_around(work.home.releases, work.wave):
        tree = roster.mark_changed(work.engine, work.wave, tree, shown, plan.k)
    return tree


def _tabulated(
    work: Work, plan: Plan, tree: Tree, policy: Policy, instrument: Instrument
) -> tuple[Counts, Diagnostics]:
    if plan.unopened:
        return count_columns((), b"", tree, plan.items, work.wave), Diagnostics({})
    opened = opened_answers(work, plan)
    counts = count_columns(opened.groups, opened.answers, tree, plan.items, work.wave)
    found = diagnose(opened.groups, opened.answers, counts, tree, policy, instrument)
    return counts, found


def safe(
    tree: Tree,
    counts: Counts,
    policy: Policy,
    instrument: Instrument,
    diagnostics: Diagnostics,
    last: Mapping[str, bool],
    rule: Rule = protect,
    *,
    withdrawn: frozenset[str] = frozenset(),
) -> ProtectedCounts:
    """Return what `rule` would publish, once the exact counts have been held against it.

    Raises:
        Held: fewer than k people could be told apart; the exact counts exist here only.
    """
    protected = rule(
        tree, counts, policy, instrument, root_diagnostics=diagnostics, last=last,
        forced_hidden=withdrawn,
    )  # fmt: skip
    found = check_exact(tree, counts, policy, protected)
    if found:
        raise Held(
            f"The exact counts contradict what would be shown: {found[0]} Nothing was published."
        )
    return protected


def _press(
    work: Work, plan: Plan, tree: Tree, instrument: Instrument, protected: ProtectedCounts
) -> list[Hit]:
    """Press what the audit passes; else return the groups that it finds too much about.

    Raises:
        Held: the audit found something that showing less does not mend.
    """
    row = waves.get(work.engine, work.wave)
    closes = "" if row is None else row.closes.astimezone(work.settings.zone).isoformat()
    staff = results.compose(protected, tree, instrument, work.settings.organisation, closes)

    hits: list[Hit] = []

    def audit(candidate: Path) -> Sequence[str]:
        work.checkpoint("candidate")
        with work.timed("audit", inside="press"):
            verdict = judged(work.auditor, work.home.releases, candidate)
        work.still_ours()  # an audit may take long, and what is pressed stays
        hits.extend(verdict.hits if verdict.mendable else ())
        return verdict.findings

    try:
        with work.timed("press"):
            press(work.home.releases, protected, tree, _about(plan, instrument), staff, check=audit)
    except Held:
        if not hits:
            raise
    return hits


def judged(auditor: Auditor, releases: Path, candidate: Path) -> Verdict:
    """Return the verdict on a candidate.

    Raises:
        Unsure: there is none, whatever the auditor did instead of giving one.
    """
    try:
        verdict = auditor(releases, candidate)
    except PulseError as error:
        raise Unsure(f"{error} {KEPT}") from error
    except Exception as error:  # whatever else it was: no verdict is no release
        raise Unsure(f"The audit failed ({type(error).__name__}). {KEPT}") from error
    if not isinstance(verdict, Verdict):
        raise Unsure(f"The audit gave no verdict. {KEPT}")
    return verdict


def in_ledger(releases: Path, wave: str) -> bool:
    """Tell whether the ledger names a wave, even a ledger that fails its own checks."""
    named = f'"wave":"{wave}"'.encode()
    return any(named in line for line in ledger.whole_lines(releases))


def _about(plan: Plan, instrument: Instrument) -> About:
    return About(
        code_version=plan.code_version,
        instrument=instrument.id,
        instrument_version=instrument.version,
        form=plan.form,
        keys=plan.fingerprint,
        tokens=plan.tokens,
        solver=solver.version(),
        tallies=Tallies(
            invited=plan.invited,
            issued=plan.issued,
            ballots=plan.ballots,
            counted=plan.counted,
            spoiled=plan.spoiled,
        ),
        survey=instrument if surveys.is_own(instrument) else msgspec.UNSET,
    )


def _last(releases: Path, wave: str) -> dict[str, bool]:
    """Tell for each unit whether the last wave before this one showed it."""
    before = [each for each in reading.waves(releases) if each < wave]
    if not before:
        return {}
    release = reading.load(releases, before[-1])
    return _shown(release.folder, release.manifest.lead)


def _shown(folder: Path, lead: tuple[str, ...]) -> dict[str, bool]:
    """Map each unit of a release to whether its ordinary items are shown."""
    named = {f"item:{item}" for item in lead}
    rows: list[Cell] = cells.rows(cells.read(folder / cells.NAME))
    return {
        cell.unit_id: cell.status == "published"
        for cell in rows
        if cell.kind == "unit" and cell.measure.startswith("item:") and cell.measure not in named
    }


def _pressed(releases: Path, wave: str) -> str:
    return next(entry.manifest for entry in ledger.read(releases) if entry.wave == wave)
