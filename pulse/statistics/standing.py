"""Where a unit stands on a scale: the figure and the words of its tile, for leaders and staff."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pulse.instrument import Instrument
from pulse.statistics.items import ItemFigure
from pulse.statistics.scales import Block, Direction, Estimate, Scales
from pulse.terms import N_

NO_COMPARISON: Final = N_("no comparison: the weeks before are hidden")
ONE_WEEK: Final = N_("only one of these four weeks is shown; a figure takes two")


class Standing(msgspec.Struct, frozen=True):
    """One scale of one unit; `block` is None where there is nothing to say yet.

    `alarm` says what small weekly moves add up to, empty where that is nothing.
    """

    block: Block | None
    direction: Direction
    alarm: str

    @property
    def estimate(self) -> Estimate | None:
        """The figure, None where it may not be said."""
        return self.block.estimate if self.block else None

    @property
    def words(self) -> str:
        """The direction in words, or why there is no figure."""
        return one_week(self.block) or words(self.estimate, self.direction)


def words(estimate: Estimate | None, direction: Direction) -> str:
    """Return a direction in words; a figure that is shown is not called hidden."""
    if estimate is not None and direction.key == "hidden":
        return NO_COMPARISON
    return direction.words


def one_week(block: Block | None) -> str:
    """Say that a block has no figure because one of its weeks alone is shown; else empty."""
    if block is None or block.estimate is not None or len(block.waves) == 1:
        return ""
    return ONE_WEEK if len(block.waves) - len(block.missing) == 1 else ""


def standing(
    scales: Scales,
    unit_id: str,
    scale: str,
    block: Block | None,
    this_week: Sequence[ItemFigure],
) -> Standing:
    """Return where a unit of the newest tree stands.

    Args:
        scales: the statistics.
        unit_id: the unit.
        scale: one of the instrument's.
        block: its last complete four-week block, if there is one.
        this_week: its statements, which the figure is made of before there is a block.
    """
    block = block or first_weeks(scales.history.instrument, scale, this_week)
    direction = scales.directions.get((unit_id, scale), Direction("too_early"))
    if block is not None and block.estimate is None:
        direction = Direction("hidden")
    alarm = scales.alarms.get((unit_id, scale))
    told = alarm.words if alarm is not None and alarm.key != "quiet" else ""
    return Standing(block, direction, told)


def first_weeks(
    instrument: Instrument, scale: str, this_week: Sequence[ItemFigure]
) -> Block | None:
    """Return one week of a scale from its statements, or None where none of them is shown.

    The interval is the mean of the statements' intervals: the same people answered them all, so
    their errors need not average out, and this is on the safe side.
    """
    own = [f for f in this_week if (i := instrument.items.get(f.item)) and i.scale == scale]
    shown = [f for f in own if f.mean is not None]
    if not own:
        return None
    if not shown:
        return Block(waves=(own[0].wave,), missing=(own[0].wave,))
    low, value, high = (
        25 * (sum(column) / len(shown) - 1)
        for column in zip(*(_upright(instrument, f) for f in shown), strict=True)
    )
    least = min(f.at_least or 0 for f in shown)
    return Block((own[0].wave,), (), least, Estimate(value, low, high))


def _upright(instrument: Instrument, figure: ItemFigure) -> tuple[float, float, float]:
    low, value, high = figure.low or 1.0, figure.value or 1.0, figure.high or 5.0
    if instrument.items[figure.item].reverse:
        return 6 - high, 6 - value, 6 - low
    return low, value, high
