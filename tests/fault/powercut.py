"""The power fails under load, again and again: `python -m tests.fault.powercut`.

A server writes to a disk (see `disk.py`) that is copied after random numbers of answers. Each
copy is repaired and mounted as after a power cut; what had been acknowledged before the copy
began must be there.

Servers that do not wait for the disk must lose something, or this harness sees nothing.
"""

import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from tests.fault.crowd import Crowd, Key
from tests.fault.disk import Disk, disk, do, mounted, somewhere
from tests.fault.nursery import Nursery
from tests.fault.precinct import Precinct
from tests.fault.reading import look
from tests.fault.telling import Verdict, command, judged

APPS: Final = {
    "casting": "pulse.app:create_ballotbox",
    "issuing": "pulse.app:create_issuer",
    "casting, synchronous=NORMAL": "tests.fault.twins:normal_ballotbox",
    "casting, synchronous=OFF": "tests.fault.twins:careless_ballotbox",
    "issuing, synchronous=OFF": "tests.fault.twins:careless_issuer",
}
TWINS: Final = tuple(what for what in APPS if "synchronous" in what)
PEOPLE: Final = 3_000
CUTS: Final = 4  # on one home
WITHIN: Final = 60.0  # seconds for an answer


class Cut(msgspec.Struct, frozen=True):
    """One copy, and what had been acknowledged when it was begun."""

    image: Path
    acknowledged: Mapping[Key, bytes]


def run(what: str, times: int, seed: int, precinct: Precinct, folder: Path) -> Verdict:
    """Cut the power `times` times under load and judge what is left.

    Args:
        what: a name of `APPS`.
        times: how many cuts.
        seed: decides moments and orders (the operating system decides the rest).
        precinct: what is served and sent.
        folder: where copies are kept and mounted.
    """
    chance, verdict = random.Random(seed), Verdict(f"power cut, {what}", seed)
    with disk() as served, Nursery(APPS[what], served.folder / "home") as nursery:
        while verdict.rounds < times:
            precinct.place(served.folder / "home")
            do("sync", "-f", served.folder)  # what opening leaves is on the disk
            at_most = min(CUTS, times - verdict.rounds)
            with Crowd(nursery.port, precinct.asked(what), chance, parts=at_most + 1) as crowd:
                nursery.start()
                made = list(cuts(served, crowd, at_most, chance, folder))
            nursery.kill()
            verdict.heard(crowd)
            for cut in made:
                with mounted(cut.image, folder / "after") as after:
                    look(what, after / "home", precinct, cut.acknowledged, verdict)
                cut.image.unlink()
                verdict.round()
    return verdict


def cuts(
    served: Disk, crowd: Crowd, count: int, chance: random.Random, folder: Path
) -> Iterator[Cut]:
    """Cut `count` times, each while another part of the crowd is served."""
    crowd.heard(WITHIN)
    for number in range(count):
        crowd.answered(chance.randrange(crowd.part), WITHIN)
        before = dict(crowd.acknowledged)
        crowd.admit()
        yield Cut(served.cut(folder / f"{number}.img"), before)


def main() -> int:
    """Cut as the command line says, then let the twins lose."""
    given = command(__doc__, 100, ("sqlite", "postgresql"))
    if given.backend == "postgresql":
        from tests.fault.postgres_cut import judge_all

        return judge_all(given)
    with tempfile.TemporaryDirectory(dir=somewhere()) as folder:
        precinct = Precinct(Path(folder), PEOPLE)
        verdicts = {
            what: run(what, given.times, given.seed, precinct, Path(folder)) for what in APPS
        }
    return judged(verdicts, TWINS)


if __name__ == "__main__":
    sys.exit(main())
