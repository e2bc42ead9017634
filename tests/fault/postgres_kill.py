"""Kills under load where a PostgreSQL server stores: `tests.fault.sigkill --backend postgresql`.

Two serving processes of ours share the one database, each with a crowd of its own, and the
crowds have requests in common. Killed are our processes, one or both, or every process of
PostgreSQL: then ours go on running, answer 503 meanwhile, and must find back by themselves.
"""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from tests.fault.crowd import Asked, Crowd, Key, within
from tests.fault.folding import FOLDING
from tests.fault.nursery import Nursery
from tests.fault.postgres_precinct import ServerPrecinct
from tests.fault.precinct import Precinct
from tests.fault.sigkill import APPS as OURS
from tests.fault.sigkill import ON_ONE_HOME, WITHIN
from tests.fault.telling import Verdict
from tests.postgres import Cluster

THE_SERVER: Final = "PostgreSQL is killed"
APPS: Final = {what: create for what, create in OURS.items() if what != FOLDING} | {
    f"casting, {THE_SERVER}": OURS["casting"],
    f"issuing, {THE_SERVER}": OURS["issuing"],
    f"casting, synchronous_commit=off, {THE_SERVER}": "tests.fault.twins:later_ballotbox",
}
TWINS: Final = tuple(what for what in APPS if "before" in what or "off" in what)
DOWN: Final = 0.3  # seconds at most until PostgreSQL is started again
WHILE_STARTING: Final = 0.2  # of our processes
SHARED: Final = 5  # every fifth request is sent to both


def run(
    what: str, times: int, seed: int, precinct: Precinct, folder: Path, cluster: Cluster
) -> Verdict:
    """Kill `times` times under load and judge what is left.

    Args:
        what: a name of `APPS`.
        times: how many kills.
        seed: decides moments and orders (the operating system decides the rest).
        precinct: what is served and sent.
        folder: where homes are served from.
        cluster: the server that stores, and that is killed; it runs again in the end.
    """
    chance, verdict = random.Random(seed), Verdict(f"sigkill, PostgreSQL, {what}", seed)
    home, asked = folder / "served", precinct.asked(what)
    with ExitStack() as stack:
        placed = ServerPrecinct(precinct, cluster)
        nurseries = [stack.enter_context(Nursery(APPS[what], home)) for _ in range(2)]
        while verdict.rounds < times:
            placed.place(home)
            for nursery in nurseries:
                nursery.start()
            with ExitStack() as inside:
                kills = min(ON_ONE_HOME, times - verdict.rounds)
                crowds = [
                    inside.enter_context(Crowd(nursery.port, half, chance, parts=2 * kills + 1))
                    for nursery, half in zip(nurseries, _halves(asked), strict=True)
                ]
                for crowd in crowds if what.endswith(THE_SERVER) else ():
                    crowd.heard(WITHIN)  # a server of ours does not start without a database
                for _ in range(kills):
                    crowds[0].answered(chance.randrange(crowds[0].part), WITHIN)
                    if what.endswith(THE_SERVER):
                        _kill_server(cluster, crowds, chance, verdict)
                    else:
                        _kill_ours(nurseries, crowds, chance, verdict)
                    verdict.round()
                if not all(crowd.finish(WITHIN) for crowd in crowds):
                    verdict.fail("people were left without an answer")
            for nursery in nurseries:
                nursery.kill()
            if what.endswith(THE_SERVER) and any(crowd.statuses[0] for crowd in crowds):
                verdict.fail("connections to us were cut though nothing of ours was killed")
            placed.look(what, cluster, _together(crowds, verdict), verdict)
    return verdict


def _halves(asked: Sequence[Asked]) -> tuple[Sequence[Asked], Sequence[Asked]]:
    """Share requests out; rivals for one invitation go to different servers, a few to both."""
    both = asked[::SHARED]
    first = {each.key: each for each in (*asked[::2], *both)}
    second = {each.key: each for each in (*asked[1::2], *both)}
    return tuple(first.values()), tuple(second.values())


def _kill_ours(
    nurseries: Sequence[Nursery],
    crowds: Sequence[Crowd],
    chance: random.Random,
    verdict: Verdict,
) -> None:
    """Kill one or both of our processes and start them again; some are killed while they start."""
    victims = chance.sample(nurseries, chance.choice((1, 1, 2)))
    _admit(crowds)
    for nursery in victims:
        nursery.kill()
    _admit(crowds)
    for nursery in victims:
        nursery.start()
    if chance.random() > WHILE_STARTING:
        _see_both_store(crowds, verdict)


def _kill_server(
    cluster: Cluster, crowds: Sequence[Crowd], chance: random.Random, verdict: Verdict
) -> None:
    """Kill PostgreSQL and start it again; each of our processes must then store by itself."""
    port = cluster.port
    _admit(crowds)
    cluster.kill()
    _admit(crowds)
    time.sleep(chance.uniform(0, DOWN))
    cluster.start()
    assert cluster.port == port, "another server took the port"
    _see_both_store(crowds, verdict)


def _admit(crowds: Sequence[Crowd]) -> None:
    """Let a part of each crowd come: before a kill, so that it falls among them, and after it."""
    for crowd in crowds:
        crowd.admit()


def _see_both_store(crowds: Sequence[Crowd], verdict: Verdict) -> None:
    """Wait until each of our processes has stored something, unless nobody waits for it."""
    heard = [crowd.statuses[200] for crowd in crowds]
    for crowd, before in zip(crowds, heard, strict=True):
        if not within(WITHIN, partial(_stored, crowd, before)):
            verdict.fail("nothing is stored any more after a kill")


def _stored(crowd: Crowd, before: int) -> bool:
    return crowd.statuses[200] > before or crowd.idle


def _together(crowds: Sequence[Crowd], verdict: Verdict) -> dict[Key, bytes]:
    """Put together what both were answered; the same request must have had the same answer."""
    acknowledged: dict[Key, bytes] = {}
    for crowd in crowds:
        verdict.heard(crowd)
        for key, body in crowd.acknowledged.items():
            if acknowledged.setdefault(key, body) != body:
                verdict.fail("the same request was answered differently by two servers")
    return acknowledged


def run_apart(what: str, times: int, seed: int, precinct: Precinct, folder: Path) -> Verdict:
    """Do as `run` does, with a server that is made for it and thrown away."""
    cluster = Cluster.throw_away()
    try:
        return run(what, times, seed, precinct, folder, cluster)
    finally:
        cluster.remove()
