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
from pulse.terms import TOP, Tree
from tests.bench.disclosure.organisations import generated
from tests.property.worlds import (
    INSTRUMENT,
    ITEMS,
    POLICY,
    World,
    described,
    diagnosed,
    tally,
)  # fmt: skip

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
    world = _answered(tree, wave)
    counts = tally(tree, world.ballots, ITEMS, wave)
    found = diagnosed(world, POLICY, counts)
    started = time.perf_counter()
    release = protect(tree, counts, POLICY, INSTRUMENT, root_diagnostics=found)
    protecting = time.perf_counter() - started
    cast = sum(counts.table[tree.root.unit_id][0])
    about = described(wave, Tallies(tree.root.invited, cast, cast, cast, 0))
    measured = [Measured(len(tree.units), 0, protecting, 0.0, ())]

    def check(candidate: Path) -> tuple[str, ...]:
        if not judge:
            return ()
        begun = time.perf_counter()
        findings = audit_candidate(releases, candidate).findings
        measured.append(measured[0]._replace(audit=time.perf_counter() - begun, findings=findings))
        return findings

    press(releases, release, tree, about, b"{}\n", check=check)
    return measured[-1]


def _answered(tree: Tree, wave: str) -> World:
    """Draw answers: each group has a level of its own, each person answers around it."""
    dice = random.Random(wave)
    ballots = []
    for unit in tree.groups_in_order():
        level = dice.choice([2, 3, 3.5, 4, 4.2])
        for _ in range(unit.invited):
            if dice.random() < RATE:
                drawn = [min(TOP, max(1, round(dice.gauss(level, 1)))) for _ in ITEMS]
                given = tuple(0 if dice.random() < SKIPS else answer for answer in drawn)
                ballots.append((unit.unit_id, given))
    return World((), tree, tuple(ballots))


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
