"""The short form of `python -m tests.fault.weeks`."""

from pathlib import Path

import pytest

from tests.fault.weeks.living import Life


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_weeks_run_by_themselves(tmp_path: Path) -> None:
    """Killed and doubled ticks invite and remind everybody once, and release each week once."""
    tally = Life(tmp_path, 40, 3).live(2)
    assert tally["waves released"] == 2
    assert tally["invitations"] == tally["reminders"] > 0
    assert tally["killed while at work"]
