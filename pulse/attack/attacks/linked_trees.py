"""The same week under two organisation charts, and every figure in one big sum.

After a reorganisation last month's answers are shown for the new departments too. No unit of
either chart is small; but North of the old chart minus the new teams 3 and 4, plus a team that
is in both, are two people. Such sums are not found by looking, so the attack lets a solver look:
it may add and subtract all figures of a week, under every chart and threshold they were printed
with, and searches for the smallest group of people that any such sum leaves alone. Here a week
is printed once, under the tree it was asked with, and never again; what is printed then is
searched in the same way, exactly, before it may be published. Groups are counted until the
solver finds no more, at most ten a week.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered
from pulse.disclosure.isolation import smallest_isolated

NAME: Final = "linked-trees"
_MOST: Final = 10


def attack(publication: Publication) -> Recovered:
    """Search all sums of a week's figures for groups of fewer than k people."""
    return recovered(publication, _isolated(publication))


def _isolated(publication: Publication) -> Iterator[tuple[str, str, People]]:
    searched: set[tuple[str, frozenset[People]]] = set()
    for wave, measure, figures in _fullest(publication):
        sets = frozenset(figure.people for figure in figures)
        if (wave, sets) not in searched:
            searched.add((wave, sets))
            for people in _groups(publication, wave, measure, sets):
                yield wave, measure, people


def _fullest(publication: Publication) -> Iterator[tuple[str, str, list[Figure]]]:
    """Yield per wave the item printed for the most sets of people."""
    best: dict[str, tuple[str, list[Figure]]] = {}
    for wave, measure, figures in publication.families("page", "recut"):
        means = [figure for figure in figures if figure.total or figure.mean]
        if measure.startswith("item:") and len(means) > len(best.get(wave, ("", []))[1]):
            best[wave] = measure, means
    for wave, (measure, figures) in best.items():
        yield wave, measure, figures


def _groups(
    publication: Publication, wave: str, measure: str, sets: frozenset[People]
) -> Iterator[People]:
    """Yield groups that sums of the sets isolate, each with somebody not yet found.

    How many people a sum is about, the same sum of the figures' n tells the attacker.
    """
    k = publication.k[wave]
    classes = _alike(sets, publication.invited[wave])
    members = {str(at): people for at, people in enumerate(classes)}
    size = {at: int(publication.answers(wave, measure, who).low) for at, who in members.items()}
    family = [[at for at, who in members.items() if who <= one] for one in sorted(sets, key=sorted)]
    for _ in range(_MOST):
        found = smallest_isolated(family, size, k)
        if found is None:
            return
        yield frozenset().union(*(members[at] for at in found))
        size |= dict.fromkeys(found, k)


def _alike(sets: frozenset[People], invited: Mapping[str, int]) -> list[People]:
    """Return the people who are in exactly the same sets, together."""
    inside: dict[str, list[int]] = {}
    for number, people in enumerate(sorted(sets, key=sorted)):
        for one in people:
            if invited[one]:
                inside.setdefault(one, []).append(number)
    together: dict[tuple[int, ...], set[str]] = {}
    for one in sorted(inside):
        together.setdefault(tuple(inside[one]), set()).add(one)
    return [frozenset(people) for people in together.values()]
