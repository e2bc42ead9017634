"""Disks that fail under a server: the short form of `python -m tests.fault.failing`."""

import subprocess
from pathlib import Path

import pytest

from tests.fault.failing import TWIN, run
from tests.fault.needing import need_disks, need_strace
from tests.fault.precinct import Precinct
from tests.fault.traced import injected

pytestmark = pytest.mark.slow
SEED = 1
SYNC = ("fdatasync:error=EIO",)


@pytest.mark.parametrize("what", ["casting", "issuing"])
def test_nothing_is_acknowledged_while_no_sync_succeeds(
    precinct: Precinct, tmp_path: Path, what: str
) -> None:
    """Failing syncs are 503, nothing before them is lost, and all goes on when they succeed."""
    need_disks()
    need_strace()
    verdict = run(what, 1, SEED, precinct, tmp_path, SYNC)
    assert verdict.statuses[503]
    assert (verdict.lost, verdict.wrong) == (0, [])


def test_a_server_that_never_asks_for_a_sync_is_caught(precinct: Precinct, tmp_path: Path) -> None:
    """It acknowledges as if every sync had succeeded, and a cut loses that."""
    need_disks()
    need_strace()
    verdict = run(TWIN, 1, SEED, precinct, tmp_path, SYNC)
    assert verdict.lost


def test_a_traced_program_is_never_stopped_by_its_tracer() -> None:
    """Though it has more children than a pipe holds lines that tell of them."""
    need_strace()
    forks = "read _; i=0; while [ $i -lt 250 ]; do (:); i=$((i + 1)); done"
    with subprocess.Popen(["sh", "-c", forks], stdin=subprocess.PIPE) as shell:
        with injected([shell.pid], "--trace=fdatasync"):
            shell.communicate(b"\n", timeout=60)
        assert shell.returncode == 0
