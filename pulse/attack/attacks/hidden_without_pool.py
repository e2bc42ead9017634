"""Asking what is left where nothing is shown of it.

A department with four teams shows three. The fourth is "not shown", and no figure speaks of it;
so a reader knows nothing, says the product. But then nothing promises that there are k people in
it either, and if the product shows such rests when they are large, not showing this one says that
it is small, or that nobody answered at all. Here every rest with invited people is shown as a
pool, "at least 5 of 9 people", or the unit above it is not shown; a missing pool does not exist.
"""

from collections.abc import Iterator
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered
from pulse.attack.remainders import remainders

NAME: Final = "hidden-without-pool"


def attack(publication: Publication) -> Recovered:
    """Find what is left of a shown unit and has no figure that promises k people."""
    return recovered(publication, _unvouched(publication))


def _unvouched(publication: Publication) -> Iterator[tuple[str, str, People]]:
    for wave, measure, figures in publication.families():
        promised = {figure.people for figure in figures if _promises(figure, publication)}
        for left in remainders(figures):
            if left.rest not in promised:
                yield wave, measure, left.rest


def _promises(figure: Figure, publication: Publication) -> bool:
    return figure.n.low >= publication.k[figure.wave]
