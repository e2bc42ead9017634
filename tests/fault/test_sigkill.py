"""Servers killed under load: the short form of `python -m tests.fault.sigkill`."""

from pathlib import Path

import pytest

from tests.fault.folding import FOLDING
from tests.fault.precinct import Precinct
from tests.fault.sigkill import TWINS, run

pytestmark = pytest.mark.slow
SEED = 1


@pytest.mark.parametrize(("what", "times"), [("casting", 5), (FOLDING, 5), ("issuing", 5)])
def test_a_killed_server_loses_and_doubles_nothing(
    precinct: Precinct, tmp_path: Path, what: str, times: int
) -> None:
    """After every kill what was acknowledged is there once, and identical repeats agree."""
    verdict = run(what, times, SEED, precinct, tmp_path)
    assert verdict.kept
    assert (verdict.lost, verdict.wrong) == (0, [])
    assert bool(verdict.begun_anew) == (what == FOLDING)


def test_a_server_that_answers_first_and_stores_later_is_caught(
    precinct: Precinct, tmp_path: Path
) -> None:
    """A kill between its answer and its commit loses what it acknowledged."""
    assert any(not run(TWINS[0], 4, seed, precinct, tmp_path).good for seed in range(5))
