"""Looking at the page before and after one ballot.

While the week is open, the page says "12 answers, mean 3.50". A colleague says at lunch "I have
just filled it in", and the page says "13 answers, mean 3.31". So the colleague gave a 1: 13 x 3.31
- 12 x 3.50 = 1. Nothing small was ever shown, only two large figures close after each other. Here
nothing at all is shown while a week is open, to nobody, not even how many have answered; figures
appear once, together, after the week has closed.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Final

from pulse.attack.publication import Figure, Publication, Recovered, recovered

NAME: Final = "live-ballot"


def attack(publication: Publication) -> Recovered:
    """Subtract each look at an open week from the next one."""
    looks: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for figure in publication.figures:
        if figure.source == "live":
            looks[figure.wave, figure.measure, figure.unit_id].append(figure)
    return recovered(
        publication,
        (
            (wave, measure, after.people - before.people)
            for (wave, measure, _), seen in looks.items()
            for before, after in pairwise(seen)
        ),
    )
