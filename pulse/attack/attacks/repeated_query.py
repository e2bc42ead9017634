"""Asking the same question twice.

On Friday the report of the department says 24 answers; on Monday, after two late ballots were let
in, it says 26. The difference is what the two late people answered, and everybody knows who was
on leave. A correction of a single answer shows in the same way. Here a week is released once:
what comes after the close is not counted, nothing is corrected, and whoever asks again gets the
same bytes; the ledger names their hash.
"""

from collections import defaultdict
from itertools import permutations
from typing import Final

from pulse.attack.publication import Figure, Publication, Recovered, recovered

NAME: Final = "repeated-query"


def attack(publication: Publication) -> Recovered:
    """Subtract printings of the same figure from each other."""
    printed: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for figure in publication.figures:
        if figure.source in {"page", "late"}:
            printed[figure.wave, figure.measure, figure.unit_id].append(figure)
    return recovered(
        publication,
        (
            (wave, measure, one.people - other.people)
            for (wave, measure, _), figures in printed.items()
            for one, other in permutations(figures, 2)
            if other.people < one.people
        ),
    )
