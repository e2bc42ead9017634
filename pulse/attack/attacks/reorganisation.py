"""Comparing the old and the new chart of the same week.

A team of three moves to another department. The product "updates the history": last month's
figures of both departments are shown again under the new chart. The old figure of the department
minus the new one is the team that moved, for every week of the past, although no week of it was
ever shown. Somebody who left is found the same way: they are in the old figure and not in the new
one. Here a week is released once, under the chart of that week, and never cut again; a unit whose
people changed begins a new series, and its chart says so.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered
from pulse.attack.remainders import Nest

NAME: Final = "reorganisation"


def attack(publication: Publication) -> Recovered:
    """Subtract figures of one week under two trees from each other."""
    return recovered(
        publication,
        (
            (wave, measure, people)
            for wave, measure, figures in publication.families("page", "recut")
            for people in _moved(figures)
        ),
    )


def _moved(figures: Sequence[Figure]) -> Iterator[People]:
    again = [figure for figure in figures if figure.source == "recut"]
    nest = Nest(figure.people for figure in figures)
    for new in again:
        for old in figures:
            if old.edition != new.edition:
                yield from _between(old.people, new.people, nest)
                yield from _between(new.people, old.people, nest)


def _between(larger: People, smaller: People, nest: Nest) -> Iterator[People]:
    """Yield who is in one and not in the other, and of these who is in no figure."""
    if smaller < larger:
        moved = larger - smaller
        yield moved
        yield moved.difference(*nest.inside(moved))
