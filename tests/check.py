"""The one command before a commit: `python -m tests.check`, under a minute on two cores."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

TOP: Final = Path(__file__).parents[1]
PYTHON: Final = sys.executable
BIN: Final = Path(PYTHON).parent
# Tests are compiled once and kept, whatever is set here: compiling them takes as long as importing.
AROUND: Final = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


class Step(NamedTuple):
    """One thing that is checked, and the command that checks it."""

    name: str
    command: tuple[str, ...]


READ: Final = (
    Step("format", (PYTHON, "-m", "ruff", "format", "--check", "--quiet", ".")),
    Step("lint", (PYTHON, "-m", "ruff", "check", "--quiet", ".")),
    Step("contracts", (str(BIN / "lint-imports"), "--no-logo")),
    Step("types", (PYTHON, "-m", "mypy")),
)
RUN: Final = (
    Step(
        "tests",
        (
            PYTHON,
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "--dist",
            "worksteal",  # neighbours stay together and share what they make once
            "-m",
            "not slow",
            "tests/unit",
            "tests/property",
            "tests/conformance",
        ),
    ),
)


def run(steps: Sequence[Step]) -> bool:
    """Run `steps` one after the other, print what failed, tell whether all passed."""
    passed = True
    for step in steps:
        begun = time.monotonic()
        done = subprocess.run(
            step.command, cwd=TOP, env=AROUND, capture_output=True, text=True, check=False
        )
        word = "ok" if done.returncode == 0 else "FAILED"
        said = "" if done.returncode == 0 else f"\n{done.stdout}{done.stderr}"
        if step.name == "tests" and done.returncode == 0:
            said = f"\n{done.stdout.strip().splitlines()[-1]}"
        sys.stdout.write(f"{step.name}: {word} ({time.monotonic() - begun:.0f} s){said}\n")
        sys.stdout.flush()
        passed = passed and done.returncode == 0
    return passed


def main() -> int:
    """Read the code beside running it; 0 when everything passed."""
    with ThreadPoolExecutor(2) as lanes:
        return 0 if all(list(lanes.map(run, (READ, RUN)))) else 1


if __name__ == "__main__":
    sys.exit(main())
