"""Commands and servers whose n-th call to the system fails or kills them.

`python -m tests.fault.syscalls` counts every write, sync, rename and removal of `pulse wave
close` and `pulse wave open`, disturbs one of them after the other (kill before it; EIO from a
sync; a full disk at a write), and runs the command again: it must end as if nothing had been.
`--times N` takes a random sample of N points a command; 0 takes all, in random order. After
`--minutes M` for each command no other point is begun.
"""

import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from pulse import wave as waves
from pulse.issuer import keyfile
from pulse.token.encoding import b64u
from pulse.token.keys import SigningKey
from tests.fault.telling import Given, Verdict, command, judged
from tests.fault.traced import ROOT, Point, disturbed, points, pulse
from tests.unit.opening.house import House
from tests.week import Secrets, Week, answered

WORKERS: Final = 2
OPEN: Final = "This week is open already"  # what a command killed after its last step finds
Check = Callable[[Path], str]


def run(
    original: Path,
    words: tuple[str, ...],
    chosen: Sequence[Point],
    given: Given,
    check: Check,
) -> Verdict:
    """Disturb a command at each point, run it again, and judge what came of it.

    Args:
        original: the home that each run starts from a copy of.
        words: the command.
        chosen: where to disturb it.
        given: the seed that chose them, and how long there is for it.
        check: takes the home and says what is wrong, if anything.
    """
    verdict = Verdict(f"{' '.join(words)}, disturbed, of {len(chosen)} points", given.seed)

    def once(point: Point) -> None:
        if verdict.over(given.minutes):
            return
        with tempfile.TemporaryDirectory() as folder:
            home = Path(shutil.copytree(original, Path(folder) / "home"))
            said = _disturb(home, words, point, check)
        verdict.round()
        if said:
            verdict.fail(f"{point.call} {point.n} {point.fate}: {said}")

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(once, chosen))
    return verdict


def _disturb(home: Path, words: tuple[str, ...], point: Point, check: Check) -> str:
    first = disturbed(home, point, *words)
    if point.fate != "kill" and ("Traceback" in first.stderr or not first.stdout):
        return f"a raw error: {first.stdout}{first.stderr}"
    last = first
    if first.returncode:
        last = subprocess.run(
            pulse(home, *words), cwd=ROOT, capture_output=True, text=True, check=False
        )
    if last.returncode and not (OPEN in last.stdout and OPEN not in first.stdout):
        return f"does not go on: {last.stdout}{last.stderr} after {first.stdout}"
    return check(home)


def released(untouched: dict[str, bytes], known: Secrets, home: Path) -> str:
    """Say what is wrong with a week that must be released, once, with nothing left over."""
    week = Week(home)
    state = week.state
    week.engine.dispose()
    if state != "released":
        return state
    if week.released() != untouched:
        return "another release"
    left = known.found_in(week.files()) | {("", n) for n in week.files() if ".candidate" in n}
    return f"left over: {sorted(left)[:3]}" if left else ""


def opened(home: Path) -> str:
    """Say what is wrong with a week that must be open, with every key and invitation in place."""
    week = Week(home)
    every = waves.every(week.engine)
    week.engine.dispose()
    if [(row.state, row.invited) for row in every] != [("open", 20)]:
        return f"{every}"
    (row,) = every
    week = Week(home, row.wave)
    listed = msgspec.json.decode(week.places.groups.read_bytes())
    signing = keyfile.read(week.places.signing_keys)
    spkis = {g: b64u(SigningKey.from_der(der).spki) for g, der in signing.items()}
    if {each["g"]: each["spki"] for each in listed} != spkis:
        return "the signing keys are not those of the published list"
    current = msgspec.json.decode(week.places.current.read_bytes())
    if current != {"wave": row.wave, "keys": row.keys}:
        return f"published: {current}"
    gates = [_ask(p, "select open from gate") for p in (week.home.issuer, week.home.ballotbox)
             for p in [p / f"{row.wave}.db"]]  # fmt: skip
    count = _ask(week.home.issuer / f"{row.wave}.db", "select count(*) from invitation")
    if gates != [1, 1] or count != row.invited:
        return f"gates {gates}, {count} invitations"
    return ""


def _ask(path: Path, query: str) -> Any:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchone()[0]


def closing_week(folder: Path) -> tuple[Path, list[Point], Check]:
    """Return an answered week, every point of its close, and what must come of it."""
    week, known = answered(folder / "original")
    week.engine.dispose()
    undisturbed = week.copy(folder / "undisturbed")
    undisturbed.engine.dispose()
    found = points(undisturbed.home.path, "wave", "close")
    untouched = undisturbed.released()
    return week.home.path, found, partial(released, untouched, known)


def opening_week(folder: Path) -> tuple[Path, list[Point], Check]:
    """Return a home with a roster, every point of an opening, and what must come of it."""
    home = House.make(folder / "roster").home.path
    copy = Path(shutil.copytree(home, folder / "undisturbed opening"))
    return home, points(copy, "wave", "open"), opened


def main() -> int:
    """Disturb as the command line says."""
    given = command(__doc__, times=0, timed=True)
    chance, verdicts = random.Random(given.seed), {}
    with tempfile.TemporaryDirectory() as folder:
        for make, words in ((closing_week, ("wave", "close")), (opening_week, ("wave", "open"))):
            original, found, check = make(Path(folder))
            chosen = chance.sample(found, min(given.times or len(found), len(found)))
            verdicts[words[1]] = run(original, words, chosen, given, check)
    return judged(verdicts.items(), ())


if __name__ == "__main__":
    sys.exit(main())
