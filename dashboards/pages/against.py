"""A unit beside the whole organisation, scale by scale."""

import math

import msgspec
from markupsafe import Markup

from dashboards.desk import Book
from dashboards.pages import drawing, weeks
from dashboards.pages.contrast import signed
from pulse.statistics.comparison import Comparison, within_variance
from pulse.statistics.scales import Estimate

_REACH = 30.0  # points to both sides that the little drawing shows
_HUNDRED = 25  # points of 0-100 in one of 1-5


class AgainstRow(msgspec.Struct, frozen=True):
    """One scale: the unit, the organisation, and the difference in points and in words."""

    name: str
    here: str
    here_interval: str
    there: str
    there_interval: str
    difference: str
    interval: str
    says: str
    drawn: Markup


class Against(msgspec.Struct, frozen=True):
    """The scales of which both sides are shown, and the period they are about."""

    organisation: str
    period: str
    rows: tuple[AgainstRow, ...]


def against(book: Book, unit_id: str) -> Against:
    """Return the newest complete block of a unit against the root's; empty for the root."""
    scales, root = book.scales, book.history.tree().root
    blocks = scales.blocks_of_waves
    rows = []
    for scale in book.history.instrument.scales.values():
        found = scales.comparison(unit_id, scale.id)
        pair = [scales.last_block(unit, scale.id) for unit in (unit_id, root.unit_id)]
        here, there = (block.estimate if block else None for block in pair)
        if found is not None and here is not None and there is not None:
            sigma = math.sqrt(_within(book, scale.id))
            rows.append(_row(scale.name, here, there, found, _HUNDRED * sigma))
    return Against(root.name, weeks.span(blocks[-1]) if blocks else "", tuple(rows))


def _within(book: Book, scale: str) -> float:
    history = book.history
    return history.once(f"within {scale}", lambda: within_variance(history, scale))


def _row(name: str, here: Estimate, there: Estimate, found: Comparison, size: float) -> AgainstRow:
    """Put a row together; `size` is one unit of effect in points of 0-100.

    The difference told is that of the two figures told: 62 and 65 are 3 apart.
    """
    low, high = found.low * size, found.high * size
    told = round(here.value) - round(there.value)
    return AgainstRow(
        name,
        weeks.whole(here.value), weeks.between(here.low, here.high),
        weeks.whole(there.value), weeks.between(there.low, there.high),
        signed(told), f"{signed(low)} to {signed(high)}", found.words,
        drawing.difference(found.points, low, high, reach=_REACH),
    )  # fmt: skip
