"""A unit beside the whole organisation, scale by scale."""

import msgspec
from markupsafe import Markup

from dashboards.desk import Book
from dashboards.pages import drawing, weeks
from dashboards.pages.contrast import Contrast, contrasts
from dashboards.pages.tiles import ended
from pulse.statistics.scales import Estimate

_MIDDLE_OF = 30.0  # points to both sides that the little drawing shows


class AgainstRow(msgspec.Struct, frozen=True):
    """One scale: the unit, the organisation, and the difference in words."""

    name: str
    here: str
    here_interval: str
    there: str
    there_interval: str
    contrast: Contrast
    drawn: Markup

    @property
    def says(self) -> str:
        """The difference in words that stand for themselves."""
        told = {
            "same": "about the same as the organisation",
            "lower": "lower than the organisation, likely real",
            "higher": "higher than the organisation, likely real",
            "unclear": "cannot tell",
        }
        return told[self.contrast.key]


class Against(msgspec.Struct, frozen=True):
    """The scales of which both sides are shown, and the period they are about."""

    organisation: str
    period: str
    rows: tuple[AgainstRow, ...]


def against(book: Book, unit_id: str) -> Against:
    """Return the newest complete block of a unit against the root's; empty for the root."""
    history, root = book.history, book.history.tree().root
    blocks = book.scales.blocks_of_waves
    rows: list[AgainstRow] = []
    if blocks and unit_id != root.unit_id:
        table = book.once("against", lambda: _table(book))
        for scale in history.instrument.scales.values():
            found = table.get((unit_id, scale.id))
            pair = _pair(book, unit_id, scale.id)
            if found is not None and pair is not None:
                rows.append(_row(scale.name, pair, found))
    return Against(root.name, weeks.span(blocks[-1]) if blocks else "", tuple(rows))


def _table(book: Book) -> dict[tuple[str, str], Contrast]:
    """Return every unit and scale against the root: many looks, so all are judged together."""
    history = book.history
    pairs = {
        (unit_id, scale): pair
        for unit_id, unit in history.units.items()
        if unit.parent_id is not None
        for scale in history.instrument.scales
        if (pair := _pair(book, unit_id, scale)) is not None
    }
    return contrasts(pairs, calls=history.calls_changes)


def _pair(book: Book, unit_id: str, scale: str) -> tuple[Estimate, Estimate] | None:
    """Return the estimates of a unit and of the root over the same newest block."""
    newest = book.scales.blocks_of_waves[-1]
    found = []
    for unit in (unit_id, book.history.tree().root.unit_id):
        estimate = newest_estimate(book, unit, scale, newest)
        if estimate is None:
            return None
        found.append(estimate)
    return found[0], found[1]


def newest_estimate(
    book: Book, unit_id: str, scale: str, waves: tuple[str, ...]
) -> Estimate | None:
    """Return a unit's estimate of the block `waves`, made once; None where it is hidden."""

    def make() -> Estimate | None:
        blocks = ended(book.scales, unit_id, scale, waves[-1])
        return blocks[-1].estimate if blocks and blocks[-1].waves == waves else None

    return book.row_once(f"estimate {waves[-1]} {scale} {unit_id}", make)


def _row(name: str, pair: tuple[Estimate, Estimate], contrast: Contrast) -> AgainstRow:
    here, there = pair
    return AgainstRow(
        name,
        weeks.whole(here.value), weeks.between(here.low, here.high),
        weeks.whole(there.value), weeks.between(there.low, there.high),
        contrast,
        drawing.difference(contrast.difference, contrast.low, contrast.high, reach=_MIDDLE_OF),
    )  # fmt: skip
