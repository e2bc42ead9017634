"""Change a room's code in many places, one at a time, and count how often its tests notice.

    python -m tests.mutants token issuer ballotbox closing --sample 200 --seed 1 --jobs 2

Each change is made in a copy of the project and judged by the room's own tests (`judging.py`); a
test run that takes five times as long as an unchanged one counts as noticed. Survivors are printed.
"""

import argparse
import difflib
import math
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.mutants.judging import JUDGES, TOP, judges
from tests.mutants.making import Mutant, mutants, mutated, sample

PARTS: Final = ("pulse", "dashboards", "surveys", "tests", "pyproject.toml", "README.md", "deploy")
SLACK: Final = 5.0
LEAST: Final = 30.0  # seconds


def main() -> int:
    """Judge the rooms; 0 when each kills nine tenths of its sample."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("rooms", nargs="+", choices=sorted(JUDGES))
    asked.add_argument("--sample", type=int, default=200, help="mutants of a room")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = asked.parse_args()
    return max(judge(room, options.sample, options.seed, options.jobs) for room in options.rooms)


def judge(room: str, size: int, seed: int, jobs: int) -> int:
    """Print what a room's tests notice; 0 when it is nine tenths or more."""
    with tempfile.TemporaryDirectory(prefix="pulse-mutants-") as folder:
        # Files may be edited while this runs: everything is taken from one copy.
        origin = _copy(Path(folder) / "origin")
        chosen = sample(mutants(sorted((origin / "pulse" / room).glob("*.py"))), size, seed)
        begun = time.monotonic()
        if not _passes(origin, judges(room), None):
            sys.stdout.write(f"{room}: its tests fail without any change.\n")
            return 1
        limit = max(LEAST, SLACK * jobs * (time.monotonic() - begun))
        copies: queue.Queue[Path] = queue.Queue()
        for number in range(jobs):
            # With the bytecode of all that is not changed, which the run above has written.
            copies.put(Path(shutil.copytree(origin, Path(folder) / str(number))))

        def survives(mutant: Mutant) -> Mutant | None:
            copy = copies.get()
            try:
                return mutant if _survives(origin, copy, room, mutant, limit) else None
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(jobs) as threads:
            left = [each for each in threads.map(survives, chosen) if each is not None]
        for mutant in left:
            sys.stdout.write(_difference(origin, mutant))
    killed = len(chosen) - len(left)
    low, high = _wilson(killed, len(chosen))
    share = f"{killed} of {len(chosen)} noticed ({low:.0%} to {high:.0%} of all, 95 %)"
    sys.stdout.write(f"{room}: {share}, seed {seed}, {time.monotonic() - begun:.0f} s\n")
    sys.stdout.flush()
    return 0 if killed >= 0.9 * len(chosen) else 1


def _copy(place: Path) -> Path:
    place.mkdir()
    for part in PARTS:
        source = TOP / part
        if source.is_dir():
            shutil.copytree(source, place / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place / part)
    return place


def _survives(origin: Path, copy: Path, room: str, mutant: Mutant, limit: float) -> bool:
    place = copy / mutant.path.relative_to(origin)
    place.write_text(mutated(mutant), encoding="utf-8")
    try:
        return _passes(copy, judges(room, mutant.path.stem), limit)
    finally:
        shutil.copy2(mutant.path, place)  # with its time, which its bytecode names


def _passes(copy: Path, judges: Sequence[str], limit: float | None) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *judges]
    # A folder of its own: tests of other runs, which tidy the shared one, would fail ours.
    command.append(f"--basetemp={copy}-tests")
    # None of a change: another one within the same second would not renew it.
    environment = os.environ | ({} if limit is None else {"PYTHONDONTWRITEBYTECODE": "1"})
    process = subprocess.Popen(
        command, cwd=copy, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        process_group=0,
    )  # fmt: skip
    try:
        return process.wait(limit) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()


def _difference(origin: Path, mutant: Mutant) -> str:
    name = str(mutant.path.relative_to(origin))
    before = mutant.path.read_text(encoding="utf-8").splitlines()
    lines = difflib.unified_diff(before, mutated(mutant).splitlines(), name, name, n=0, lineterm="")
    return "".join(f"  {line}\n" for line in lines if not line.startswith(("---", "+++ ")))


def _wilson(hits: int, size: int, z: float = 1.96) -> Sequence[float]:
    """Return the Wilson score interval of a proportion (Wilson, 1927)."""
    share, square = hits / size, z * z / size
    middle = share + square / 2
    half = z * math.sqrt(share * (1 - share) / size + square / (4 * size))
    return (middle - half) / (1 + square), (middle + half) / (1 + square)


if __name__ == "__main__":
    sys.exit(main())
