"""Which answers go together with an outcome: shares of R squared. Never which cause it."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from pulse.statistics.matrices import Rows, Vector, dot, eigen, inverted, product, rebuilt, times
from pulse.statistics.reliability import nearest_correlation

MOST: Final = 8  # predictors whose every subset is tried


def relative_weights(correlation: Rows, outcome: int) -> Vector:
    """Return each other item's part of R squared; the parts add up to it.

    Johnson 2000, Multivar. Behav. Res. 35, 1-19: predictors are replaced by the orthogonal
    variables nearest to them, Z = X R^-1/2; the outcome is regressed on Z, and each predictor gets
    the squared weights of the Z it shares variance with, (R^1/2)^2 (R^-1/2 r)^2.

    Args:
        correlation: of all items; one that is not positive definite is taken to the nearest.
        outcome: which row is the outcome.
    """
    inner, outer = _parted(nearest_correlation(correlation), outcome)
    values, vectors = eigen(inner)
    root = rebuilt([math.sqrt(max(0.0, value)) for value in values], vectors)
    weights = times(inverted(root), outer)
    return [math.fsum((a * w) ** 2 for a, w in zip(row, weights, strict=True)) for row in root]


def lmg(correlation: Rows, outcome: int) -> Vector:
    """Return each other item's part of R squared as its gain, averaged over all orders of entry.

    Lindeman, Merenda & Gold 1980; the Shapley value of R squared (Grömping 2006, J. Stat. Softw.
    17(1)). Every subset is tried, so this is the check of `relative_weights`, for few predictors.

    Raises:
        ValueError: more than eight predictors.
    """
    inner, outer = _parted(nearest_correlation(correlation), outcome)
    count = len(outer)
    if count > MOST:
        raise ValueError(f"more than {MOST} predictors have too many orders to try")
    places = range(count)
    known = {
        some: _explained(inner, outer, some)
        for size in range(count + 1)
        for some in combinations(places, size)
    }
    found = []
    for one in places:
        others = [place for place in places if place != one]
        gains = [
            (known[tuple(sorted((*some, one)))] - known[some]) / math.comb(count - 1, size)
            for size in range(count)
            for some in combinations(others, size)
        ]
        found.append(math.fsum(gains) / count)
    return found


def explained(correlation: Rows, outcome: int) -> float:
    """Return R squared of the outcome on all other items."""
    inner, outer = _parted(nearest_correlation(correlation), outcome)
    return _explained(inner, outer, range(len(outer)))


def _parted(correlation: Rows, outcome: int) -> tuple[list[list[float]], Vector]:
    rest = [at for at in range(len(correlation)) if at != outcome]
    return [[correlation[i][j] for j in rest] for i in rest], [
        correlation[outcome][j] for j in rest
    ]


def _explained(inner: Rows, outer: Sequence[float], some: Sequence[int]) -> float:
    if not some:
        return 0.0
    part = inverted([[inner[i][j] for j in some] for i in some])
    column = [[outer[at]] for at in some]
    return dot([outer[at] for at in some], [row[0] for row in product(part, column)])
