"""A week from opening to release with everything going wrong; the long form is a command.

`python -m tests.fault.simulation --seeds 200` lives many; see `tests/fault/simulation/README.md`.
"""

import pytest

from tests.fault.simulation.living import live

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets


def test_a_simulated_week_is_sound() -> None:
    """Every acknowledged ballot is counted once, and all else that must hold does."""
    tally = live(1, weeks=1)
    assert tally["waves released"] == 1
    assert tally["ballots in releases"] > 0
