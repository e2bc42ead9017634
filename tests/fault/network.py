"""A network that fails between ours and a PostgreSQL server: `python -m tests.fault.network`.

Our process speaks to the server through a wire (see `wire.py`) that is cut, falls silent or
loses an answer at a commit, one kind after the other, while a crowd sends. Ours runs on: nobody
is told of a ballot that the server does not have, nobody is cut off, and when the network is
well again everybody is served.
"""

import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.fault.crowd import Crowd, within
from tests.fault.nursery import Nursery
from tests.fault.postgres_precinct import ServerPrecinct
from tests.fault.precinct import Precinct
from tests.fault.scenes import WITHIN
from tests.fault.telling import Verdict, command, judge_each
from tests.fault.wire import HARMLESS, KINDS, Wire
from tests.postgres import Cluster

APPS: Final = {
    "casting": "pulse.app:create_ballotbox",
    "issuing": "pulse.app:create_issuer",
    "casting, a lost commit taken for done": "tests.fault.twins:trusting_ballotbox",
}
TWINS: Final = tuple(what for what in APPS if "taken" in what)
PEOPLE: Final = 3_000


def run(
    what: str, times: int, seed: int, precinct: Precinct, folder: Path, cluster: Cluster
) -> Verdict:
    """Let the network fail `times` times at a commit and judge what is on the server.

    Args:
        what: a name of `APPS`.
        times: how many failures; every so many as there are `KINDS` use one home.
        seed: decides moments and orders.
        precinct: what is served and sent.
        folder: where the home is served from.
        cluster: the server.
    """
    chance, verdict = random.Random(seed), Verdict(f"network, {what}", seed)
    placed, home, asked = ServerPrecinct(precinct, cluster), folder / "wired", precinct.asked(what)
    with Wire(cluster.port) as wire, Nursery(APPS[what], home) as nursery:
        while verdict.rounds < times:
            placed.place(home, wire.port)
            kinds = KINDS[: times - verdict.rounds]
            with Crowd(nursery.port, asked, chance, parts=2 * len(kinds) + 1) as crowd:
                nursery.start()
                crowd.heard(WITHIN)
                for kind in chance.sample(kinds, len(kinds)):
                    crowd.answered(chance.randrange(crowd.part), WITHIN)
                    _fail(wire, kind, crowd, verdict)
                if not crowd.finish(WITHIN):
                    verdict.fail("people were left without an answer")
            nursery.kill()
            verdict.heard(crowd)
            if crowd.statuses[0]:
                verdict.fail("connections to us were cut though only the server's were")
            placed.look(what, cluster, crowd.acknowledged, verdict)
    return verdict


def _fail(wire: Wire, kind: str, crowd: Crowd, verdict: Verdict) -> None:
    """Let the wire fail once, see that this is told, and that all goes on by itself."""
    met, refused = len(wire.met), crowd.statuses[503]
    wire.fail(kind)
    crowd.admit()
    if not within(WITHIN, lambda: len(wire.met) > met):
        verdict.fail(f"no commit came by for {kind}")
    if kind not in HARMLESS:
        within(WITHIN, lambda: crowd.statuses[503] > refused or crowd.idle)
        if crowd.statuses[503] == refused:
            verdict.fail(f"nobody heard 503 though a commit was lost ({kind})")
    stored = crowd.statuses[200]
    crowd.admit()
    if not within(WITHIN, lambda: crowd.statuses[200] > stored):
        verdict.fail(f"nothing is stored any more after {kind}")
    verdict.round()


def run_apart(what: str, times: int, seed: int, precinct: Precinct, folder: Path) -> Verdict:
    """Do as `run` does, with a server that is made for it and thrown away."""
    cluster = Cluster.throw_away()
    try:
        return run(what, times, seed, precinct, folder, cluster)
    finally:
        cluster.remove()


def main() -> int:
    """Fail as the command line says."""
    given = command(__doc__, 140)
    with tempfile.TemporaryDirectory() as folder:
        precinct = Precinct(Path(folder), PEOPLE)
        return judge_each(
            given, APPS, TWINS,
            lambda what, times: run_apart(what, times, given.seed, precinct, Path(folder)),
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
