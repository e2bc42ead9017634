"""One of the people behind a figure takes their own answer out.

Five people answered, and the mean is exactly 3.4: together 17 points. One of the five answered
5, so the other four gave 12 points; two friends who compare notes are left with three people.
Whoever is in a team always knows one answer more than the page says, so an exact mean of k
people is an exact mean of k - 1. Here n is printed as "at least 5" and the mean in steps of half
a point, so that several sums of the others stay possible whatever the insider answered. Counted
are figures in which some member knows the exact number and sum of fewer than k others, or every
single answer of however many others. (Where nobody's answers are at hand, in a real home, the
member may have answered anything.)
"""

from functools import cache
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, Span
from pulse.attack.reading import sums_of, whole
from pulse.terms import TOP

NAME: Final = "insider"
# A figure that leaves more counts than this open determines nothing: bands are narrower.
_WIDEST: Final = 100


def attack(publication: Publication) -> Recovered:
    """Find the figures from which a member can work out the others' sum."""
    found: dict[tuple[str, People], int] = {}
    for figure in publication.figures:
        if figure.source in ("page", "export", "filter") and not figure.measure.startswith("scale"):
            k = publication.k[figure.wave]
            reading = figure.n, figure.total, figure.mean
            others = max(
                (_learnt(*reading, k, own) for own in _own(publication, figure)), default=0
            )
            if others:
                key = figure.wave, figure.people
                found[key] = max(others, found.get(key, 0))
    return Recovered(groups=len(found), people=sum(found.values()))


def _own(publication: Publication, figure: Figure) -> set[int]:
    """Return what members answered: each of them knows that."""
    if publication.given is None:
        return set(range(1, TOP + 1))
    given, item = publication.given[figure.wave], figure.measure.removeprefix("item:")
    found = {given[one].get(item, 0) for one in figure.people if one in given}
    return found & set(range(1, TOP + 1))


@cache
def _learnt(n: Span, total: Span | None, mean: Span | None, k: int, own: int) -> int:
    """Return how many others a member who answered `own` learns of; 0 if nothing for certain."""
    if (total is None and mean is None) or n.high - n.low > _WIDEST:
        return 0
    left = [
        (count - 1, sum_ - own)
        for count in whole(max(2, n.low), n.high)
        for sum_ in sums_of(count, total, mean)
        if count - 1 <= sum_ - own <= TOP * (count - 1)
    ]
    if not left:
        return 0
    most = max(count for count, _ in left)
    exact = len(set(left)) == 1 and most < k
    all_lowest = all(sum_ == count for count, sum_ in left)
    all_highest = all(sum_ == TOP * count for count, sum_ in left)
    return most if exact or all_lowest or all_highest else 0
