"""Subtracting one span of weeks from another.

A team of four never has 5 answers in a week, so no week of it is shown. But "the last four weeks"
has 14 answers and is shown, and next Monday it is shown again with one week more and one week
less; "since the start" grows by exactly one week at a time. Subtract, and the single week is
there, with its 3 answers. The threshold was passed by counting answers where it should have
counted people. Here no answers are ever added up over weeks: four-week figures are made from the
weekly figures that are shown already, and a hidden week stays out of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered

NAME: Final = "windows"
Weeks = frozenset[str]


def attack(publication: Publication) -> Recovered:
    """Find hidden weeks of a unit by subtracting windows, and windows of known weeks."""
    return recovered(publication, _weeks(publication))


def _weeks(publication: Publication) -> Iterator[tuple[str, str, People]]:
    hidden = {(unit.wave, unit.unit_id): unit.people for unit in publication.hidden}
    order = list(publication.k)
    spans: dict[tuple[str, str], set[Weeks]] = defaultdict(set)
    shown: dict[tuple[str, str], set[str]] = defaultdict(set)
    for figure in publication.figures:
        if figure.source == "window":
            spans[figure.unit_id, figure.measure].add(_span(figure, order))
        elif figure.source == "page":
            shown[figure.unit_id, figure.measure].add(figure.wave)
    for (unit_id, measure), windows in spans.items():
        for wave in _single(windows, shown[unit_id, measure]):
            if (wave, unit_id) in hidden:
                yield wave, measure, hidden[wave, unit_id]


def _span(figure: Figure, order: Sequence[str]) -> Weeks:
    first, _, last = figure.edition.partition("..")
    return frozenset(order[order.index(first) : order.index(last) + 1])


def _single(windows: set[Weeks], shown: set[str]) -> set[str]:
    """Return the weeks that windows tell apart: what is in one and not in the other, if known."""
    found: set[str] = set()
    grown = True
    while grown:
        known = shown | found
        for one, other in permutations(windows, 2):
            if len(one - known) == 1:
                found |= one - known
            elif len(one - other) == 1 and not other - one - known:
                found |= one - other
        grown = bool(found - known)
    return found
