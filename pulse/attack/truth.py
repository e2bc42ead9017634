"""What really happened in a twin: the only place that scoring may ask."""

from collections.abc import Mapping, Sequence

from pulse.attack.publication import PARTICIPATION, People, Span
from pulse.attack.twin import Week
from pulse.instrument import Instrument
from pulse.terms import PREFERS_NOT, SKIPPED, TOP


class Truth:
    """Everybody's answers in the weeks of a twin.

    Args:
        weeks: the weeks that were lived.
        instrument: tells scales and reversal.
    """

    def __init__(self, weeks: Sequence[Week], instrument: Instrument) -> None:
        self.weeks = {week.wave: week for week in weeks}
        self.instrument = instrument
        # Person by person and item by item, after reversal.
        self.given: Mapping[str, Mapping[str, Mapping[str, int]]] = {
            week.wave: {
                person: dict(zip(week.items, map(self._turned, week.items, answers), strict=True))
                for person, answers in week.given.items()
            }
            for week in weeks
        }
        self._answered = {week.wave: self._who_answered(week) for week in weeks}

    def scales(self, wave: str) -> dict[str, tuple[str, ...]]:
        """Map each scale asked in a wave to its items asked."""
        found: dict[str, tuple[str, ...]] = {}
        for item in self.weeks[wave].items:
            scale = self.instrument.items[item].scale
            found[scale] = (*found.get(scale, ()), item)
        return found

    def scale_measures(self, wave: str) -> dict[str, tuple[str, ...]]:
        """Map each scale measure of a wave to the item measures that it is made of."""
        return {
            f"scale:{scale}": tuple(f"item:{item}" for item in items)
            for scale, items in self.scales(wave).items()
        }

    def answers(self, wave: str, measure: str, people: People) -> Span:
        """Count who of `people` answered an item, any item of a scale, or (for "") the least item.

        Args:
            wave: the wave.
            measure: "item:A1", "scale:energy", "participation" or "".
            people: persons.
        """
        answered = self._answered[wave]
        if measure:
            count = len(people & answered[measure])
        else:
            items = [f"item:{item}" for item in self.weeks[wave].items]
            count = min(len(people & answered[item]) for item in items)
        return Span(count, count)

    def _turned(self, item: str, answer: int) -> int:
        reverse = self.instrument.items[item].reverse and answer not in {SKIPPED, PREFERS_NOT}
        return TOP + 1 - answer if reverse else answer

    def _who_answered(self, week: Week) -> dict[str, People]:
        found = {
            f"item:{item}": frozenset(
                person
                for person, answers in self.given[week.wave].items()
                if answers[item] not in {SKIPPED, PREFERS_NOT}
            )
            for item in week.items
        }
        for scale, items in self.scales(week.wave).items():
            found[f"scale:{scale}"] = frozenset().union(*(found[f"item:{item}"] for item in items))
        found[PARTICIPATION] = frozenset(week.given)
        return found
