"""`python -m tests.fault.weeks --people 2000 --waves 12 --seed 1`: weeks that run by themselves."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fault.weeks.living import Life, words
from tests.fault.weeks.mails import Wrong
from tests.fault.weeks.twins import TWINS
from tests.postgres import Cluster


def main() -> int:
    """Live so many weeks; 1 when something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.fault.weeks")
    parser.add_argument("--people", type=int, default=200, help="on the roster")
    parser.add_argument("--waves", type=int, default=12, help="to live until so many are released")
    parser.add_argument("--seed", type=int, default=1, help="of everything that chance decides")
    parser.add_argument(
        "--database", default="", help="postgresql+psycopg://… of an empty database"
    )
    parser.add_argument("--postgres", action="store_true", help="on a server of its own")
    parser.add_argument("--twin", choices=sorted(TWINS), default="", help="tick with a broken one")
    given = parser.parse_args()
    cluster = Cluster.throw_away() if given.postgres else None
    address = given.database
    if cluster is not None:
        address = cluster.new_database().render_as_string(hide_password=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _live(Path(folder), given, {"PULSE_DATABASE_URL": address} if address else {})
    finally:
        if cluster is not None:
            cluster.remove()


def _live(folder: Path, given: argparse.Namespace, settings: dict[str, str]) -> int:
    began = time.monotonic()
    life = Life(folder, given.people, given.seed, twin=given.twin, say=_say, **settings)
    try:
        tally = life.live(given.waves)
    except Wrong as wrong:
        _say(f"FAILED at {life.now:%Y-%m-%d %H:%M} UTC: {wrong}")
        return 1
    _say(words(tally))
    _say(f"all as it must be, seed {given.seed}, {time.monotonic() - began:.0f} s")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
