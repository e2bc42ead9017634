"""Measure which lines and branches of a room its tests reach, and fail below all of them.

    python -m tests.mutants.coverage token issuer ballotbox disclosure closing

Only the room's own tests count (the table in `judging.py`), with the processes that they start.
Prints per file what is missing: a line by its number, a branch as `from->to`. Whether the tests
pass is for `tests.check` to say: those that ask what a process has loaded see the measuring too.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from coverage import Coverage

from tests.mutants.judging import JUDGES, TOP, judges

# Absolute, since some tests start processes elsewhere.
CONFIGURATION: Final = """\
[run]
branch = true
parallel = true
patch = subprocess
source = {room}
data_file = {data}
"""


def main() -> int:
    """Measure the rooms; 0 when every branch of each is reached."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants.coverage", description=__doc__)
    asked.add_argument("rooms", nargs="+", choices=sorted(JUDGES))
    return max(measure(room) for room in asked.parse_args().rooms)


def measure(room: str) -> int:
    """Print what a room's tests leave out; 0 when that is nothing."""
    with tempfile.TemporaryDirectory(prefix="pulse-coverage-") as folder:
        settings = Path(folder) / "settings"
        settings.write_text(
            CONFIGURATION.format(room=TOP / "pulse" / room, data=Path(folder) / "data")
        )
        command = [
            sys.executable, "-m", "coverage", "run", f"--rcfile={settings}",
            "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={folder}/tests",
            *judges(room),
        ]  # fmt: skip
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, cwd=TOP, env=environment, check=False)
        found = Coverage(data_file=f"{folder}/data", config_file=str(TOP / "pyproject.toml"))
        found.combine([folder])
        reached = found.report(show_missing=True, skip_covered=False, precision=1)
    # Never rounded up to all of them.
    sys.stdout.write(f"{room}: {math.floor(reached * 10) / 10} % of lines and branches\n")
    sys.stdout.flush()
    return 0 if reached == 100 else 1


if __name__ == "__main__":
    sys.exit(main())
