"""What luck alone pairs: the fixed points of a permutation drawn at random.

Whoever guesses one to one, by whatever rule, and whose rule has nothing to do with the truth,
is right as often as a permutation has fixed points: once on average, whatever the crowd.

Hits tell whom somebody could name. An order that is only roughly known (which hour, which batch)
names few, and still narrows forty people down to five; that shows in the rank correlation.
"""

from collections.abc import Sequence
from itertools import count
from math import exp, expm1, factorial, lgamma, log1p
from typing import Final

ALPHA: Final = 1e-6  # how often luck may pass for a leak, over everything that one attack tries

# A random permutation of forty has its far tails up to twice as heavy as what `by_luck` computes.
_TAILS: Final = 10.0
_STEPS: Final = 1_000


def at_least(people: int, hits: int) -> float:
    """Return how probable it is that a random permutation fixes `hits` points or more.

    Exactly k of n are fixed in D(n-k) / ((n-k)! k!) of all cases, D(m) / m! being the sum of
    (-1)^j / j! for j up to m (derangements; Graham, Knuth, Patashnik, Concrete Mathematics 5.3).
    """
    return sum(_deranged(people - k) / factorial(k) for k in range(max(hits, 0), people + 1))


def _deranged(people: int) -> float:
    return sum((-1.0) ** j / factorial(j) for j in range(people + 1))


def threshold(people: int, tries: int, alpha: float = ALPHA) -> int:
    """Return the fewest hits that luck, trying `tries` times, reaches more rarely than `alpha`."""
    return next(hits for hits in count() if tries * at_least(people, hits) < alpha)


def luck(people: int, tries: int) -> float:
    """Return how many hits the best of `tries` independent guesses has on average."""
    tails = (at_least(people, hits) for hits in range(1, people + 1))
    return sum(-expm1(tries * log1p(-min(tail, 1 - 1e-12))) for tail in tails)


def pooled(hits: int, rounds: int) -> float:
    """Return how probable `hits` or more are over many rounds, each of which has one by luck.

    The fixed points of large permutations are Poisson with mean 1, and sums of those again.
    """
    term, below = exp(-rounds), 0.0
    for k in range(hits):
        below += term
        term *= rounds / (k + 1)
    return max(0.0, 1.0 - below)


def correlation(ranks: Sequence[int]) -> float:
    """Return Spearman's rank correlation of an order with 0, 1, 2 ... (-1 to 1)."""
    people = len(ranks)
    apart = sum((rank - place) ** 2 for place, rank in enumerate(ranks))
    return 1 - 6 * apart / (people * (people**2 - 1))


def by_luck(people: int, rho: float) -> float:
    """Return how probable it is that a random order is correlated as much, either way round.

    Pitman's approximation (1937, part II): the square is Beta(1/2, n/2 - 1), times a margin.
    """
    if abs(rho) >= 1:
        return 0.0
    half = people / 2 - 1
    width = (1 - abs(rho)) / _STEPS
    middles = (abs(rho) + width * (step + 0.5) for step in range(_STEPS))
    area = sum(exp((half - 1) * log1p(-(middle**2))) for middle in middles) * width
    whole = exp(lgamma(0.5) + lgamma(half) - lgamma(half + 0.5))
    return min(1.0, _TAILS * 2 * area / whole)
