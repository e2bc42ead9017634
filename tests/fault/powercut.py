"""The power fails under load, again and again: `python -m tests.fault.powercut`.

A server writes to a disk (see `disk.py`) that is copied after random numbers of answers. Each
copy is repaired and mounted as after a power cut; what had been acknowledged before the copy
began must be there. Servers that do not wait for the disk must lose something, or this harness
sees nothing.

A server that folds its log all the time syncs so often that whoever forgets to sync a commit is
hardly seen there: hence the server that folds as it always does is tried too.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.fault.crowd import Crowd
from tests.fault.disk import somewhere
from tests.fault.folding import FOLDING
from tests.fault.precinct import Precinct
from tests.fault.scenes import WITHIN, Cut, Scene, cut, drive, on_file
from tests.fault.telling import Verdict, command, judge_each

APPS: Final = {
    "casting": "pulse.app:create_ballotbox",
    FOLDING: "tests.fault.folding:ballotbox",
    "issuing": "pulse.app:create_issuer",
    "casting, synchronous=NORMAL": "tests.fault.twins:normal_ballotbox",
    "casting, synchronous=OFF": "tests.fault.twins:careless_ballotbox",
    "casting, folded without a sync": "tests.fault.twins:forgetful_ballotbox",
    "issuing, synchronous=OFF": "tests.fault.twins:careless_issuer",
}
TWINS: Final = tuple(what for what in APPS if "sync" in what)
PEOPLE: Final = 3_000
CUTS: Final = 4  # on one home


def run(what: str, times: int, seed: int, precinct: Precinct, folder: Path) -> Verdict:
    """Cut the power `times` times under load and judge what is left.

    Args:
        what: a name of `APPS`.
        times: how many cuts.
        seed: decides moments and orders (the operating system decides the rest).
        precinct: what is served and sent.
        folder: where copies are kept and mounted.
    """
    with on_file(what, APPS[what], precinct, folder) as scene:
        return cut_often(scene, times, seed, Verdict(f"power cut, {what}", seed))


def cut_often(scene: Scene, times: int, seed: int, verdict: Verdict) -> Verdict:
    """Cut the power of a scene `times` times, a few times on each home."""

    def cuts(scene: Scene, crowd: Crowd, chance: random.Random, verdict: Verdict) -> Iterator[Cut]:
        for number in range(min(CUTS, times - verdict.rounds)):
            crowd.answered(chance.randrange(crowd.part), WITHIN)
            crowd.admit()
            yield cut(scene, crowd, number)
            verdict.round()

    return drive(scene, cuts, CUTS + 1, times, seed, verdict)


def main() -> int:
    """Cut as the command line says, then let the twins lose."""
    given = command(__doc__, 100, ("sqlite", "postgresql"))
    with tempfile.TemporaryDirectory(dir=somewhere()) as folder:
        precinct = Precinct(Path(folder), PEOPLE)
        if given.backend == "postgresql":
            from tests.fault import postgres_cut

            return judge_each(
                given, postgres_cut.APPS, postgres_cut.TWINS,
                lambda what, times: postgres_cut.run(what, times, given.seed, precinct),
            )  # fmt: skip
        return judge_each(
            given, APPS, TWINS,
            lambda what, times: run(what, times, given.seed, precinct, Path(folder)),
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
