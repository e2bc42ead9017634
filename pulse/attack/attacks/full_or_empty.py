"""A unit in which everybody took part, or nobody.

"7 of 7 answered" says of each of the seven, by name, that they took part; "no answers" says of
everybody that they did not, and a leader who has asked for answers may ask them why. Taking part
is voluntary only while nobody can tell. Here a figure never counts more than two people fewer
than are invited, so full participation reads like nearly full, and a unit without answers looks
like any hidden unit. The tallies of the whole organisation are public on purpose (they let
everybody check that no ballot was lost or invented), and so they are left out here. Counted are
units, of any size, of whose members it is certain that all took part or that none did.
"""

from collections import defaultdict
from typing import Final

from pulse.attack.publication import PARTICIPATION, Hidden, People, Publication, Recovered
from pulse.attack.sums import Family, families, tightened

NAME: Final = "full-or-empty"


def attack(publication: Publication) -> Recovered:
    """Find the units, other than the root, with certain participation of everybody."""
    found: set[tuple[str, People]] = set()
    sizes: dict[tuple[str, People], int] = {}
    for family in families(publication):
        for one in _certain(publication, family):
            key = family.wave, family.bits.people(one)
            sizes[key] = family.bits.invited(one)
            found.add(key)
    for unit in _empty(publication):
        invited = publication.invited[unit.wave]
        sizes[unit.wave, unit.people] = sum(invited[one] for one in unit.people)
        found.add((unit.wave, unit.people))
    return Recovered(groups=len(found), people=sum(sizes[key] for key in found))


def _certain(publication: Publication, family: Family) -> list[int]:
    parents = publication.parents[family.wave]
    roots = {
        family.bits.of(figure.people)
        for figure in family.figures
        if parents.get(figure.unit_id, "") is None
    }
    spans = {one: span for one, span in family.spans.items() if one not in roots}
    counts = tightened(spans, family.bits.invited)
    nobody = 0 if family.measure == PARTICIPATION else -1
    return [
        one
        for one, span in counts.items()
        if family.bits.invited(one)
        and (span.low >= family.bits.invited(one) or span.high <= nobody)
    ]


def _empty(publication: Publication) -> list[Hidden]:
    """Return the hidden units whose looks are only ever those of units without ballots.

    Where all hidden units look alike, nothing can be read from their looks.
    """
    looks: dict[str, list[Hidden]] = defaultdict(list)
    for unit in publication.hidden:
        looks[unit.looks].append(unit)
    if len(looks) == 1:
        return []
    return [
        unit
        for units in looks.values()
        if all(publication.answers(u.wave, PARTICIPATION, u.people).high == 0 for u in units)
        for unit in units
    ]
