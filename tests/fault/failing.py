"""Disks that fail under a serving process: `python -m tests.fault.failing`.

Each round takes a server through four phases while a crowd sends to it: all is well; every
sync (or write) fails; every third one fails; all is well again. At the end of each phase the
power is cut, and what had been acknowledged must be on the disk. While every sync fails
nothing may be acknowledged at all. A quarter of the crowd comes in each phase.

A sync that fails and is tried again may succeed although the data never reached the disk
("fsyncgate"): the kernel calls the pages clean. SQLite writes what was not committed anew.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.fault.crowd import Crowd, within
from tests.fault.disk import Disk, disk, do, mounted, somewhere
from tests.fault.nursery import Nursery
from tests.fault.powercut import APPS, WITHIN, Cut
from tests.fault.precinct import Precinct
from tests.fault.reading import look
from tests.fault.telling import Verdict, command, judged
from tests.fault.traced import injected

TWIN: Final = "casting, synchronous=OFF"  # never asks whether a sync failed
PEOPLE: Final = 3_000
FAULTS: Final = ("fdatasync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC",
                 "pwrite64:error=EROFS")  # fmt: skip
PHASES: Final = 4
SETTLED: Final = 0.5  # seconds without an answer: whatever was under way has been answered


def run(
    what: str, times: int, seed: int, precinct: Precinct, folder: Path,
    faults: tuple[str, ...] = FAULTS,
) -> Verdict:  # fmt: skip
    """Take a server through failing syncs and writes `times` times, and judge what is left.

    Args:
        what: a name of `APPS`.
        times: how many rounds.
        seed: decides faults and orders.
        precinct: what is served and sent.
        folder: where copies are kept and mounted.
        faults: what strace makes fail.
    """
    chance, verdict = random.Random(seed), Verdict(f"failing disk, {what}", seed)
    with disk() as served, Nursery(APPS[what], served.folder / "home") as nursery:
        while verdict.rounds < times:
            fault = faults[verdict.rounds % len(faults)]
            precinct.place(served.folder / "home")
            do("sync", "-f", served.folder)
            with Crowd(nursery.port, precinct.asked(what), chance, parts=PHASES) as crowd:
                nursery.start()
                crowd.heard(WITHIN)
                cuts = list(_phases(nursery.pid, crowd, fault, served, folder, verdict))
            nursery.kill()
            verdict.heard(crowd)
            for cut in cuts:
                with mounted(cut.image, folder / "after") as after:
                    look(what, after / "home", precinct, cut.acknowledged, verdict)
                cut.image.unlink()
            verdict.round()
    return verdict


def _phases(
    pid: int, crowd: Crowd, fault: str, served: Disk, folder: Path, verdict: Verdict
) -> Iterator[Cut]:
    def cut(number: int) -> Cut:
        before = dict(crowd.acknowledged)
        return Cut(served.cut(folder / f"{number}.img"), before)

    call = f"--trace={fault.partition(':')[0]}"
    crowd.answered(crowd.part // 2, WITHIN)
    yield cut(0)
    with injected(pid, call, f"--inject={fault}:when=1+"):
        _settle(crowd)
        before = len(crowd.acknowledged)
        crowd.admit()
        if not _refused(crowd, crowd.part):
            verdict.fail(f"nobody heard 503 though {fault}")
        if len(crowd.acknowledged) > before:
            verdict.fail(f"{len(crowd.acknowledged) - before} acknowledged though {fault}")
        yield cut(1)
    with injected(pid, call, f"--inject={fault}:when=3+3"):
        crowd.admit()
        if not _refused(crowd, 1):
            verdict.fail(f"nobody heard 503 though every third time {fault}")
        yield cut(2)
    crowd.admit()
    if not crowd.answered(crowd.part // 2, WITHIN):
        verdict.fail(f"nothing is stored any more after {fault} has passed")
    yield cut(3)


def _refused(crowd: Crowd, count: int) -> bool:
    """Wait until so many more were told to come again, or nobody is left to be told."""
    enough = crowd.statuses[503] + count
    within(WITHIN, lambda: crowd.statuses[503] >= enough or crowd.idle)
    return crowd.statuses[503] >= enough


def _settle(crowd: Crowd) -> None:
    """Wait for the answers to what was stored before."""
    before = -1
    while before < len(crowd.acknowledged):
        before = len(crowd.acknowledged)
        time.sleep(SETTLED)


def main() -> int:
    """Fail as the command line says."""
    given = command(__doc__, times=40)
    with tempfile.TemporaryDirectory(dir=somewhere()) as folder:
        precinct = Precinct(Path(folder), PEOPLE)
        verdicts = {
            what: run(what, given.times, given.seed, precinct, Path(folder))
            for what in ("casting", "issuing", TWIN)
        }
    return judged(verdicts, (TWIN,))


if __name__ == "__main__":
    sys.exit(main())
