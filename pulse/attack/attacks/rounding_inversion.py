"""Which sets of answers could have given these printed figures?

A mean of exactly 3.0 from 7 people, of whom 43 % are favourable and 29 % unfavourable, leaves one
count for each side: 3 agreed, 2 were neutral, and the 2 who did not agree know that their leader
reads "two of you". The attacker lists every number of people and every spread of answers that
gives the printed mean and shares. Where all of them agree that exactly 1 to k - 1 people chose
one answer, or one side, a small group has been counted that the threshold was to keep apart.
Three rounded shares can do the same: 50 %, 45 % and 10 % of 45 to 47 people fit only one count of
unfavourable ones, 4. Here n is "at least 20" before any share is printed, shares come in steps of
10 % and end in "10 % or less", and what is left between the favourable and the unfavourable is
not rounded by itself; every count stays open. Counted are answers, and sides, of a unit, an item
and a wave.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

from pulse.attack.publication import Figure, People, Publication, Recovered, Span
from pulse.attack.reading import sums_of, whole

NAME: Final = "rounding-inversion"

# Favourable, neutral (the answer 3), unfavourable; then the answers 1, 2, 4, 5.
_Ranges = tuple[Span, ...]
_Printed = tuple[Span, Span | None, tuple[Span, ...] | None, Span | None, tuple[Span, ...] | None]


def attack(publication: Publication) -> Recovered:
    """Count the answers, and sides, that certainly 1 to k - 1 people chose."""
    found: dict[tuple[str, str, People, int], int] = {}
    for figure in publication.figures:
        if figure.source in ("page", "export", "filter") and figure.measure.startswith("item:"):
            k = publication.k[figure.wave]
            for category, span in enumerate(_ranges(_printed(figure))):
                if span.exact and 1 <= span.low < k:
                    found[figure.wave, figure.measure, figure.people, category] = int(span.low)
    return Recovered(groups=len(found), people=sum(found.values()))


def _printed(figure: Figure) -> _Printed:
    return figure.n, figure.total, figure.split, figure.mean, figure.shares


@cache
def _ranges(printed: _Printed) -> _Ranges:
    """Return how many people can have chosen each side and answer; stops once all are open."""
    found: _Ranges = ()
    for spread in _spreads(printed):
        if not found:
            found = spread
        else:
            both = zip(found, spread, strict=True)
            found = tuple(Span(min(a.low, b.low), max(a.high, b.high)) for a, b in both)
        if not any(span.exact for span in found):
            break
    return found


def _spreads(printed: _Printed) -> Iterator[_Ranges]:
    """Yield, for each possible n and split, the ranges of every side and answer."""
    n, total, split, mean, shares = printed
    for count in whole(*n):
        sums = sums_of(count, total, mean)
        good, middle, bad = (_allowed(count, split, shares, side) for side in range(3))
        for favourable in good:
            for unfavourable in bad:
                neutral = count - favourable - unfavourable
                if neutral in middle and sums:
                    yield from _answers(favourable, neutral, unfavourable, sums)


def _allowed(
    count: int, split: tuple[Span, ...] | None, shares: tuple[Span, ...] | None, side: int
) -> range:
    """Return which counts of a side are possible among `count` people."""
    low, high = (0.0, float(count)) if split is None else split[side]
    if shares is not None:
        low, high = max(low, shares[side].low * count), min(high, shares[side].high * count)
    return whole(low, min(high, count))


def _answers(favourable: int, neutral: int, unfavourable: int, sums: range) -> Iterator[_Ranges]:
    """Yield the ranges for one split: fives and twos make up what the sum has above the least."""
    least = 4 * favourable + 3 * neutral + unfavourable
    extra_low = max(0, sums.start - least)
    extra_high = min(favourable + unfavourable, sums.stop - 1 - least)
    if extra_low <= extra_high:
        fives = Span(max(0, extra_low - unfavourable), min(favourable, extra_high))
        twos = Span(max(0, extra_low - favourable), min(unfavourable, extra_high))
        yield (
            Span(favourable, favourable),
            Span(neutral, neutral),
            Span(unfavourable, unfavourable),
            Span(unfavourable - twos.high, unfavourable - twos.low),
            twos,
            Span(favourable - fives.high, favourable - fives.low),
            fives,
        )
