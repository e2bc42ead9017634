"""Counting people by subtraction, although no figure of theirs is shown.

A page says "19 of 24 answered" of a department, and the pages of its teams say 8 and 7. So the
third team, which is hidden, had 4 answers: whoever knows who was on holiday that week knows who
the four are, and every later figure can be aimed at them. Here no unit has a participation of
its own; each figure says "at least 5", "at least 10" and never says more than two people fewer
than are invited, and all decisions use these bands. Subtracting bands leaves several counts
possible for every hidden group. The tallies of the whole organisation are public on purpose and
left out; headcounts are not used here (`headcount-bounds` does).
"""

from collections.abc import Iterator
from typing import Final

from pulse.attack.publication import People, Publication, Recovered, recovered
from pulse.attack.sums import ENDLESS, families, tightened

NAME: Final = "band-straddle"


def attack(publication: Publication) -> Recovered:
    """Find the groups without a figure whose number of answers has only one possible value."""
    return recovered(publication, _pinned(publication))


def _pinned(publication: Publication) -> Iterator[tuple[str, str, People]]:
    for family in families(publication):
        shown = {family.bits.of(figure.people) for figure in family.figures if figure.total}
        shown |= {family.bits.of(figure.people) for figure in family.figures if figure.mean}
        for one, span in tightened(family.spans, lambda _: ENDLESS).items():
            if span.exact and span.low >= 1 and one not in shown | {family.everybody}:
                yield family.wave, family.measure, family.bits.people(one)
