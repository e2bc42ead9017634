"""The organisation as a whole: how its scales hold together, and what goes with energy."""

from typing import Final

import msgspec

from dashboards.pages import weeks
from pulse.statistics.history import History
from pulse.statistics.organisation import (
    LEAST_BETWEEN,
    MOST_BETWEEN,
    ScaleQuality,
    goes_together,
    scale_quality,
)

STANDS_OUT: Final = 0.1  # of an outcome's differences; beside it the rest is noise to a reader
MOST: Final = 5


class QualityRow(msgspec.Struct, frozen=True):
    """How one scale holds, in the figures that statisticians ask for; empty where not released.

    `week`: the week whose statements alpha and omega are of.
    """

    name: str
    alpha: str
    omega: str
    week: str
    between: str
    tells_apart: str
    agreement: str


class Whole(msgspec.Struct, frozen=True):
    """What a page of the whole organisation says of the survey itself; empty below 100 people.

    `scales`: name and sentences. `figures`: what these are read from. `together`: the statements
    that stand out, and how much of `outcome` goes with each; empty where `outcome` goes with many
    a little.
    """

    scales: tuple[tuple[str, tuple[str, ...]], ...] = ()
    figures: tuple[QualityRow, ...] = ()
    outcome: str = ""
    together: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.scales or self.figures or self.outcome)


def whole(history: History, unit_id: str) -> Whole:
    """Return what the released diagnostics say, for the root alone."""
    if unit_id != history.tree().root.unit_id:
        return Whole()
    items, names = history.instrument.items, history.instrument.scales
    known = scale_quality(history)
    found = [each for each in goes_together(history) if each.item in items]
    stands_out = [each for each in found if each.share >= STANDS_OUT][:MOST]
    return Whole(
        scales=tuple((names[each.scale].name, each.words) for each in known if each.words),
        figures=tuple(
            _figures(names[each.scale].name, each)
            for each in known
            if (each.omega, each.between, each.agreement) != (None, None, None)
        ),
        outcome=items[found[0].outcome].text if found else "",
        together=tuple((items[each.item].text, each.words) for each in stands_out),
    )


def _figures(name: str, of: ScaleQuality) -> QualityRow:
    between = _two(of.between)
    if of.between is not None and of.between <= LEAST_BETWEEN:
        between += " or less"
    elif of.between is not None and of.between >= MOST_BETWEEN:
        between += " or more"
    week = weeks.short(of.wave) if of.wave else ""
    return QualityRow(
        name, _two(of.alpha), _two(of.omega), week, between, _two(of.tells_apart),
        _two(of.agreement),
    )  # fmt: skip


def _two(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
