"""Headcounts that everybody knows, added to the figures.

Two teams are hidden. Together 5 people of them answered, and the address book says that they
have 3 and 2 members: so all of them took part, and each team's count is known. Or the 6 people
who are left of a department gave 30 points in total: then every one of them answered 5, and
each person's answer is known without any small group. The attacker works out the lowest and
highest possible count, and sum of answers, of every set of people, from all figures and
headcounts at once (on figures that add up along a tree this gives the exact range of each
count; of sums it uses that an answer lies between 1 and 5). Here bands end two people short of
everybody, means at either end read "1.5 or less", and the audit refuses a wave in which fewer
than three counts are possible for a hidden group. Counted are groups of fewer than k whose
count is certain (the whole organisation's is public on purpose), and groups of any size whose
every answer is certain.
"""

from collections.abc import Iterator
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, Span
from pulse.attack.reading import whole
from pulse.attack.sums import Family, families, tightened
from pulse.terms import TOP

NAME: Final = "headcount-bounds"


def attack(publication: Publication) -> Recovered:
    """Find groups whose count is pinned by headcounts, or whose answers are all the same."""
    found: dict[tuple[str, People], int] = {}
    for family in families(publication):
        counts = tightened(family.spans, family.bits.invited)
        for one in {*_pinned(publication, family, counts), *_unanimous(family, counts)}:
            people = family.bits.people(one)
            size = int(counts[one].high)
            found[family.wave, people] = max(size, found.get((family.wave, people), 0))
    return Recovered(groups=len(found), people=sum(found.values()))


def _pinned(publication: Publication, family: Family, counts: dict[int, Span]) -> Iterator[int]:
    for one, span in counts.items():
        if span.exact and span.low >= 1 and one != family.everybody:
            people = family.bits.people(one)
            if publication.small(family.wave, family.measure, people):
                yield one


def _unanimous(family: Family, counts: dict[int, Span]) -> Iterator[int]:
    """Yield the sets whose sum of answers can only be the lowest or the highest."""
    sums = {one: Span(span.low, TOP * span.high) for one, span in counts.items()}
    for figure in family.figures:
        total = total_of(figure)
        if total is not None:
            sums[family.bits.of(figure.people)] = total
    for one, total in tightened(sums, lambda bits: TOP * family.bits.invited(bits)).items():
        if one in counts and counts[one].low >= 1:
            fewest, most = counts[one]
            if total.low >= TOP * most or total.high <= fewest:
                yield one


def total_of(figure: Figure) -> Span | None:
    """Return which sums of answers a figure allows; None where it says nothing of them."""
    if figure.total is not None:
        return figure.total
    if figure.mean is None:
        return None
    sums = whole(figure.mean.low * figure.n.low, figure.mean.high * figure.n.high)
    return Span(sums.start, sums.stop - 1)
