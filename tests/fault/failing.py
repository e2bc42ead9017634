"""Disks that fail under a serving process: `python -m tests.fault.failing`.

Each round takes a server through four phases while a crowd sends to it: all is well; every
sync (or write) fails; every third one fails; all is well again. At the end of each phase the
power is cut, and what had been acknowledged must be on the disk. While every sync fails
nothing may be acknowledged at all. A quarter of the crowd comes in each phase.

A sync that fails and is tried again may succeed although the data never reached the disk
("fsyncgate"): the kernel calls the pages clean. SQLite writes what was not committed anew.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.fault.crowd import Crowd, within
from tests.fault.disk import somewhere
from tests.fault.powercut import APPS, TWINS
from tests.fault.precinct import Precinct
from tests.fault.scenes import WITHIN, Cut, Scene, cut, drive, on_file
from tests.fault.telling import Verdict, command, judge_each
from tests.fault.traced import injected

TWIN: Final = "casting, synchronous=OFF"  # never asks whether a sync failed
NAMES: Final = (*(what for what in APPS if what not in TWINS), TWIN)
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
        seed: decides orders.
        precinct: what is served and sent.
        folder: where copies are kept and mounted.
        faults: what strace makes fail, one after the other.
    """

    def phases(scene: Scene, crowd: Crowd, _: object, verdict: Verdict) -> Iterator[Cut]:
        fault = faults[verdict.rounds % len(faults)]
        call, inject = trace_of(fault), f"--inject={fault}:when="
        crowd.answered(crowd.part // 2, WITHIN)
        yield cut(scene, crowd, 0)
        with injected([scene.nursery.pid], call, f"{inject}1+"):
            refuses_all(crowd, fault, verdict)
            yield cut(scene, crowd, 1)
        with injected([scene.nursery.pid], call, f"{inject}3+3"):
            crowd.admit()
            if not refused(crowd, 1):
                verdict.fail(f"nobody heard 503 though every third time {fault}")
            yield cut(scene, crowd, 2)
        stores_again(crowd, fault, verdict)
        yield cut(scene, crowd, 3)
        verdict.round()

    with on_file(what, APPS[what], precinct, folder) as scene:
        return drive(scene, phases, PHASES, times, seed, Verdict(f"failing disk, {what}", seed))


def trace_of(fault: str) -> str:
    """Return strace's option for the calls that a fault is about."""
    return f"--trace={fault.partition(':')[0]}"


def refuses_all(crowd: Crowd, fault: str, verdict: Verdict) -> None:
    """See that a part of the crowd hears 503 and that nothing is acknowledged."""
    _settle(crowd)
    before = len(crowd.acknowledged)
    crowd.admit()
    if not refused(crowd, crowd.part):
        verdict.fail(f"nobody heard 503 though {fault}")
    if len(crowd.acknowledged) > before:
        verdict.fail(f"{len(crowd.acknowledged) - before} acknowledged though {fault}")


def stores_again(crowd: Crowd, fault: str, verdict: Verdict) -> None:
    """See that the next part is served by the same process."""
    crowd.admit()
    if not crowd.answered(crowd.part // 2, WITHIN):
        verdict.fail(f"nothing is stored any more after {fault} has passed")


def refused(crowd: Crowd, count: int) -> bool:
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
    given = command(__doc__, 40, ("sqlite", "postgresql"))
    with tempfile.TemporaryDirectory(dir=somewhere()) as folder:
        precinct = Precinct(Path(folder), PEOPLE)
        if given.backend == "postgresql":
            from tests.fault import postgres_failing

            return judge_each(
                given, postgres_failing.APPS, postgres_failing.TWINS,
                lambda what, times: postgres_failing.run(what, times, given.seed, precinct),
            )  # fmt: skip
        return judge_each(
            given, NAMES, (TWIN,),
            lambda what, times: run(what, times, given.seed, precinct, Path(folder)),
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
