"""How many people may stand behind a set of groups, as far as the bands of a home say."""

from collections.abc import Iterable, Mapping

from pulse.attack.publication import Figure, People, Span
from pulse.attack.remainders import Nest


class Bounds:
    """Bounds of the answers of any set of groups, from the figures shown on pages.

    Args:
        figures: everything printed.
        invited: per wave the invited people of each group.
    """

    def __init__(self, figures: Iterable[Figure], invited: Mapping[str, Mapping[str, int]]) -> None:
        self._invited = invited
        self._shown: dict[str, dict[People, Span]] = {wave: {} for wave in invited}
        for figure in figures:
            if figure.source == "page" and figure.measure.startswith("item:"):
                self._note(figure)
        self._nests = {wave: Nest(shown) for wave, shown in self._shown.items()}
        self._known: dict[tuple[str, People], Span] = {}

    def _note(self, figure: Figure) -> None:
        """Keep the least that any figure of a set of people promises."""
        known = self._shown[figure.wave]
        before = known.get(figure.people, figure.n)
        low, high = min(before.low, figure.n.low), max(before.high, figure.n.high)
        known[figure.people] = Span(low, high)

    def answers(self, wave: str, measure: str, people: People) -> Span:
        """Return the fewest and most answers that these groups may have given.

        At least what shown sets inside promise together, at most what a shown set around them or
        their headcount allows. Items of a wave share one pattern, so `measure` does not matter.
        """
        del measure
        if (wave, people) not in self._known:
            self._known[wave, people] = self._answers(wave, people)
        return self._known[wave, people]

    def _answers(self, wave: str, people: People) -> Span:
        shown, nest = self._shown[wave], self._nests[wave]
        invited = sum(self._invited[wave][one] for one in people)
        most = min([invited, *(shown[one].high for one in nest.around(people))])
        if people in shown:
            return Span(shown[people].low, most)
        return Span(sum(shown[one].low for one in nest.inside(people)), most)
