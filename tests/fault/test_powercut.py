"""Power cuts under load: the short form of `python -m tests.fault.powercut`."""

from pathlib import Path

import pytest

from tests.fault.folding import FOLDING
from tests.fault.needing import need_disks
from tests.fault.powercut import TWINS, run
from tests.fault.precinct import Precinct

pytestmark = pytest.mark.slow
SEED = 1


@pytest.mark.parametrize("what", ["casting", FOLDING, "issuing"])
def test_a_power_cut_loses_nothing_that_was_acknowledged(
    precinct: Precinct, tmp_path: Path, what: str
) -> None:
    """Whatever was answered before the cut is on the disk after the repair."""
    need_disks()
    verdict = run(what, 4, SEED, precinct, tmp_path)
    assert verdict.kept
    assert (verdict.lost, verdict.wrong) == (0, [])
    assert bool(verdict.begun_anew) == (what == FOLDING)


@pytest.mark.parametrize("twin", [TWINS[0], *TWINS[2:]])
def test_a_server_that_does_not_wait_for_the_disk_is_caught(
    precinct: Precinct, tmp_path: Path, twin: str
) -> None:
    """With synchronous=NORMAL or OFF, for folding too, something acknowledged is gone."""
    need_disks()
    assert any(run(twin, 2, seed, precinct, tmp_path).lost for seed in range(5))
