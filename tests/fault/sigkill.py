"""Servers that are killed under load, hundreds of times: `python -m tests.fault.sigkill`.

In each round a server of the ballot box, or of the issuer, is started over the files that the
last one left, and is killed while a crowd sends to it: after a random number of answers, or
while it still starts. When everybody has an answer the files are read without our own code.
"""

import random
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.fault.crowd import Crowd
from tests.fault.folding import FOLDING, Log
from tests.fault.nursery import Nursery
from tests.fault.precinct import Precinct
from tests.fault.reading import look, store_of
from tests.fault.telling import Verdict, command, judge_each

APPS: Final = {
    "casting": "pulse.app:create_ballotbox",
    FOLDING: "tests.fault.folding:ballotbox",
    "issuing": "pulse.app:create_issuer",
    "casting, answered before it is stored": "tests.fault.twins:hasty_ballotbox",
}
TWINS: Final = ("casting, answered before it is stored",)
WHILE_STARTING: Final = 0.3  # so many are killed within the seconds that starting may take
STARTING: Final = 0.2
ON_ONE_HOME: Final = 25
PEOPLE: Final = 3_000
WITHIN: Final = 60.0  # seconds in which nobody is answered


def run(what: str, times: int, seed: int, precinct: Precinct, folder: Path) -> Verdict:
    """Kill the server `times` times under load and judge what is left.

    Args:
        what: a name of `APPS`.
        times: how many kills.
        seed: decides moments and orders (the operating system decides the rest).
        precinct: what is served and sent.
        folder: where homes are served from.
    """
    chance, verdict = random.Random(seed), Verdict(f"sigkill, {what}", seed)
    home = folder / "served"
    with Nursery(APPS[what], home) as nursery:
        while verdict.rounds < times:
            precinct.place(home)
            log = Log(store_of(what, home))
            kills = min(ON_ONE_HOME, times - verdict.rounds)
            with Crowd(nursery.port, precinct.asked(what), chance, parts=kills + 1) as crowd:
                for _ in range(kills):
                    nursery.start()
                    if chance.random() < WHILE_STARTING:
                        time.sleep(chance.uniform(0, STARTING))
                    else:
                        crowd.answered(chance.randrange(crowd.part), WITHIN)
                    crowd.admit()
                    folding = log.folding()
                    nursery.kill()
                    verdict.folding += folding and log.unfinished()
                    log.begun_anew()
                    verdict.round()
                nursery.start()
                if not crowd.finish(WITHIN):
                    verdict.fail("people were left without an answer")
            verdict.begun_anew += log.begun_anew()
            nursery.kill()
            verdict.heard(crowd)
            look(what, home, precinct, crowd.acknowledged, verdict)
    return verdict


def main() -> int:
    """Kill as the command line says."""
    given = command(__doc__, 500, ("sqlite", "postgresql"))
    with tempfile.TemporaryDirectory() as folder:
        precinct = Precinct(Path(folder), PEOPLE)
        if given.backend == "postgresql":
            from tests.fault import postgres_kill

            return judge_each(
                given, postgres_kill.APPS, postgres_kill.TWINS,
                lambda what, times: postgres_kill.run_apart(
                    what, times, given.seed, precinct, Path(folder)
                ),
            )  # fmt: skip
        return judge_each(
            given, APPS, TWINS,
            lambda what, times: run(what, times, given.seed, precinct, Path(folder)),
        )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
