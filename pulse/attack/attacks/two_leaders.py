"""Putting together what two leaders see.

The leader of team A sees team A and, to compare, the department; the leader of team B sees team B
and the department. Neither can work out anything alone. Over coffee they can: the department
minus A minus B is team C, which is hidden. Who may see what is a matter of manners, not of safety:
people talk, change jobs and forward screenshots. Here roles decide who needs to know, and nothing
else; every figure must be safe beside all others, as if everybody saw everything.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered

NAME: Final = "two-leaders"
FEW: Final = 3


def attack(publication: Publication) -> Recovered:
    """Take two shown units from the unit above them, which both leaders see."""
    return recovered(
        publication,
        (
            (wave, measure, people)
            for wave, measure, figures in publication.families()
            for people in _together(figures, publication.parents[wave])
        ),
    )


def _together(figures: Sequence[Figure], parents: Mapping[str, str | None]) -> Iterator[People]:
    shown = {figure.unit_id: figure for figure in figures}
    below: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        above = parents.get(figure.unit_id)
        if above in shown:
            below[above or ""].append(figure)
    for above, units in below.items():
        whole = shown[above]
        # Of more than three, two leave another shown one, and that is large by itself.
        for one, other in combinations(units, 2) if len(units) <= FEW else ():
            if {one.unit_id, other.unit_id} <= whole.viewers:
                yield whole.people - one.people - other.people
