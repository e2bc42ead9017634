"""Subtraction: what is left of a printed set of people without the printed sets inside it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pulse.attack.publication import Figure, People, Publication
from pulse.disclosure.residues import OTHERS


class Nest:
    """Sets of people, each found by anybody in it; however they lie in each other."""

    def __init__(self, sets: Iterable[People]) -> None:
        self._having: defaultdict[str, list[People]] = defaultdict(list)
        for one in set(sets):
            for person in one:
                self._having[person].append(one)

    def inside(self, people: People) -> list[People]:
        """List the largest sets of fewer people than `people`, all of them among these."""
        near = {one for person in people for one in self._having.get(person, ())}
        found: list[People] = []
        covering: defaultdict[str, list[People]] = defaultdict(list)
        for one in sorted((one for one in near if one < people), key=len, reverse=True):
            if not any(one < larger for larger in covering[next(iter(one))]):
                found.append(one)
                for person in one:
                    covering[person].append(one)
        return found

    def around(self, people: People) -> list[People]:
        """List the sets that all of `people` are in."""
        return [one for one in self._having.get(next(iter(people), ""), ()) if people <= one]


class Remainder(NamedTuple):
    """The people of a figure who are in none of the `parts`, the largest figures inside it."""

    whole: Figure
    parts: tuple[Figure, ...]
    rest: People


def remainders(figures: Sequence[Figure]) -> Iterator[Remainder]:
    """Yield what is left of each unit's figure that has others inside it, if anybody is left.

    A pool is such a rest itself, shown under a name of its own, and takes nothing away.
    """
    units = {f.people: f for f in figures if not f.unit_id.endswith(OTHERS)}
    nest = Nest(units)
    for people, whole in units.items():
        inside = nest.inside(people)
        rest = people.difference(*inside)
        if inside and rest:
            yield Remainder(whole, tuple(units[one] for one in inside), rest)


class Unseen:
    """The hidden units of each wave."""

    def __init__(self, publication: Publication) -> None:
        people: dict[str, list[People]] = {wave: [] for wave in publication.k}
        for unit in publication.hidden:
            people[unit.wave].append(unit.people)
        self._nests = {wave: Nest(hidden) for wave, hidden in people.items()}
        self._known: dict[tuple[str, People], int] = {}

    def pieces(self, wave: str, rest: People) -> int:
        """Count the hidden units that make up `rest`; people in none of them are one more piece."""
        if (wave, rest) not in self._known:
            nest = self._nests[wave]
            whole = rest in nest.around(rest)
            inside = [rest] if whole else nest.inside(rest)
            self._known[wave, rest] = len(inside) + bool(rest.difference(*inside))
        return self._known[wave, rest]
