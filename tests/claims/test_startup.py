"""Starting the staff process costs little more than starting the bare framework."""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.station import Station

BAR = 2.1  # times the CPU of a bare Litestar([])
ROUNDS = 9
BARE = "from litestar import Litestar; Litestar([])"
STAFF = "from pulse.app import create_app; create_app()"
# What the staff process must not load, and what this test must notice.
TWIN = f"import alembic.command, plotly.graph_objects, polars; {STAFF}"


def cpu(code: str, environ: dict[str, str]) -> float:
    """Return the seconds of CPU, user and system, that a fresh interpreter takes for `code`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
def test_the_staff_process_starts_lightly(tmp_path: Path) -> None:
    """With an open wave: at most 2.1 times a bare Litestar; with what it must not load, more.

    Compared as installed, with compiled bytecode: compiling at every start is no start-up.
    """
    Station(tmp_path)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environ |= {
        "PULSE_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode"),
    }
    for code in (BARE, TWIN):
        cpu(code, environ)  # compiles, and warms the disk's cache
    rounds = [(cpu(BARE, environ), cpu(STAFF, environ)) for _ in range(ROUNDS)]
    bare, staff = (statistics.median(column) for column in zip(*rounds, strict=True))
    assert staff <= BAR * bare, f"{staff / bare:.2f}"
    assert cpu(TWIN, environ) > BAR * bare
