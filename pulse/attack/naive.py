"""The naive publication: what products print that only hide small groups, from the same ballots.

Every cell (unit, item or scale) with k ballots or more is shown, exact and with its exact number
of answers, live while the wave is open, for any pair of neighbouring units, over sliding weeks, in
an export of everything, cut again under a later tree or threshold, and again after late ballots.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from pulse.attack.publication import (
    PARTICIPATION,
    Figure,
    Hidden,
    People,
    Publication,
    Source,
    Span,
)
from pulse.attack.truth import Truth
from pulse.attack.twin import Week, subtrees
from pulse.instrument import Instrument
from pulse.terms import PREFERS_NOT, SKIPPED

TOO_FEW: Final = "fewer than {k} answers"
NOBODY: Final = "no answers"
ROLLING: Final = 4
LIVE_WAVES: Final = 2
LIVE_UNITS: Final = 3
MIDDLE: Final = 3
NOT_AN_ANSWER: Final = frozenset({SKIPPED, PREFERS_NOT})
HR: Final = "hr"


def publish(weeks: Sequence[Week], instrument: Instrument) -> Publication:
    """Return everything that a naive product would have printed of the weeks of a twin."""
    truth = Truth(weeks, instrument)
    figures: list[Figure] = []
    hidden: list[Hidden] = []
    presses = [_Press(week, truth) for week in weeks]
    least = min(week.k for week in weeks)
    for number, press in enumerate(presses):
        figures += press.pages()
        hidden += press.hidden()
        figures += press.filters()
        figures += press.exported()
        figures += press.late()
        figures += press.cut_again(weeks[-1], least)
        figures += _windows(presses[: number + 1])
        if number < LIVE_WAVES:
            figures += press.live()
    return Publication(
        figures=tuple(figures),
        hidden=tuple(hidden),
        k={week.wave: week.k for week in weeks},
        invited={week.wave: dict.fromkeys(week.seats, 1) for week in weeks},
        parents={week.wave: {u.unit_id: u.parent_id for u in week.units} for week in weeks},
        answers=truth.answers,
        given=truth.given,
        scales={week.wave: truth.scale_measures(week.wave) for week in weeks},
    )


class _Press:
    """Prints figures of one wave."""

    def __init__(self, week: Week, truth: Truth) -> None:
        self.week, self.wave = week, week.wave
        self.given = truth.given[week.wave]
        self.instrument = truth.instrument
        self.scales = truth.scales(week.wave)
        self.anchors = [f"item:{item}" for item in truth.instrument.anchors]
        self.items = [f"item:{item}" for item in week.items]
        self.measures = [*self.items, *(f"scale:{scale}" for scale in self.scales)]
        # The late have not answered yet when the wave is printed.
        self.people = {u: p - week.late for u, p in week.people().items()}
        self.below: dict[str, list[str]] = {}
        for unit in week.units:
            if unit.parent_id is not None:
                self.below.setdefault(unit.parent_id, []).append(unit.unit_id)
        self.seen_by = self._viewers()

    def pages(self) -> Iterator[Figure]:
        """Yield the ordinary figures."""
        for unit_id, people in self.people.items():
            yield from self.figures(unit_id, people)
            if self.ballots(people) >= self.week.k:
                yield self._participation(unit_id, people, "page")

    def hidden(self) -> Iterator[Hidden]:
        """Yield the units under the threshold; a reader sees whether anybody answered."""
        for unit_id, people in self.people.items():
            ballots = self.ballots(people)
            if people and ballots < self.week.k:
                looks = TOO_FEW.format(k=self.week.k) if ballots else NOBODY
                yield Hidden(self.wave, unit_id, people, looks)

    def filters(self) -> Iterator[Figure]:
        """Yield any two neighbouring units together, for the items asked each week."""
        for siblings in self.below.values():
            for one, other in combinations(siblings, 2):
                people = self.people[one] | self.people[other]
                yield from self.figures(
                    f"{one}+{other}", people, source="filter", measures=self.anchors
                )

    def exported(self) -> Iterator[Figure]:
        """Yield a row for every unit and measure; of a hidden one its number of answers alone."""
        for unit_id, people in self.people.items():
            shown = self.ballots(people) >= self.week.k
            if people:
                yield self._participation(unit_id, people, "export")
            for measure in self.measures if people else ():
                figure = self._figure(unit_id, people, measure, "export", "")
                if shown and not self._too_few(figure):
                    yield figure
                else:
                    n = figure.n
                    yield Figure(self.wave, measure, unit_id, people, n, source="export")

    def _participation(self, unit_id: str, people: People, source: Source) -> Figure:
        n = _exact(self.ballots(people))
        seen_by = self.seen_by[unit_id]
        return Figure(self.wave, PARTICIPATION, unit_id, people, n, source=source, viewers=seen_by)

    def late(self) -> Iterator[Figure]:
        """Yield the page again once the late have answered, for the units they are in."""
        for unit_id, people in self.week.people().items():
            if people & self.week.late:
                yield from self.figures(
                    unit_id, people, source="late", edition="with late ballots",
                    measures=self.anchors,
                )  # fmt: skip

    def cut_again(self, newest: Week, least: int) -> Iterator[Figure]:
        """Yield this wave under the newest tree, and under the lowest threshold ever used."""
        if newest is not self.week:
            seats = {p: unit for p, unit in newest.seats.items() if p in self.week.seats}
            for unit_id, people in subtrees(newest.units, seats).items():
                yield from self.figures(
                    unit_id, people - self.week.late, source="recut",
                    edition=f"tree of {newest.wave}", measures=self.anchors,
                )  # fmt: skip
        if least < self.week.k:
            for unit_id, people in self.people.items():
                yield from self.figures(
                    unit_id, people, source="recut", edition=f"k = {least}", k=least
                )

    def live(self) -> Iterator[Figure]:
        """Yield the page after every ballot, for the root and its largest units."""
        largest = sorted(self.people, key=lambda unit: -len(self.people[unit]))[:LIVE_UNITS]
        for unit_id in largest:
            cast: set[str] = set()
            for person in self.week.order:
                if person in self.people[unit_id]:
                    cast.add(person)
                    yield from self.figures(
                        unit_id, frozenset(cast), source="live", edition=str(len(cast)),
                        measures=self.anchors,
                    )  # fmt: skip

    def figures(
        self, unit_id: str, people: People, *, source: Source = "page", edition: str = "",
        k: int = 0, measures: Iterable[str] = (),
    ) -> Iterator[Figure]:  # fmt: skip
        """Yield a unit's figures if it has k ballots; a single item needs k answers too."""
        if self.ballots(people) >= (k or self.week.k):
            for measure in measures or self.measures:
                figure = self._figure(unit_id, people, measure, source, edition)
                if not self._too_few(figure, k):
                    yield figure

    def ballots(self, people: People) -> int:
        """Count who of `people` took part."""
        return len(people & self.given.keys())

    def answered(self, people: People, measure: str) -> list[int]:
        """List the answers 1-5 of `people`, after reversal."""
        items = self.scales.get(measure[6:], (measure[5:],))
        rows = [self.given[person] for person in people if person in self.given]
        return [row[item] for row in rows for item in items if row[item] not in NOT_AN_ANSWER]

    def _too_few(self, figure: Figure, k: int = 0) -> bool:
        return figure.measure in self.items and figure.n.low < (k or self.week.k)

    def _figure(
        self, unit_id: str, people: People, measure: str, source: Source, edition: str
    ) -> Figure:
        answers = self.answered(people, measure)
        viewers = self.seen_by.get(unit_id, frozenset({HR}))
        return Figure(
            self.wave, measure, unit_id, people, _exact(len(answers)), _exact(sum(answers)),
            self._split(measure, answers), source, edition, viewers,
        )  # fmt: skip

    def _split(self, measure: str, answers: Sequence[int]) -> tuple[Span, Span, Span] | None:
        if measure not in self.items:
            return None
        favourable = sum(answer > MIDDLE for answer in answers)
        unfavourable = sum(answer < MIDDLE for answer in answers)
        neutral = len(answers) - favourable - unfavourable
        return _exact(favourable), _exact(neutral), _exact(unfavourable)

    def _viewers(self) -> dict[str, frozenset[str]]:
        """Say whose leader sees each unit: all of the own subtree, and the unit above."""
        above: dict[str, frozenset[str]] = {}
        for unit in self.week.units:  # parents stand before their children
            above[unit.unit_id] = above.get(unit.parent_id or "", frozenset()) | {unit.unit_id}
        return {
            unit_id: leaders | {HR, *self.below.get(unit_id, ())}
            for unit_id, leaders in above.items()
        }


def _windows(presses: Sequence[_Press]) -> Iterator[Figure]:
    """Yield the last four weeks together, and all weeks since the start, up to the newest."""
    newest = presses[-1]
    for first in {max(0, len(presses) - ROLLING), 0}:
        span = presses[first:]
        if len(span) > 1:
            for unit_id in newest.people:
                for measure in newest.anchors:
                    yield from _window(span, unit_id, measure)


def _window(span: Sequence[_Press], unit_id: str, measure: str) -> Iterator[Figure]:
    inside = [(press, press.people.get(unit_id, frozenset())) for press in span]
    newest = span[-1]
    if sum(press.ballots(people) for press, people in inside) >= newest.week.k:
        answers = [one for press, people in inside for one in press.answered(people, measure)]
        everybody = frozenset().union(*(people for _, people in inside))
        yield Figure(
            newest.wave, measure, unit_id, everybody, _exact(len(answers)), _exact(sum(answers)),
            source="window", edition=f"{span[0].wave}..{newest.wave}",
            viewers=newest.seen_by[unit_id],
        )  # fmt: skip


def _exact(value: int) -> Span:
    return Span(value, value)
