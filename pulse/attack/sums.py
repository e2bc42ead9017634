"""Counts that add up along a tree: what printed counts allow for everything between them.

Sets of people are bits of an integer. Where every two sets are nested or apart, one pass up and
one pass down give the exact bounds of every set and of what is left of it outside the others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from pulse.attack.publication import PARTICIPATION, Figure, Hidden, People, Publication, Span

# More people than anybody employs: where an attack takes no headcount into account.
ENDLESS: Final = 10**9


class Bits:
    """Sets of people as integers, one bit for each of the smallest groups of a wave."""

    def __init__(self, invited: Mapping[str, int]) -> None:
        self._invited = invited
        self._places = {name: place for place, name in enumerate(invited)}
        self._names = tuple(invited)
        self._known: dict[People, int] = {}
        self._sizes: dict[int, int] = {}

    def of(self, people: People) -> int:
        """Return a set as an integer."""
        if people not in self._known:
            self._known[people] = sum(1 << self._places[one] for one in people)
        return self._known[people]

    def people(self, bits: int) -> People:
        """Return an integer as a set."""
        return frozenset(name for place, name in enumerate(self._names) if bits >> place & 1)

    def invited(self, bits: int) -> int:
        """Return how many people are invited in a set."""
        if bits not in self._sizes:
            self._sizes[bits] = sum(self._invited[one] for one in self.people(bits))
        return self._sizes[bits]


class Family(NamedTuple):
    """What is printed of the counts of one measure in one wave, set by set.

    The tallies of `everybody`, the whole organisation, are public on purpose.
    """

    wave: str
    measure: str
    bits: Bits
    spans: dict[int, Span]
    figures: list[Figure]
    hidden: frozenset[int]
    everybody: int


def families(publication: Publication) -> Iterator[Family]:
    """Yield the counts of every wave and measure, on pages and in exports.

    Hidden units are sets about whose count nothing is known. Nobody answers without taking part,
    so participation is the most that the count of any other measure can be.
    """
    bits = {wave: Bits(invited) for wave, invited in publication.invited.items()}
    unseen: dict[str, list[Hidden]] = {wave: [] for wave in bits}
    for unit in publication.hidden:
        unseen[unit.wave].append(unit)
    present: dict[str, dict[int, Span]] = {wave: {} for wave in bits}
    for wave, measure, figures in publication.families("page", "export"):
        if measure == PARTICIPATION:
            for figure in figures:
                _note(present[wave], bits[wave].of(figure.people), figure.n)
    for wave, measure, figures in publication.families("page", "export"):
        if measure.startswith("scale:"):
            continue
        hidden = frozenset(bits[wave].of(unit.people) for unit in unseen[wave])
        spans = {one: Span(0, ENDLESS) for one in hidden}
        for one, took_part in present[wave].items():
            _note(spans, one, took_part if measure == PARTICIPATION else Span(0, took_part.high))
        for figure in figures:
            _note(spans, bits[wave].of(figure.people), figure.n)
        everybody = bits[wave].of(frozenset(publication.invited[wave]))
        yield Family(wave, measure, bits[wave], spans, figures, hidden, everybody)


def _note(spans: dict[int, Span], one: int, span: Span) -> None:
    spans[one] = _cut(spans.get(one, span), span)


def forest(sets: Iterable[int]) -> dict[int, list[int]]:
    """Map every set to the largest sets inside it; 0 to those inside no other.

    Larger sets come first. A set that cuts across an earlier one is left out (`linked-trees`
    is the attack for those).
    """
    inside: dict[int, list[int]] = {0: []}
    for one in sorted(set(sets) - {0}, key=lambda bits: (-bits.bit_count(), bits)):
        above = 0
        while (below := _holder(inside[above], one)) is not None:
            above = below
        if not any(one & other for other in inside[above]):
            inside[above].append(one)
            inside[one] = []
    return inside


def _holder(among: Iterable[int], one: int) -> int | None:
    return next((other for other in among if one & other == one), None)


def tightened(spans: Mapping[int, Span], most: Callable[[int], float]) -> dict[int, Span]:
    """Return what counts that add up allow for every set and for what is left of it.

    Args:
        spans: what is known of each set's count.
        most: the largest count that a set can have by itself, as public headcounts say.

    Returns:
        Exact bounds of every set, and of the people of a set who are in none of those inside it.
    """
    inside = forest(spans)
    del inside[0]
    found: dict[int, Span] = {}
    parts: dict[int, list[int]] = {}
    for one in reversed(inside):
        below = list(inside[one])
        left = one & ~_union(below)
        if below and left:
            found[left] = Span(0, most(left))
            below.append(left)
        parts[one] = below
        found[one] = _cut(spans[one], Span(0, most(one)))
        if below:
            found[one] = _cut(found[one], _total(found[part] for part in below))
    for one in inside:
        total = _total(found[part] for part in parts[one])
        for part in parts[one]:
            mine = found[part]
            rest = Span(total.low - mine.low, total.high - mine.high)
            from_above = Span(found[one].low - rest.high, found[one].high - rest.low)
            found[part] = _cut(mine, from_above)
    return found


def _union(sets: Iterable[int]) -> int:
    bits = 0
    for one in sets:
        bits |= one
    return bits


def _cut(one: Span, other: Span) -> Span:
    return Span(max(one.low, other.low), min(one.high, other.high))


def _total(spans: Iterable[Span]) -> Span:
    each = list(spans)
    return Span(sum(span.low for span in each), sum(span.high for span in each))
