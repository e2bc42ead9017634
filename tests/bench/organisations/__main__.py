"""`python -m tests.bench.organisations`: lives many organisations, prints and keeps the figures."""

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from tests.bench.organisations.many import MUST_BE_ZERO, run

HERE: Final = Path(__file__).parent
# What is counted, and what it is a share of.
SHARES: Final = (
    ("units shown", "units"),
    ("groups shown", "groups"),
    ("respondents in an own shown group", "respondents"),
    ("respondents in a shown group, pool or unit below the root", "respondents"),
    ("respondents in anything shown", "respondents"),
    ("units that changed status", "units seen twice running"),
)


def table(found: Counter[str]) -> str:
    """Return the figures as lines of text."""
    lines = [f"{found[name]:>9,}  {name}" for name in sorted({*found, *MUST_BE_ZERO})]
    lines += ["", *(f"{found[a] / max(1, found[b]):>9.1%}  {a}, of {b}" for a, b in SHARES)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the command; 0 only if nothing that must be zero was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.organisations")
    parser.add_argument("--organisations", type=int, default=100)
    parser.add_argument("--waves", type=int, default=6)
    parser.add_argument(
        "--press-every", type=int, default=1, help="press and audit files of every n-th; 0: none"
    )
    parser.add_argument("--keep", action="store_true", help="write figures.json beside the README")
    chosen = parser.parse_args()
    begun = time.monotonic()
    found = run(chosen.organisations, chosen.waves, chosen.press_every)
    seconds = round(time.monotonic() - begun)
    sys.stdout.write(f"{table(found)}\n{seconds} s on {os.cpu_count()} cores\n")
    if chosen.keep:
        kept = {"seconds": seconds, **dict(sorted(found.items()))}
        (HERE / "figures.json").write_bytes(
            msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n"
        )
    return int(any(found[name] for name in MUST_BE_ZERO))


if __name__ == "__main__":
    sys.exit(main())
