"""Reading what is not shown.

"Fewer than 5 answers" in place of a figure says that 1 to 4 people of this team answered;
another team reads "no answers", and a third, hidden only to protect the first, reads something
else again. Each sentence is a figure, and it is one about a small group: with the headcount and
a look around the office it names the silent or the loud. Here every hidden unit looks the same,
on every page and in every export, whether nobody answered, one to four people did, or it is
hidden to protect another. The attack sorts hidden units by their looks; where looks differ and
one kind is only ever worn by units with fewer than k answers, all of these are found. `guess` is
how often "hidden, so one to k - 1 people answered" is right for the most telling looks, `blind`
how often it is right of a unit picked at random.
"""

from collections import defaultdict
from typing import Final

import msgspec

from pulse.attack.publication import PARTICIPATION, Hidden, Publication, Recovered, recovered

NAME: Final = "absence-pattern"


def attack(publication: Publication) -> Recovered:
    """Sort hidden units by their looks and find the looks that only small units wear."""
    looks: dict[str, list[bool]] = defaultdict(list)
    worn: dict[str, list[Hidden]] = defaultdict(list)
    for unit in publication.hidden:
        looks[unit.looks].append(publication.small(unit.wave, PARTICIPATION, unit.people))
        worn[unit.looks].append(unit)
    telling = [kind for kind, small in looks.items() if len(looks) > 1 and all(small)]
    found = recovered(
        publication,
        ((unit.wave, PARTICIPATION, unit.people) for kind in telling for unit in worn[kind]),
    )
    if publication.given is None or not looks:
        return found
    shown = {(f.wave, f.unit_id) for f in publication.figures if f.source == "page"}
    units = len(shown) + len(publication.hidden)
    return msgspec.structs.replace(
        found,
        guess=max(sum(small) / len(small) for small in looks.values()),
        blind=sum(map(sum, looks.values())) / units,
    )
