"""`python -m tests.fault.simulation --seeds 200 --first 1`: live seeds, stop at what fails."""

import argparse
import sys
import time
from collections import Counter

from tests.fault.simulation.living import Failure, live, quiet, shrunk
from tests.postgres import Cluster


def main() -> int:
    """Live the seeds that the command line names; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fault.simulation")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--weeks", type=int, help="instead of what the seed says")
    parser.add_argument("--until", type=int, help="stop after the event of this number")
    parser.add_argument("--without", type=int, nargs="*", default=[], help="events to leave out")
    parser.add_argument("--verbose", action="store_true", help="print every event")
    parser.add_argument("--shrink", action="store_true", help="leave out events while it fails")
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    cluster = Cluster.throw_away() if given.backend == "postgresql" else None
    try:
        return _live(given, cluster)
    finally:
        if cluster is not None:
            cluster.remove()


def _live(given: argparse.Namespace, cluster: Cluster | None) -> int:
    total, failed, begun = Counter[str](), 0, time.monotonic()
    say = _print if given.verbose else quiet
    for seed in range(given.first, given.first + given.seeds):
        try:
            total += live(
                seed, weeks=given.weeks, until=given.until, without=given.without, say=say,
                cluster=cluster,
            )  # fmt: skip
        except Failure as failure:
            failed += 1
            _print(f"FAILED {failure}")
            if given.shrink:
                left_out = " ".join(map(str, shrunk(failure, weeks=given.weeks)))
                _print(f"  --first {seed} --until {failure.event.number} --without {left_out}")
    for name, count in sorted(total.items()):
        _print(f"{count:8} {name}")
    _print(f"{given.seeds} seeds, {failed} failed, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
