"""`python -m tests.bench.audit --units 1000 --waves 4`: seconds to protect and to audit a wave."""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pulse.disclosure.audit import audit_candidate
from pulse.disclosure.groups import form_groups
from pulse.disclosure.protect import protect
from pulse.release.manifest import Tallies
from pulse.release.press import press
from pulse.terms import TOP, Counts, Tree
from tests.bench.disclosure.organisations import generated
from tests.property.worlds import INSTRUMENT, ITEMS, POLICY, described

RATE, SKIPS = 0.7, 0.02


class Measured(NamedTuple):
    """Seconds for the last wave."""

    units: int
    waves: int
    protect: float
    audit: float
    findings: tuple[str, ...]


def measure(tree: Tree, waves: int) -> Measured:
    """Press `waves` waves, then protect and audit one more."""
    with TemporaryDirectory() as folder:
        releases = Path(folder)
        for week in range(1, waves + 1):
            _live(releases, tree, f"2025-W{week:02d}")
        return _live(releases, tree, "2026-W01", judge=True)._replace(waves=waves)


def _live(releases: Path, tree: Tree, wave: str, *, judge: bool = False) -> Measured:
    counts = _counts(tree, wave)
    started = time.perf_counter()
    release = protect(tree, counts, POLICY, INSTRUMENT)
    protecting = time.perf_counter() - started
    cast = sum(counts.table[tree.root.unit_id][0])
    about = described(wave, Tallies(tree.root.invited, cast, cast, cast, 0))
    found = [Measured(len(tree.units), 0, protecting, 0.0, ())]

    def check(candidate: Path) -> tuple[str, ...]:
        if not judge:
            return ()
        begun = time.perf_counter()
        findings = audit_candidate(releases, candidate).findings
        found.append(found[0]._replace(audit=time.perf_counter() - begun, findings=findings))
        return findings

    press(releases, release, tree, about, b"{}\n", check=check)
    return found[-1]


def _counts(tree: Tree, wave: str) -> Counts:
    """Draw answers: each group has a level of its own, each person answers around it."""
    dice = random.Random(wave)
    table = {unit.unit_id: [[0] * (TOP + 2) for _ in ITEMS] for unit in tree.units if unit.invited}
    for unit in reversed(tree.units):
        if unit.group and unit.invited:
            level = dice.choice([2, 3, 3.5, 4, 4.2])
            for _ in range(unit.invited):
                if dice.random() < RATE:
                    for row in table[unit.unit_id]:
                        answer = min(TOP, max(1, round(dice.gauss(level, 1))))
                        row[0 if dice.random() < SKIPS else answer] += 1
        if unit.parent_id is not None and unit.invited:
            for above, row in zip(table[unit.parent_id], table[unit.unit_id], strict=True):
                above[:] = map(sum, zip(above, row, strict=True))
    return Counts(wave, ITEMS, {unit: tuple(map(tuple, rows)) for unit, rows in table.items()})


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit")
    parser.add_argument("--units", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--waves", type=int, default=4)
    asked = parser.parse_args(arguments)
    tell = sys.stdout.write
    tell("| units | waves before | protect, s | audit, s | findings |\n|---|---|---|---|---|\n")
    for units in asked.units:
        one = measure(form_groups(generated(units).units, 8, None, POLICY.k), asked.waves)
        tell(
            f"| {one.units} | {one.waves} | {one.protect:.2f} | {one.audit:.2f} "
            f"| {len(one.findings)} |\n"
        )


if __name__ == "__main__":
    main()
