"""A folder of pressed releases for the audit to look at, and a way to forge one."""

from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from pulse.disclosure.audit import audit_home, audit_release
from pulse.disclosure.groups import form_groups
from pulse.disclosure.protect import protect
from pulse.release import cells, ledger, manifest
from pulse.release.cell import Cell
from pulse.release.manifest import Manifest, Tallies
from pulse.release.press import press
from pulse.store import treefile
from pulse.terms import RosterUnit, Tree
from tests.property.worlds import (
    INSTRUMENT,
    ITEMS,
    POLICY,
    World,
    described,
    diagnosed,
    tally,
)  # fmt: skip

WAVES = ("2026-W08", "2026-W09", "2026-W10")
Forgery = Callable[[list[Cell]], list[Cell]]


def organisation() -> Tree:
    """Return 12 teams in three departments, 284 people."""
    roster = [RosterUnit("org", None, "Org", 0)]
    roster += [RosterUnit(f"d{number}", "org", f"D{number}", 0) for number in range(3)]
    for number in range(12):
        people = 20 + number if number else 9
        roster.append(RosterUnit(f"t{number}", f"d{number % 3}", f"T{number}", people))
    roster.append(RosterUnit("empty", "org", "Empty", 0))
    return form_groups(roster, 8, None, 5)


def release_waves(releases: Path) -> None:
    """Press three waves; in each a few teams have too few answers."""
    tree = organisation()
    for week, wave in enumerate(WAVES):
        ballots = [
            (unit.unit_id, tuple((person * 7 + item + week) % 4 + 1 for item in range(len(ITEMS))))
            for place, unit in enumerate(tree.groups_in_order())
            for person in range(2 if (place + week) % 5 == 0 else unit.invited - 4)
        ]
        counts = tally(tree, ballots, ITEMS, wave)
        cast = len(ballots)
        found = diagnosed(World((), tree, tuple(ballots)), POLICY, counts)
        release = protect(tree, counts, POLICY, INSTRUMENT, frozenset(), found)
        tallies = Tallies(tree.root.invited, cast + 2, cast + 1, cast, 1)
        press(releases, release, tree, described(wave, tallies), b"{}\n", check=audit_release)


def forge(
    releases: Path,
    wave: str,
    *,
    rows: Forgery | None = None,
    tree: Callable[[Tree], Tree] | None = None,
    about: Callable[[Manifest], Manifest] | None = None,
) -> None:
    """Rewrite one release and every hash after it, as somebody with the whole disk could."""
    folder = releases / wave
    if rows is not None:
        forged = rows(cells.rows(cells.read(folder / cells.NAME)))
        (folder / cells.NAME).write_bytes(cells.encode(forged))
    if tree is not None:
        grown = tree(treefile.read(folder / "tree.json"))
        (folder / "tree.json").write_bytes(treefile.encode(grown))
    written = manifest.decode((folder / manifest.NAME).read_bytes())
    hashes = {name: ledger.digest((folder / name).read_bytes()) for name in manifest.FILES}
    written = structs.replace(written, files=hashes)
    written = about(written) if about else written
    (folder / manifest.NAME).write_bytes(manifest.encode(written))
    previous, lines = ledger.FIRST, []
    for entry in ledger.read(releases):
        hashed = ledger.digest((releases / entry.wave / manifest.NAME).read_bytes())
        text = ledger.line(structs.replace(entry, manifest=hashed, previous=previous))
        lines.append(text + b"\n")
        previous = ledger.digest(text)
    (releases / ledger.NAME).write_bytes(b"".join(lines))


def found(releases: Path) -> str:
    """Audit and return the findings as one text; they must contradict `ok`."""
    report = audit_home(releases)
    assert report.ok == (not report.findings)
    return "\n".join(report.findings)
