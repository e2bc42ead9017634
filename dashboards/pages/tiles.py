"""The four tiles: a number with its interval, the direction in words, twelve weeks."""

from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from dashboards.pages import drawing, weeks
from pulse.statistics.items import ItemFigure, items_of_week
from pulse.statistics.scales import Block, Direction, Estimate, Scales, WeekPoint
from pulse.statistics.standing import one_week, standing, words

WEEKS: Final = 12


class Tile(msgspec.Struct, frozen=True):
    """One scale of one unit, ready to be drawn; `estimate` is None where nothing may be said.

    `alarm` says what small weekly moves add up to, empty where that is nothing. `ends` says that
    weeks of the figure are left out by the line, empty where none is; `why` that there is no figure
    because one week alone is shown.
    """

    scale: str
    name: str
    period: str
    at_least: int | None
    estimate: Estimate | None
    direction: Direction | None
    drawn_interval: Markup
    drawn_arrow: Markup
    drawn_line: Markup
    alarm: str = ""
    ends: str = ""
    why: str = ""

    @property
    def number(self) -> str:
        """The number of the tile."""
        return "" if self.estimate is None else weeks.whole(self.estimate.value)

    @property
    def says(self) -> str:
        """Its direction in words, or why it has no figure; what is shown is not called hidden.

        A tile of the past has no direction: they are tested for the newest weeks alone.
        """
        return self.why or ("" if self.direction is None else words(self.estimate, self.direction))

    @property
    def interval(self) -> str:
        """Its 95 % interval."""
        e = self.estimate
        return "" if e is None else weeks.between(e.low, e.high)


def tiles(scales: Scales, unit_id: str, to: str = "") -> tuple[Tile, ...]:
    """Return the tiles of a unit of the newest tree, one a scale.

    The number is the last complete four-week block's; in an organisation's first weeks, before
    there is one, that of this week's statements. `to` is a wave of the past to end with, without
    directions; empty for the newest.
    """
    this_week = items_of_week(scales.history, unit_id, to or None)
    return tuple(
        _tile(scales, unit_id, scale.id, this_week, to)
        for scale in scales.history.instrument.scales.values()
    )


def points(scales: Scales, unit_id: str, scale: str, to: str = "") -> tuple[WeekPoint, ...]:
    """Return the weekly line as of the wave `to`, before later weeks; empty for the newest."""
    return scales.weekly(unit_id, scale, to)


def ended(scales: Scales, unit_id: str, scale: str, to: str = "") -> tuple[Block, ...]:
    """Return the four-wave blocks that had ended by the wave `to`; empty for the newest."""
    blocks = scales.blocks(unit_id, scale)
    return tuple(block for block in blocks if block.waves[-1] <= to) if to else blocks


def last_ended(scales: Scales, unit_id: str, scale: str, to: str = "") -> Block | None:
    """Return the last of the blocks that had ended by the wave `to`; None before the first."""
    if not to:
        return scales.last_block(unit_id, scale)
    blocks = ended(scales, unit_id, scale, to)
    return blocks[-1] if blocks else None


def left_out(block: Block | None, line: Sequence[WeekPoint]) -> str:
    """Say how many weeks of a shown figure its line leaves out, being near the end of the answers.

    Empty where that is none, and of one week alone, which has no line yet.
    """
    if block is None or block.estimate is None or len(block.waves) == 1:
        return ""
    count = sum(point.status == "coded" and point.wave in block.waves for point in line)
    one = "is near the end of the answers: it counts here, but the line leaves it out"
    many = "are near the end of the answers: they count here, but the line leaves them out"
    return f"{count} of these four weeks {one if count == 1 else many}" if count else ""


def _tile(
    scales: Scales, unit_id: str, scale: str, this_week: Sequence[ItemFigure], to: str
) -> Tile:
    block = last_ended(scales, unit_id, scale, to)
    told = standing(scales, unit_id, scale, block, this_week)
    block, estimate = told.block, told.estimate
    direction = None if to and to != scales.history.latest else told.direction
    line = points(scales, unit_id, scale, to)
    return Tile(
        scale=scale,
        name=scales.history.instrument.scales[scale].name,
        period=weeks.span(block.waves) if block and len(block.waves) > 1 else "this week",
        at_least=block.at_least if block else None,
        estimate=estimate,
        direction=direction,
        drawn_interval=drawing.interval(estimate.value, estimate.low, estimate.high)
        if estimate
        else Markup(""),
        drawn_arrow=drawing.arrow(direction.key) if direction else Markup(""),
        drawn_line=drawing.sparkline(line[-WEEKS:]),
        alarm=told.alarm if direction else "",
        ends=left_out(block, line),
        why=one_week(block),
    )
