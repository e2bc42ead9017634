"""Filtering two teams together, and going on from there.

A filter that shows any two teams together looks harmless: "Night shift and Day shift, 9 answers".
But Day shift alone shows 6 answers, so Night shift, which is hidden, is the other 3. Put Night
shift into the next filter and the next hidden team falls, one after the other. Here there are no
filters: nobody can choose which teams to add up. The only sums are the units of the organisation
and, for each, the hidden teams together, which are chosen by the release and never by a reader.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered

NAME: Final = "chained-filters"
ROUNDS: Final = 8


def attack(publication: Publication) -> Recovered:
    """Take known groups from what filters show, and use what is found for the next step."""
    return recovered(
        publication,
        (
            (wave, measure, people)
            for wave, measure, figures in publication.families("page", "filter")
            for people in _chain(figures)
        ),
    )


def _chain(figures: Sequence[Figure]) -> Iterator[People]:
    """Yield the groups that follow one from the other, beginning with what pages show."""
    known = {figure.people for figure in figures}
    news = {figure.people for figure in figures if figure.source == "page"}
    sums = [figure.people for figure in figures if figure.source == "filter"]
    for _ in range(ROUNDS):
        found = {both - one for both in sums for one in news if one < both} - known
        if not found:
            return
        yield from found
        known |= found
        news = found
