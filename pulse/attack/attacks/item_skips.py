"""Looking for the question that some people skipped.

Five ballots came from the hidden team, so what is left of the department is five people and
passes the threshold. But two of them skipped the question about their workload: on that one the
department minus its shown teams is three people. A product that counts ballots does not notice.
Here the number that decides is the fewest answers to any question of the week, group by group, so
that every question has k answers behind it wherever anything is shown or left over.
"""

from collections.abc import Iterator
from typing import Final

from pulse.attack.publication import People, Publication, Recovered, recovered
from pulse.attack.remainders import Remainder, remainders

NAME: Final = "item-skips"


def attack(publication: Publication) -> Recovered:
    """Find what is left with k ballots or more, but fewer than k answers to some item."""
    return recovered(publication, _skipped(publication))


def _skipped(publication: Publication) -> Iterator[tuple[str, str, People]]:
    most: dict[tuple[str, People], float] = {}
    left_over: list[tuple[str, str, Remainder]] = []
    for wave, measure, figures in publication.families():
        if not measure.startswith("scale:"):
            for figure in figures:
                key = wave, figure.people
                most[key] = max(figure.n.high, most.get(key, 0))
            for left in remainders(figures):
                key = wave, left.rest
                most[key] = max(_most(left), most.get(key, 0))
                left_over.append((wave, measure, left))
    for wave, measure, left in left_over:
        k = publication.k[wave]
        if measure.startswith("item:") and _least(left) < k <= most[wave, left.rest]:
            yield wave, measure, left.rest


def _least(left: Remainder) -> float:
    return left.whole.n.low - sum(part.n.high for part in left.parts)


def _most(left: Remainder) -> float:
    return left.whole.n.high - sum(part.n.low for part in left.parts)
