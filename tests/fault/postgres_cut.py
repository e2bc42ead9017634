"""The power fails under a PostgreSQL server: `tests.fault.powercut --backend postgresql`.

The server's data lie on the disk that is cut; our process and its home lie elsewhere, since
they store nothing. A second server recovers what each copy holds, and is asked for what had been
acknowledged before the copy began.
"""

import random
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.fault.crowd import Crowd
from tests.fault.disk import disk, do, mounted, somewhere
from tests.fault.nursery import Nursery
from tests.fault.postgres_precinct import ServerPrecinct
from tests.fault.powercut import CUTS, PEOPLE, Cut, cuts
from tests.fault.precinct import Precinct
from tests.fault.telling import Given, Verdict, judged
from tests.postgres import Cluster

APPS: Final = {
    "casting": "pulse.app:create_ballotbox",
    "issuing": "pulse.app:create_issuer",
    "casting, synchronous_commit=off": "tests.fault.twins:later_ballotbox",
    "casting, fsync=off": "pulse.app:create_ballotbox",
    "issuing, fsync=off": "pulse.app:create_issuer",
}
TWINS: Final = tuple(what for what in APPS if "off" in what)
DISK: Final = "192M"
# Checkpoints and new files of the log under load, not only afterwards.
SMALL: Final = {"max_wal_size": "32MB", "min_wal_size": "32MB", "checkpoint_timeout": "30s"}


def run(what: str, times: int, seed: int, precinct: Precinct) -> Verdict:
    """Cut the power `times` times under load and judge what is left.

    Args:
        what: a name of `APPS`.
        times: how many cuts.
        seed: decides moments and orders (the operating system decides the rest).
        precinct: what is served and sent.
    """
    chance, verdict = random.Random(seed), Verdict(f"power cut, PostgreSQL, {what}", seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=somewhere())))
        served = stack.enter_context(disk(size=DISK))
        cluster = Cluster(folder, data=served.folder / "data", **SMALL)
        stack.callback(cluster.stop)
        cluster.start()
        placed = ServerPrecinct(precinct, cluster)
        nursery = stack.enter_context(Nursery(APPS[what], folder / "home"))
        if "fsync=off" in what:
            cluster.execute("ALTER SYSTEM SET fsync = off")
            cluster.execute("SELECT pg_reload_conf()")
        while verdict.rounds < times:
            placed.place(folder / "home")
            do("sync", "-f", served.folder)  # what opening leaves is on the disk
            at_most = min(CUTS, times - verdict.rounds)
            with Crowd(nursery.port, precinct.asked(what), chance, parts=at_most + 1) as crowd:
                nursery.start()
                made = list(cuts(served, crowd, at_most, chance, folder))
            nursery.kill()
            verdict.heard(crowd)
            for cut in made:
                _judge(what, cut, cluster, placed, verdict)
                verdict.round()
    return verdict


def _judge(what: str, cut: Cut, cluster: Cluster, placed: ServerPrecinct, verdict: Verdict) -> None:
    """Start a server on what a cut left and look for everything that was acknowledged."""
    with mounted(cut.image, cluster.folder / "after") as after:
        (after / "data" / "postmaster.pid").unlink()  # of a machine that is no more
        copied = Cluster(cluster.folder, data=after / "data", password=cluster.password, **SMALL)
        try:
            copied.start()
            placed.look(what, copied, cut.acknowledged, verdict)
        except pytest.fail.Exception:
            verdict.fail("no server starts on what is left")
            verdict.kept += len(cut.acknowledged)
            verdict.lost += len(cut.acknowledged)
        finally:
            copied.stop()
    cut.image.unlink()


def judge_all(given: Given) -> int:
    """Cut as the command line says, then let the twins lose, each a fifth as often."""
    with tempfile.TemporaryDirectory(dir=somewhere()) as folder:
        precinct = Precinct(Path(folder), PEOPLE)
        verdicts = {}
        for what in APPS:
            times = given.times // 5 + 1 if what in TWINS else given.times
            verdicts[what] = run(what, times, given.seed, precinct)
    return judged(verdicts, TWINS)
