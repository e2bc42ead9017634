"""The power fails under a PostgreSQL server: `tests.fault.powercut --backend postgresql`."""

from typing import Final

from tests.fault.postgres_scene import on_server
from tests.fault.powercut import cut_often
from tests.fault.precinct import Precinct
from tests.fault.telling import Verdict

APPS: Final = {
    "casting": "pulse.app:create_ballotbox",
    "issuing": "pulse.app:create_issuer",
    "casting, synchronous_commit=off": "tests.fault.twins:later_ballotbox",
    "casting, fsync=off": "pulse.app:create_ballotbox",
    "issuing, fsync=off": "pulse.app:create_issuer",
}
TWINS: Final = tuple(what for what in APPS if "off" in what)


def run(what: str, times: int, seed: int, precinct: Precinct) -> Verdict:
    """Cut the power `times` times under load and judge what is left; `what` is one of `APPS`."""
    with on_server(what, APPS[what], precinct) as scene:
        return cut_often(scene, times, seed, Verdict(f"power cut, PostgreSQL, {what}", seed))
