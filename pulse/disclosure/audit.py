"""The audit: everything a release promises, tested again from its files alone.

`audit_release` tests one release or candidate; `audit_home` also the ledger and every hash.
Neither knows counts, answers or the program that chose the pattern.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pulse.disclosure import audited_cells, audited_results, audited_tree, policy
from pulse.errors import BadRelease
from pulse.release import cells, ledger, manifest, reading, treefile
from pulse.release.manifest import Manifest
from pulse.terms import WAVE_ID, Tree


class AuditReport(msgspec.Struct, frozen=True):
    """What an audit of a home found; `releases` counts those looked at."""

    ok: bool
    releases: int
    findings: tuple[str, ...]


def audit_release(folder: Path) -> list[str]:
    """Return what is wrong with the release, or candidate, in `folder`; empty if nothing is."""
    try:
        return list(_release(folder))
    except BadRelease as error:
        return [str(error)]


def audit_home(releases: Path) -> AuditReport:
    """Audit every release of a home, and the ledger that chains them."""
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
    folders = [p for p in releases.iterdir() if p.is_dir()] if releases.exists() else []
    present = {folder.name: folder for folder in folders if WAVE_ID.fullmatch(folder.name)}
    found += [f"{wave}: the release is missing." for wave in sorted(named.keys() - present.keys())]
    for wave, folder in sorted(present.items()):
        if wave not in named:
            found.append(f"{wave}: the ledger does not name this release.")
        elif ledger.digest(_bytes(folder / manifest.NAME)) != named[wave]:
            found.append(f"{wave}: the manifest is not the one in the ledger.")
        found += [f"{wave}: {text}" for text in audit_release(folder)]
    return AuditReport(ok=not found, releases=len(present), findings=tuple(found))


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _release(folder: Path) -> Iterator[str]:
    described = manifest.decode(reading.read_file(folder / manifest.NAME))
    yield from _files(folder, described)
    tree = treefile.read(folder / "tree.json")
    rules = policy.restore(described.policy)
    yield from _about(folder, described, tree, rules.k)
    broken = list(audited_tree.findings(tree))
    yield from broken
    if not broken:
        rows = cells.rows(cells.read(folder / cells.NAME))
        yield from audited_cells.findings(audited_cells.Sheet(described, rules, tree, rows))
        yield from audited_results.findings(
            reading.read_file(folder / "results.json"), described.wave, tree, rows, described.lead
        )


def _files(folder: Path, described: Manifest) -> Iterator[str]:
    names = {path.name for path in folder.iterdir()}
    if names != {manifest.NAME, *manifest.FILES} or set(described.files) != set(manifest.FILES):
        yield "the files are not those of a release."
    for name, expected in sorted(described.files.items()):
        if name in manifest.FILES and ledger.digest(_bytes(folder / name)) != expected:
            yield f"{name}: the file is not the one in the manifest."


def _about(folder: Path, described: Manifest, tree: Tree, k: int) -> Iterator[str]:
    if WAVE_ID.fullmatch(folder.name) and folder.name != described.wave:
        yield "the manifest is of another wave."
    if described.tree_version != tree.tree_version:
        yield "the manifest is of another tree."
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
    if set(scored) != asked - set(described.lead) or not asked >= set(described.reversed):
        yield "the scales are not made of the items asked."
