"""The four scales as the page for staff draws them, from the summary of all releases.

Numbers, intervals and words are those of the leaders' tiles; nothing is worked out here but
places on a drawing.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from pulse.statistics.summary import ScaleSummary, Summary, UnitSummary
from pulse.terms import week_span

HIDDEN: Final = "not shown"
THIS_WEEK: Final = "this week"


class Scale(msgspec.Struct, frozen=True):
    """One scale of one unit, ready to be drawn: places are percent of a line of 0-100.

    `runs` are the points of its line on a field of 100 x 100, one text for each run without a gap.
    """

    label: str
    value: float | None = None
    low: float = 0.0
    high: float = 0.0
    direction: str = ""
    likely: bool = False
    alarm: str = ""
    runs: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """The figure in whole points."""
        return HIDDEN if self.value is None else f"{self.value:.0f}"

    @property
    def interval(self) -> str:
        """Its 95 % interval as it reads: "55-63"."""
        return "" if self.value is None else f"{self.low:.0f}\N{EN DASH}{self.high:.0f}"


class Row(msgspec.Struct, frozen=True):
    """One shown department with its scales, in the order of the organisation's.

    `note` says how many took part this week, and where its figures are of other weeks.
    """

    name: str
    note: str
    scales: tuple[Scale, ...]


def scales_of(unit: UnitSummary) -> tuple[Scale, ...]:
    """Return the scales of a unit; none where no figure of it is shown."""
    return tuple(_scale(told) for told in unit.scales) if unit.shown else ()


def _scale(told: ScaleSummary) -> Scale:
    runs = tuple(_points(run) for run in told.runs)
    if told.value is None or told.low is None or told.high is None:
        return Scale(told.name, runs=runs)
    return Scale(
        told.name, told.value, told.low, told.high, told.words, told.likely, told.alarm, runs
    )


def period(unit: UnitSummary) -> str:
    """Return the weeks that a unit's figures are of: "weeks 5-8, 2026", or "this week"."""
    waves = next((scale.waves for scale in unit.scales if scale.value is not None), ())
    return week_span(waves) if len(waves) > 1 else THIS_WEEK


def rows(summary: Summary, participation: dict[str, str]) -> tuple[Row, ...]:
    """Return the departments of which any figure is shown.

    Args:
        summary: what is told of all of them.
        participation: this week's, by unit; who is not in it is not shown this week.
    """
    usual = period(summary.whole)
    found = []
    for unit in summary.departments:
        if unit.shown:
            other = "" if period(unit) == usual else f"Figures of {period(unit)}."
            note = " ".join(part for part in (participation.get(unit.unit_id, ""), other) if part)
            if unit.unit_id not in participation:
                note = _without_this_week(unit, summary.wave)
            found.append(Row(unit.name, note, scales_of(unit)))
    return tuple(found)


def _without_this_week(unit: UnitSummary, wave: str) -> str:
    without = ", without it" if any(wave in scale.waves for scale in unit.scales) else ""
    return f"This week not shown; figures of {period(unit)}{without}."


def _points(run: Sequence[tuple[float, float]]) -> str:
    """Return a run as the points of a line; a single week between gaps is a short dash."""
    if len(run) == 1:
        (x, y), *_ = run
        run = [(max(0.0, x - 1), y), (min(100.0, x + 1), y)]
    return " ".join(f"{x:.1f},{100 - y:.1f}" for x, y in run)
