"""Subtraction: what is left of a printed set of people without the printed sets inside it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pulse.attack.publication import Figure, People, Publication
from pulse.disclosure.residues import OTHERS


class Remainder(NamedTuple):
    """The people of a figure who are in none of the `parts`, the largest figures inside it."""

    whole: Figure
    parts: tuple[Figure, ...]
    rest: People


def remainders(figures: Sequence[Figure]) -> Iterator[Remainder]:
    """Yield what is left of each unit's figure that has others inside it, if anybody is left.

    A pool is such a rest itself, shown under a name of its own, and takes nothing away.
    """
    units = [figure for figure in figures if not figure.unit_id.endswith(OTHERS)]
    for whole in units:
        parts = largest_inside(whole.people, units)
        rest = whole.people.difference(*(part.people for part in parts))
        if parts and rest:
            yield Remainder(whole, tuple(parts), rest)


def largest_inside(people: People, figures: Iterable[Figure]) -> list[Figure]:
    """List the largest figures of fewer people than `people`, all of them among these."""
    inside = {figure.people: figure for figure in figures if figure.people < people}
    return [
        figure for one, figure in inside.items() if one and not any(one < other for other in inside)
    ]


def hidden_units(publication: Publication) -> dict[str, list[People]]:
    """Map each wave to the people of its hidden units."""
    found: dict[str, list[People]] = {wave: [] for wave in publication.k}
    for unit in publication.hidden:
        found[unit.wave].append(unit.people)
    return found


def pieces(rest: People, hidden: Iterable[People]) -> int:
    """Count the hidden units that make up `rest`; people in none of them are one more piece."""
    inside = {one for one in hidden if one and one <= rest}
    largest = [one for one in inside if not any(one < other for other in inside)]
    return len(largest) + bool(rest.difference(*largest))
