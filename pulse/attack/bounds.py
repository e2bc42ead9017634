"""How many people may stand behind a set of groups, as far as the bands of a home say."""

from collections.abc import Iterable, Mapping

from pulse.attack.publication import PARTICIPATION, Figure, People, Span


class Bounds:
    """Bounds of the answers of any set of groups, from the figures shown on pages.

    Args:
        figures: everything printed.
        invited: per wave the invited people of each group.
    """

    def __init__(self, figures: Iterable[Figure], invited: Mapping[str, Mapping[str, int]]) -> None:
        self._invited = invited
        self._shown: dict[str, dict[People, Span]] = {}
        for figure in figures:
            if figure.source == "page" and not figure.measure.startswith("scale:"):
                self._note(figure)

    def _note(self, figure: Figure) -> None:
        """Keep the least that any figure of a set of people promises."""
        known = self._shown.setdefault(figure.wave, {})
        if figure.measure != PARTICIPATION:  # ballots bound answers from above only
            before = known.get(figure.people, figure.n)
            low, high = min(before.low, figure.n.low), max(before.high, figure.n.high)
            known[figure.people] = Span(low, high)

    def answers(self, wave: str, measure: str, people: People) -> Span:
        """Return the fewest and most answers that these groups may have given.

        At least what shown sets inside promise together, at most what a shown set around them or
        their headcount allows. Items of a wave share one pattern, so `measure` does not matter.
        """
        del measure
        shown = self._shown.get(wave, {})
        inside = [one for one in shown if one <= people]
        largest = [one for one in inside if not any(one < other for other in inside)]
        around = [span.high for one, span in shown.items() if one >= people]
        most = min([*around, sum(self._invited[wave][one] for one in people)])
        return Span(sum(shown[one].low for one in largest), most)
