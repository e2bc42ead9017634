"""The ways that are measured against each other, one run of one way at a time."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from pulse.ballotbox.cast import decode
from pulse.ballotbox.store import BoxStore
from pulse.settings import Home, load
from pulse.store.databases import shelves
from pulse.terms import SealedBallot
from pulse.token.message import token_hash
from tests.bench.intake.backends import Place
from tests.bench.intake.field import open_home
from tests.bench.intake.load import Run, Setting, drive, served
from tests.bench.intake.premade import WAVE, Premade, Requests

_APPS: Final = "tests.bench.intake.apps:"


class Way(msgspec.Struct, frozen=True):
    """An app's import path and where its requests go; `signs` sends requests to sign."""

    app: str
    path: str
    signs: bool = False


OURS: Final = "ours, durable"
NOOP: Final = "no-op, Litestar"
SAME: Final = "no-op in our app"
ORM: Final = "FastAPI + ORM"
STORAGE: Final = "storage alone"
WAYS: Final[Mapping[str, Way]] = {
    OURS: Way("pulse.app:create_app", "/ballot"),
    NOOP: Way(_APPS + "typed", "/noop"),
    SAME: Way(_APPS + "guarded", "/noop"),
    "no-op, bare ASGI": Way(_APPS + "bare", "/noop"),
    ORM: Way("tests.bench.intake.fastapi_orm:create_app", "/ballot"),
    "issuing": Way("pulse.app:create_app", "/issue", signs=True),
}
PAIRED: Final = (OURS, SAME, NOOP)  # with several processes


def measure(name: str, made: Premade, folder: Path, place: Place, setting: Setting) -> Run:
    """Run one way once, on a fresh home and an empty database.

    Args:
        name: one of `WAYS`, or `STORAGE`.
        made: what is sent.
        folder: empty; on the disk to be measured.
        place: where it stores.
        setting: how.
    """
    home = open_home(folder / "home", made, place.settings)
    if name == STORAGE:
        return _storage(home, made, setting)
    way = WAYS[name]
    environ = {"PULSE_HOME": str(folder / "home"), "BENCH_DATABASE": place.orm}
    paths = [str(Path.cwd()), setting.fastapi if "fastapi" in way.app else ""]
    environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    environ |= setting.slower
    requests = made.signings if way.signs else made.ballots
    with served([way.app] * setting.processes, environ, setting.server_cores) as running:
        runs = drive(running, way.path, requests, setting)
    return Run(
        requests=sum(run.requests for run in runs),
        seconds=max(run.seconds for run in runs),
        p50=max(run.p50 for run in runs),
        p99=max(run.p99 for run in runs),
        refused=sum(run.refused for run in runs),
        cpu=sum(run.cpu for run in runs),
    )


def _storage(home: Home, made: Premade, setting: Setting) -> Run:
    """Store ballots in batches as large as there are connections, nothing else."""
    store = BoxStore(shelves(home, load(home)).ballotbox, WAVE)
    size = setting.connections
    batches = _batches(made.ballots, size)
    took: list[float] = []
    begun, cpu = time.perf_counter(), time.process_time()
    stored = 0
    for batch in batches:
        at = time.perf_counter()
        stored += sum(answer is True for answer in store.cast(batch))
        took.append(time.perf_counter() - at)
        if time.perf_counter() - begun > setting.seconds:
            break
    cpu, elapsed = time.process_time() - cpu, time.perf_counter() - begun
    store.close()
    took.sort()
    return Run(
        requests=stored,
        seconds=elapsed,
        p50=took[len(took) // 2] * 1e3,
        p99=took[len(took) * 99 // 100] * 1e3,
        refused=len(took) * size - stored,
        cpu=cpu,
    )


def _batches(requests: Requests, size: int) -> list[list[tuple[bytes, SealedBallot]]]:
    raw = Path(requests.path).read_bytes()
    ballots = []
    for at in range(0, len(raw), requests.length):
        body = msgspec.json.decode(raw[at : at + requests.length].partition(b"\r\n\r\n")[2])
        ballot = decode(body["g"], body["msg"], body["sig"], body["box"])
        ballots.append((token_hash(ballot.msg), ballot))
    whole = len(ballots) - len(ballots) % size
    return [ballots[at : at + size] for at in range(0, whole, size)]
