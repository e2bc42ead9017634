"""An alarm never denies the figure it stands beside: weeks near the end of the answers count too.

The line and the average leave such weeks out, the four weeks' figure does not.
"""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.statistics.alarms import Alarm, AlarmKey, beside_figure
from pulse.statistics.scales import Scales
from tests.unit.statistics.histories import INSTRUMENT, Rule, history, team

WEEKS: Final = 24
TEAMS: Final = (team("a"), team("b"))


class Unheld(Scales):
    """The twin: alarms as the average leaves them, without a look at the figure."""

    def _told(self, alarm: Alarm, unit_id: str, scale: str) -> Alarm:
        assert (unit_id, scale) in self.directions
        return alarm


def worn(levels: list[float]) -> Rule:
    """Return what team "a" answers about energy: around 3.2, and `levels` in its last weeks."""

    def rule(unit: str, item: str, t: int) -> float:
        mine = unit == "a" and INSTRUMENT.items[item].scale == "energy"
        level = ([3.2] * (WEEKS - len(levels)) + levels)[t] if mine else 3.2
        return 6 - level if INSTRUMENT.items[item].reverse else level

    return rule


def denied(scales: Scales) -> list[str]:
    """Name the units whose figure lies on the other side of what their alarm says."""
    found = []
    for (unit_id, scale), alarm in scales.alarms.items():
        block = scales.last_block(unit_id, scale)
        if alarm.key == "quiet" or block is None or block.estimate is None:
            continue
        away = block.estimate.value - alarm.before
        if away * (1 if alarm.key == "higher" else -1) <= 0:
            found.append(unit_id)
    return found


def with_history(kind: Callable[..., Scales], levels: list[float]) -> Scales:
    """Return the statistics of a history with these last weeks of team "a"."""
    return kind(history(worn(levels), WEEKS, TEAMS, step=0.1))


# Nine low weeks, then three at the very end of the answers, then a week in between.
BEST_OF_THE_YEAR: Final = [2.0] * 8 + [5.0] * 3 + [2.9]


def test_a_unit_at_its_best_is_not_called_lower_than_it_used_to_be() -> None:
    """Three weeks in four are "4.9 or more": the tile is far up, and the alarm is silent."""
    scales = with_history(Scales, BEST_OF_THE_YEAR)
    block = scales.last_block("a", "energy")
    assert block is not None
    assert block.estimate is not None
    assert block.estimate.value > scales.alarms["a", "energy"].before
    assert scales.alarms["a", "energy"].key == "quiet"


def test_alarms_that_never_look_at_the_figure_are_caught() -> None:
    """The twin says that the best weeks of the year are lower than they used to be."""
    assert denied(with_history(Unheld, BEST_OF_THE_YEAR)) == ["a"]


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([1.0, 2.0, 2.6, 3.8, 4.4, 5.0]), min_size=12, max_size=12))
def test_no_figure_lies_on_the_other_side_of_its_alarm(levels: list[float]) -> None:
    """Whatever the last twelve weeks were, those at either end of the answers among them."""
    assert denied(with_history(Scales, levels)) == []


@pytest.mark.parametrize("key", ["lower", "higher"])
@given(before=st.floats(0, 100), figure=st.floats(0, 100))
def test_what_stays_said_is_so_of_the_figure(key: AlarmKey, before: float, figure: float) -> None:
    """An alarm beside a figure stays as it was where both agree, and else falls silent."""
    alarm = Alarm(key, 4.0, 8.0, before, turned=True)
    agrees = figure > before if key == "higher" else figure < before
    told = beside_figure(alarm, figure)
    assert told == alarm if agrees else told.key == "quiet"


def test_a_hidden_figure_denies_nothing() -> None:
    """Where the four weeks are hidden the alarm stands as the line leaves it."""
    alarm = Alarm("lower", -4.0, -8.0, 60.0)
    assert beside_figure(alarm, None) == alarm
