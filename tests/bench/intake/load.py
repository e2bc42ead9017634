"""One measurement: an app in our own server process, wrk against it, and what both say."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from pulse.cli.processes import Listener, Served, serving
from tests.bench.intake.premade import Requests

LUA: Final = Path(__file__).parent / "replay.lua"
STORING: Final = ("/ballot", "/issue")  # what takes each request once
WARM: Final = 1  # seconds, and as many requests as that takes, before anything is measured
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Setting(msgspec.Struct, frozen=True):
    """How a run is made: cores of server and generator, connections to each process."""

    seconds: int
    processes: int
    connections: int
    server_cores: tuple[int, ...]
    load_cores: tuple[int, ...]
    fastapi: str = ""
    slower: Mapping[str, str] = {}


class Run(msgspec.Struct, frozen=True):
    """What a run gave: requests, seconds, milliseconds of latency, CPU of the server."""

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    cpu: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the server's CPU, user and system, per request."""
        return self.cpu / max(1, self.requests) * 1e6


class _Said(msgspec.Struct, frozen=True):
    requests: int
    microseconds: int
    refused: int
    failed: int
    p50: int
    p99: int


@contextmanager
def served(
    apps: Sequence[str], environ: Mapping[str, str], cores: Sequence[int]
) -> Iterator[list[Served]]:
    """Serve apps, each in a process as `pulse serve` starts it, on these cores alone."""
    before = os.sched_getaffinity(0)
    listeners = [Listener(f"app{i}", app, "127.0.0.1", 0) for i, app in enumerate(apps)]
    os.sched_setaffinity(0, cores)  # what is started now inherits it
    try:
        with serving(listeners, {**os.environ, **environ}) as running:
            os.sched_setaffinity(0, before)
            yield running
    finally:
        os.sched_setaffinity(0, before)


def drive(running: Sequence[Served], path: str, requests: Requests, setting: Setting) -> list[Run]:
    """Send requests, no two alike, to each of the processes at once; one wrk for each."""
    share = requests.count // len(running)
    starts = [i * share for i in range(len(running))]
    warm_up = msgspec.structs.replace(setting, seconds=WARM)
    warmed = [said.requests for said in _wrk(running, path, requests, starts, warm_up)]
    # What was under way at its end is not in its count.
    sent = [warm + setting.connections for warm in warmed]
    starts = [start + each for start, each in zip(starts, sent, strict=True)]
    before = [_cpu(one.process.pid) for one in running]
    found = _wrk(running, path, requests, starts, setting)
    after = [_cpu(one.process.pid) for one in running]
    return [
        Run(
            requests=said.requests,
            seconds=said.microseconds / 1e6,
            p50=said.p50 / 1e3,
            p99=said.p99 / 1e3,
            refused=said.refused + said.failed,
            cpu=end - begin,
        )
        for said, begin, end in zip(found, before, after, strict=True)
    ]


def fsync_ms(folder: Path, times: int = 200) -> float:
    """Return the median milliseconds of writing 4 kB to a file there and syncing it."""
    took = []
    path = folder / "fsync"
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            took.append(time.perf_counter() - begun)
    path.unlink()
    return sorted(took)[times // 2] * 1e3


def _wrk(
    running: Sequence[Served],
    path: str,
    requests: Requests,
    starts: Sequence[int],
    setting: Setting,
) -> list[_Said]:
    again = "" if path in STORING else "again"
    bound = f"taskset -c {','.join(map(str, setting.load_cores))}".split()
    ways = [
        [*bound, "wrk", "-t1", f"-c{setting.connections}", f"-d{setting.seconds}",
         "--timeout", "60", "-s", str(LUA), one.address,
         "--", path, requests.path, str(requests.length), str(start), again]
        for one, start in zip(running, starts, strict=True)
    ]  # fmt: skip
    started = [subprocess.Popen(way, stdout=subprocess.PIPE, text=True) for way in ways]
    said = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise RuntimeError("wrk ended with an error; its own words stand above.")
    return [msgspec.json.decode(text.rsplit("\n", 2)[-2], type=_Said) for text in said]


def _cpu(process: int) -> float:
    # The fields after the command's name in parentheses; utime and stime are 14 and 15 (proc(5)).
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
