"""Schemathesis against the staff app with all its checks, on a real server.

`python -m tests.fault.conformance --examples 1000` is the long form: with an open wave, then
without one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from pulse.app import create_app
from pulse.cli.patience import patient
from tests.booth import WAVE
from tests.fault.running import running
from tests.fault.staff_api import document
from tests.station import CLOSED, Station, ballot_body

SEED: Final = 20_260_223
# What a sound body may be answered, and what an unsound one: never more than 4xx.
CONFIG: Final = """\
[checks.positive_data_acceptance]
expected-statuses = [200, 303, 403, 404, 409, 410, 422]
[checks.negative_data_rejection]
expected-statuses = [400, 403, 404, 405, 410, 413, 415, 422]
[phases.stateful]
enabled = false
"""


def conform(app: Any, station: Station, folder: Path, examples: int) -> tuple[bool, str]:
    """Let Schemathesis look for an answer that the description does not allow.

    Args:
        app: what to serve.
        station: the wave whose real bodies serve as examples.
        folder: an empty folder for its files.
        examples: tries an address.

    Returns:
        Whether all was well, and what it told.
    """
    bodies = {
        "/me": {"v": 1, "secret": station.issue_body()["secret"]},
        "/issue": station.issue_body(),
        "/ballot": ballot_body(station.ballot()),
    }
    described = document((WAVE, CLOSED, "2031-W10"), bodies)
    (folder / "staff.json").write_text(json.dumps(described))
    (folder / "schemathesis.toml").write_text(CONFIG)
    with running(app, patient()) as (host, port):
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", "staff.json",
             "--url", f"http://{host}:{port}", "--checks", "all", "--seed", str(SEED),
             "--max-examples", str(examples), "--no-color", "--continue-on-failure",
             "--no-shrink", "--warnings", "off", "--generation-database", "none"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return done.returncode == 0, done.stdout + done.stderr


def station_in(folder: Path, *, opened: bool) -> Station:
    """Make a home with a wave that is open, or one whose wave has gone."""
    folder.mkdir()
    station = Station(folder)
    if not opened:
        station.destroy()
        (station.home.published / "current.json").unlink()
    return station


def main() -> int:
    """Run the long form; 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1000)
    examples = parser.parse_args().examples
    sound = True
    for opened in (True, False):
        with tempfile.TemporaryDirectory() as scratch:
            station = station_in(Path(scratch) / "station", opened=opened)
            well, told = conform(create_app(station.home), station, Path(scratch), examples)
        sys.stdout.write(f"{'with' if opened else 'without'} an open wave:\n{told}\n")
        sound = sound and well
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
