"""The four scales as the page for staff draws them, from the summary of all releases.

Numbers, intervals and words are those of the leaders' tiles; nothing is worked out here but
places on a drawing.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from pulse.statistics.summary import ScaleSummary, Summary, UnitSummary
from pulse.terms import N_
from pulse.web.reader import PLAIN, Phrase, Reader

HIDDEN: Final = N_("not shown")
THIS_WEEK: Final = N_("this week")


class Scale(msgspec.Struct, frozen=True):
    """One scale of one unit, ready to be drawn: places are percent of a line of 0-100.

    `runs` are the points of its line on a field of 100 x 100, one text for each run without a gap.
    """

    label: Phrase
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

    `notes` say how many took part this week, and where its figures are of other weeks.
    """

    name: str
    notes: tuple[Phrase, ...]
    scales: tuple[Scale, ...]


def scales_of(unit: UnitSummary, reader: Reader = PLAIN) -> tuple[Scale, ...]:
    """Return the scales of a unit; none where no figure of it is shown."""
    return tuple(_scale(told, reader) for told in unit.scales) if unit.shown else ()


def _scale(told: ScaleSummary, reader: Reader) -> Scale:
    label, runs = reader.scale(told.scale, told.name), tuple(_points(run) for run in told.runs)
    if told.value is None or told.low is None or told.high is None:
        return Scale(label, runs=runs)
    # What the file says of a direction is one of our own sentences, or the file is not read.
    words, alarm = reader.gettext(told.words), reader.gettext(told.alarm)
    return Scale(label, told.value, told.low, told.high, words, told.likely, alarm, runs)


def period(unit: UnitSummary, reader: Reader = PLAIN) -> str:
    """Return the weeks that a unit's figures are of: "weeks 5-8, 2026", or "this week"."""
    waves = next((scale.waves for scale in unit.scales if scale.value is not None), ())
    return reader.weeks(waves) if len(waves) > 1 else reader.gettext(THIS_WEEK)


def rows(
    summary: Summary, participation: dict[str, str], reader: Reader = PLAIN
) -> tuple[Row, ...]:
    """Return the departments of which any figure is shown.

    Args:
        summary: what is told of all of them.
        participation: this week's, by unit; who is not in it is not shown this week.
        reader: who reads it.
    """
    return tuple(
        Row(unit.name, tuple(_notes(unit, summary, participation, reader)), scales_of(unit, reader))
        for unit in summary.departments
        if unit.shown
    )


def _notes(
    unit: UnitSummary, summary: Summary, participation: dict[str, str], reader: Reader
) -> Iterator[Phrase]:
    weeks = period(unit, reader)
    if unit.unit_id not in participation:
        told = reader.gettext("This week not shown; figures of {weeks}.")
        if any(summary.wave in scale.waves for scale in unit.scales):
            told = reader.gettext("This week not shown; figures of {weeks}, without it.")
        yield Phrase(told.format(weeks=weeks))
        return
    if said := participation[unit.unit_id]:
        yield reader.released(said)
    if weeks != period(summary.whole, reader):
        yield Phrase(reader.gettext("Figures of {weeks}.").format(weeks=weeks))


def _points(run: Sequence[tuple[float, float]]) -> str:
    """Return a run as the points of a line; a single week between gaps is a short dash."""
    if len(run) == 1:
        (x, y), *_ = run
        run = [(max(0.0, x - 1), y), (min(100.0, x + 1), y)]
    return " ".join(f"{x:.1f},{100 - y:.1f}" for x, y in run)
