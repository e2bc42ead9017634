"""A scale and the items it is made of.

"Care" is shown as the mean of 15 answers, and two of its three items are shown with 6 answers
each. So the third item, hidden because too few answered it, had 3 answers, and their sum is what
is left of the scale's total: a small group that no figure shows. The same works with rounded
items: each leaves a few sums possible, and a scale computed from the raw answers then fits only
one of them. Here a scale is computed from the printed, rounded rows of its items and from
nothing else, so that it can say nothing which they do not; and all items of a wave are shown for
the same units or for none. Counted are hidden items with 1 to k - 1 answers, and items whose
exact sum a scale gives away although it was printed rounded (there the attacker takes it that
nobody skipped an item).
"""

from collections.abc import Iterator
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, recovered
from pulse.attack.reading import sums_of, whole

NAME: Final = "scale-against-items"
_WIDEST: Final = 100

_Unit = tuple[str, People, str, str]


def attack(publication: Publication) -> Recovered:
    """Subtract items from their scale; let scales narrow rounded items."""
    left: list[tuple[str, str, People]] = []
    narrowed: dict[tuple[str, str, People], int] = {}
    printed = _units(publication)
    for (wave, people, *_), figures in printed.items():
        for scale, items in publication.scales.get(wave, {}).items():
            whole_scale = figures.get(scale)
            shown = {item: figures[item] for item in items if item in figures}
            missing = [item for item in items if item not in shown]
            if whole_scale is None or not shown:
                continue
            if missing:
                left += [
                    (wave, i, people) for i in _hidden(whole_scale, shown, missing, publication)
                ]
            else:
                for item, n in _determined(whole_scale, shown):
                    narrowed[wave, item, people] = n
    found = recovered(publication, left)
    return Recovered(found.groups + len(narrowed), found.people + sum(narrowed.values()))


def _units(publication: Publication) -> dict[_Unit, dict[str, Figure]]:
    """Gather the figures of the same people, printed in the same place."""
    units: dict[_Unit, dict[str, Figure]] = {}
    for figure in publication.figures:
        if figure.measure.startswith(("item:", "scale:")) and figure.wave in publication.scales:
            key = figure.wave, figure.people, figure.source, figure.edition
            units.setdefault(key, {})[figure.measure] = figure
    return units


def _hidden(
    scale: Figure, shown: dict[str, Figure], missing: list[str], publication: Publication
) -> Iterator[str]:
    """Yield the items that the rest of a scale's total is about, if it is small and certain."""
    rest = scale.n.low - sum(item.n.low for item in shown.values())
    exact = scale.total is not None and all(item.total for item in shown.values())
    certain = scale.n.exact and all(item.n.exact for item in shown.values())
    if exact and certain and 1 <= rest < publication.k[scale.wave]:
        yield from missing


def _determined(scale: Figure, items: dict[str, Figure]) -> Iterator[tuple[str, int]]:
    """Yield the rounded items whose sum, beside their scale, has one value left, and their n."""
    if (scale.total is None and scale.mean is None) or scale.n.high - scale.n.low > _WIDEST:
        return
    rounded = [i for i, figure in items.items() if figure.mean is not None]
    if not rounded:
        return
    possible: dict[str, set[tuple[int, int]]] = {item: set() for item in rounded}
    counts = set.intersection(*(set(whole(*figure.n)) for figure in items.values()))
    for count in counts:
        ranges = {item: _sums(figure, count) for item, figure in items.items()}
        total = _sums(scale, count * len(items))
        if not total or not all(ranges.values()):
            continue
        least = sum(one.start for one in ranges.values())
        most = sum(one.stop - 1 for one in ranges.values())
        for item in rounded:
            mine = ranges[item]
            low = max(mine.start, total.start - (most - (mine.stop - 1)))
            high = min(mine.stop - 1, total.stop - 1 - (least - mine.start))
            possible[item] |= {(count, sum_) for sum_ in range(low, high + 1)}
    for item in rounded:
        figure = items[item]
        alone = sum(len(_sums(figure, count)) for count in whole(*figure.n))
        if len(possible[item]) == 1 < alone:
            yield item, possible[item].pop()[0]


def _sums(figure: Figure, count: int) -> range:
    """Return which sums `count` answers can have, from first to last."""
    return sums_of(count, figure.total, figure.mean) if count in whole(*figure.n) else range(0)
