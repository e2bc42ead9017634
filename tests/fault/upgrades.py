"""Upgrades that are killed at any call to the system, and then run again.

`python -m tests.fault.upgrades` counts every write, sync, rename and removal of `pulse upgrade`
on a home of the first schema, kills it before one of them after the other (or makes a sync or a
write fail), and looks: each database has its old schema or its new one, with every row, and the
next `pulse upgrade` brings it to the new one. `--times N` takes a random sample; 0 takes all, in
random order. After `--minutes M` no other point is begun.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, event

from pulse.settings import Home
from pulse.store.databases import ACCOUNTS, STATE
from tests.fault.telling import Given, Verdict, command, judged
from tests.fault.traced import ROOT, Point, disturbed, points, pulse
from tests.unit.upkeep.conftest import old_home

WORKERS: Final = 2
WORDS: Final = ("upgrade",)
Dumps = Mapping[str, str]


def dumps(folder: Path) -> Dumps:
    """Return the SQL of both databases of a home."""
    home = Home(folder)
    found = {}
    for path in (home.state / STATE, home.accounts / ACCOUNTS):
        with closing(sqlite3.connect(path)) as connection:
            found[path.name] = "\n".join(connection.iterdump())
    return found


class Cases:
    """A home of the first schema, what an upgrade makes of it, and where it can be disturbed."""

    def __init__(self, folder: Path) -> None:
        self.home = old_home(folder / "original").path
        self.before = dumps(self.home)
        undisturbed = Path(shutil.copytree(self.home, folder / "undisturbed"))
        self.points = points(undisturbed, *WORDS)
        self.after = dumps(undisturbed)
        assert self.before != self.after

    def wrong(self, point: Point) -> str:
        """Disturb an upgrade at `point`, run it again, and say what is wrong, if anything."""
        with tempfile.TemporaryDirectory() as name:
            home = Path(shutil.copytree(self.home, Path(name) / "home"))
            first = disturbed(home, point, *WORDS)
            if "Traceback" in first.stderr or (point.fate != "kill" and not first.stdout):
                return f"a raw error: {first.stdout}{first.stderr}"
            for database, found in dumps(home).items():
                if found not in {self.before[database], self.after[database]}:
                    return f"{database} is neither old nor new"
            again = subprocess.run(
                pulse(home, *WORDS), cwd=ROOT, capture_output=True, text=True, check=False
            )
            if again.returncode:
                return f"does not go on: {again.stdout}{again.stderr}"
            return "" if dumps(home) == self.after else "another result"


def run(cases: Cases, chosen: Sequence[Point], given: Given) -> Verdict:
    """Disturb an upgrade at each of the chosen points, as long as there is time."""
    verdict = Verdict(f"upgrade, disturbed, of {len(chosen)} points", given.seed)

    def once(point: Point) -> None:
        if verdict.over(given.minutes):
            return
        said = cases.wrong(point)
        verdict.round()
        verdict.statuses[200] += 1
        if said:
            verdict.fail(f"{point.call} {point.n} {point.fate}: {said}")

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(once, chosen))
    return verdict


def killed_at(number: int, url: str, *words: str) -> bool:
    """Upgrade a database in a process that kills itself before its n-th statement.

    Returns:
        Whether it came that far.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.fault.upgrades", str(number), url, *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


def die_at(number: int, url: str, which: Any, to: str, *more: str) -> int:
    """Upgrade the database at `url`, or die before its n-th statement; see `killed_at`."""
    from pulse.store.migrate import upgrade

    engine, left = create_engine(url), [number]

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_: object) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(engine, "commit")
    def commit(_: object) -> None:
        count()

    upgrade(engine, which, to=to, more=[Path(each) for each in more])
    return 0


def main() -> int:
    """Disturb as the command line says."""
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        number, url, which, to, *more = sys.argv[1:]
        return die_at(int(number), url, which, to, *more)
    given = command(__doc__, times=0, timed=True)
    with tempfile.TemporaryDirectory() as folder:
        cases = Cases(Path(folder))
        found = cases.points
        chosen = random.Random(given.seed).sample(found, min(given.times or len(found), len(found)))
        return judged([("upgrade", run(cases, chosen, given))], ())


if __name__ == "__main__":
    sys.exit(main())
