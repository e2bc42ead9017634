"""The audit: everything a release promises, tested again from its files alone.

`audit_release` tests one release or candidate, `audit_candidate` also against the ledger before
it, `audit_home` every release, the ledger and every hash. None of them knows counts, answers or
the program that chose the pattern.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pulse.disclosure import (
    audited_cells,
    audited_diagnostics,
    audited_leaders,
    audited_results,
    audited_survey,
    audited_tree,
    audited_widths,
    history,
    policy,
)
from pulse.disclosure.audited_cells import Sheet
from pulse.disclosure.audited_survey import Survey
from pulse.disclosure.bounds import Hit
from pulse.errors import BadRelease, Unsure
from pulse.release import cells, ledger, manifest, reading
from pulse.release.manifest import Manifest
from pulse.store import treefile
from pulse.terms import WAVE_ID, Progress, Tree, silent

LABEL: Final = "Auditing"
# The press's folder for what is not released yet; the audit loads nothing of the press.
CANDIDATE: Final = ".candidate-"
_KEYS: Final = re.compile(r"[0-9a-f]{32}")
_TOKENS: Final = re.compile(r"([0-9a-f]{64})?")


# The folder of releases, and the waves in it that were released before.
_Before = tuple[Path, Sequence[str]]


class AuditReport(msgspec.Struct, frozen=True):
    """What an audit of a home found; `releases` counts those looked at."""

    ok: bool
    releases: int
    findings: tuple[str, ...]


class Verdict(msgspec.Struct, frozen=True):
    """What an audit found.

    `hits` are groups of which the figures tell too much, `findings` everything, in sentences.
    Only a verdict whose findings are all hits can be mended by showing less.
    """

    findings: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()

    @property
    def mendable(self) -> bool:
        """Whether showing less may be enough."""
        return bool(self.hits) and len(self.findings) == len(self.hits)


def audit_release(folder: Path, survey: Survey | None = None) -> list[str]:
    """Return what is wrong with the release, or candidate, in `folder`; empty if nothing is.

    What could not be judged to its end is wrong too. `survey` is the one that Pulse asks, if
    no other is given.
    """
    return list(_judged(folder, None, survey or audited_survey.shipped()).findings)


def audit_candidate(releases: Path, folder: Path) -> Verdict:
    """Audit a candidate, also against everything that was released before it.

    Raises:
        Unsure: the solver came to no clear end, or two ways to look disagree.
    """
    try:
        before = [entry.wave for entry in ledger.read(releases)]
        return _audited(folder, (releases, before), audited_survey.shipped())
    except BadRelease as error:
        return Verdict((str(error),))


def _judged(folder: Path, before: _Before | None, survey: Survey) -> Verdict:
    try:
        return _audited(folder, before, survey)
    except BadRelease as error:
        return Verdict((str(error),))
    except Unsure as error:
        return Verdict((f"it could not be judged. {error}",))


def audit_home(
    releases: Path, progress: Progress = silent, survey: Survey | None = None
) -> AuditReport:
    """Audit every release of a home, and the ledger that chains them; `progress` per release.

    `survey` is the one that Pulse asks, if no other is given.
    """
    survey = survey or audited_survey.shipped()
    found: list[str] = []
    entries: list[ledger.Entry] = []
    try:
        entries = ledger.read(releases)
    except BadRelease as error:
        found.append(str(error))
    named = {entry.wave: entry.manifest for entry in entries}
    path = releases / ledger.NAME
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        found.append(f"{ledger.NAME}: it ends in the middle of a line.")
    inside = sorted(releases.iterdir()) if releases.exists() else []
    present = {path.name: path for path in inside if path.is_dir() and WAVE_ID.fullmatch(path.name)}
    found += [
        f"{path.name}: no release is called this."
        for path in inside
        if path.name not in {*present, ledger.NAME} and not path.name.startswith(".")
    ]
    found += [f"{wave}: the release is missing." for wave in sorted(named.keys() - present.keys())]
    pressed = [entry.wave for entry in entries]
    for number, (wave, folder) in enumerate(sorted(present.items())):
        progress(LABEL, number, len(present))
        if wave not in named:
            found.append(f"{wave}: the ledger does not name this release.")
        elif ledger.digest(_bytes(folder / manifest.NAME)) != named[wave]:
            found.append(f"{wave}: the manifest is not the one in the ledger.")
        # A missing release was told above, and leaves nothing to compare later ones with.
        before = pressed[: pressed.index(wave)] if wave in named else []
        known = [each for each in before if each in present]
        verdict = _judged(folder, (releases, known), survey)
        found += [f"{wave}: {text}" for text in verdict.findings]
    return AuditReport(ok=not found, releases=len(present), findings=tuple(found))


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _audited(folder: Path, before: _Before | None, survey: Survey) -> Verdict:
    described = manifest.decode(reading.read_file(folder / manifest.NAME))
    found = list(_files(folder, described))
    tree = treefile.read(folder / "tree.json")
    rules = policy.restore(described.policy)
    found += _about(folder, described, tree, rules.k)
    found += audited_survey.own_findings(described, survey)
    survey = audited_survey.of(described, survey)
    found += audited_survey.findings(described, survey)
    broken = list(audited_tree.findings(tree))
    if broken:
        return Verdict((*found, *broken))
    rows = cells.rows(cells.read(folder / cells.NAME))
    sheet = Sheet(described, rules, tree, rows)
    found += audited_cells.findings(sheet)
    found += audited_leaders.findings(sheet, survey)
    found += audited_diagnostics.findings(rows, described, rules, tree, survey.now)
    results = reading.read_file(folder / "results.json")
    found += audited_results.findings(results, sheet, survey)
    alone = list(audited_widths.isolated(sheet))
    _refuse_doubt(found, alone)
    if before is not None and not found:
        found += _later(before, sheet)
    if found:
        return Verdict((*found, *alone))
    hits = audited_widths.too_narrow(sheet)
    return Verdict(tuple(audited_widths.said(hits)), tuple(hits))


def _refuse_doubt(found: Sequence[str], alone: Sequence[str]) -> None:
    """Give no verdict where only the program that knows no residues finds somebody isolated."""
    if alone and not found:
        raise Unsure(f"The residues show nothing, but a program found this: {alone[0]}")


def _later(before: _Before, sheet: Sheet) -> Iterator[str]:
    """Yield what a release may not be because of those before it."""
    releases, earlier = before
    wave, tree, k = sheet.manifest.wave, sheet.tree, sheet.policy.k
    if wave in earlier:
        yield "this wave was released before; no wave is cut again."
    for other in history.same_ballots(releases, earlier, sheet.manifest):
        yield f"{other} was released from the same ballots; no wave is cut again."
    for item in history.reworded(releases, earlier, sheet.manifest):
        yield f"item:{item} had other words or another scoring before."
    shown = {c.unit_id for c in sheet.cells if c.kind == "unit" and c.status == "published"}
    for unit_id in history.unmarked(releases, earlier, wave, tree, shown, k):
        yield f"{unit_id}: a few people came or went, and its figures are not coarser for it."


def _files(folder: Path, described: Manifest) -> Iterator[str]:
    names = {path.name for path in folder.iterdir()}
    if names != {manifest.NAME, *manifest.FILES} or set(described.files) != set(manifest.FILES):
        yield "the files are not those of a release."
    for name, expected in sorted(described.files.items()):
        if name in manifest.FILES and ledger.digest(_bytes(folder / name)) != expected:
            yield f"{name}: the file is not the one in the manifest."


def _about(folder: Path, described: Manifest, tree: Tree, k: int) -> Iterator[str]:
    named = folder.name.removeprefix(CANDIDATE)
    if WAVE_ID.fullmatch(named) and named != described.wave:
        yield "the manifest is of another wave."
    if described.tree_version != tree.tree_version:
        yield "the manifest is of another tree."
    if not (_KEYS.fullmatch(described.keys) and _TOKENS.fullmatch(described.tokens)):
        yield "the manifest names no key list or no tokens."
    if described.program != "optimal":
        yield "the tree program did not end with an optimum."
    tallies = described.tallies
    if tallies.invited != tree.root.invited:
        yield "the tallies are of another number of people."
    if not 0 <= tallies.ballots <= tallies.issued <= tallies.invited:
        yield "more ballots or tokens are tallied than there are people."
    # A wave with fewer than k ballots is never opened: all of them stay uncounted.
    unopened = tallies.ballots < k and tallies.counted == tallies.spoiled == 0
    if tallies.counted + tallies.spoiled != tallies.ballots and not unopened:
        yield "the tallies do not add up."
    asked = set(described.items)
    scored = [item for items in described.scales.values() for item in items]
    if len(asked) != len(described.items) or len(set(scored)) != len(scored):
        yield "an item stands twice."
    # That each item is in its scale, and one of a pack in none, is held against the survey.
    if not set(scored) <= asked - set(described.lead) or not asked >= set(described.reversed):
        yield "the scales are not made of the items asked."
