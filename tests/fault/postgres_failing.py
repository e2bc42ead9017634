"""Disks that fail under a PostgreSQL server: `tests.fault.failing --backend postgresql`.

Syncs or writes of the server's own processes fail. In the first phase that happens only to
those that run already: whoever hears of it panics, the server throws all its processes away,
starts others and recovers by itself. In the second it happens to every process, those that
recover too: the server gives up (or waits for its own processes without an end, as PostgreSQL 18
does) and is started again when the disk is well. Ours runs on through all of it.
"""

from collections.abc import Iterator
from typing import Final

from tests.fault.crowd import Crowd
from tests.fault.failing import refused, refuses_all, stores_again, trace_of
from tests.fault.postgres_scene import ServerScene, on_server
from tests.fault.precinct import Precinct
from tests.fault.scenes import Cut, Scene, cut, drive
from tests.fault.telling import Verdict
from tests.fault.traced import injected

APPS: Final = {
    "casting": "pulse.app:create_ballotbox",
    "issuing": "pulse.app:create_issuer",
    "casting, fsync=off": "pulse.app:create_ballotbox",  # never hears of a failed sync
}
TWINS: Final = ("casting, fsync=off",)
FAULTS: Final = ("fsync,fdatasync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC")
PHASES: Final = 4


def run(
    what: str, times: int, seed: int, precinct: Precinct, faults: tuple[str, ...] = FAULTS
) -> Verdict:
    """Let the disk of a server fail `times` times and judge what is left.

    Args:
        what: a name of `APPS`.
        times: how many rounds.
        seed: decides orders.
        precinct: what is served and sent.
        faults: what strace makes fail, one after the other.
    """
    verdict = Verdict(f"failing disk, PostgreSQL, {what}", seed)
    with on_server(what, APPS[what], precinct) as scene:

        def phases(_: Scene, crowd: Crowd, __: object, verdict: Verdict) -> Iterator[Cut]:
            yield from _phases(scene, crowd, faults[verdict.rounds % len(faults)], verdict)

        return drive(scene, phases, PHASES, times, seed, verdict)


def _phases(scene: ServerScene, crowd: Crowd, fault: str, verdict: Verdict) -> Iterator[Cut]:
    cluster, options = scene.cluster, (trace_of(fault), f"--inject={fault}:when=1+")
    with injected(cluster.processes[1:], *options):
        crowd.admit()
        if not refused(crowd, 1):
            verdict.fail(f"nobody heard 503 though {fault}, once")
    stores_again(crowd, f"{fault}, once,", verdict)
    yield cut(scene, crowd, 0)
    with injected(cluster.processes, *options):
        refuses_all(crowd, fault, verdict)
    if cluster.processes:
        cluster.kill()
    cluster.start()
    stores_again(crowd, fault, verdict)
    yield cut(scene, crowd, 1)
    verdict.round()
