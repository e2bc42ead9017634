"""Reliability of a scale from covariances, and of group means from sums: pure formulas.

All of them take what a close may hold in memory - n, sums, squares, products - and no answers.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from pulse.statistics.matrices import Matrix, Rows, Vector, eigen, rebuilt

STEPS: Final = 20_000
SETTLED: Final = 1e-15
LEAST_ROOT: Final = 1e-6  # of a correlation matrix, so that one factor can be fitted


class Moments(NamedTuple):
    """People in a group, the sum of their values and the sum of their squares."""

    n: int
    total: float
    squares: float


class Spread(NamedTuple):
    """Mean squares between and within groups, groups with anybody, and people."""

    between: float
    within: float
    groups: int
    people: int


def alpha(covariance: Rows) -> float:
    """Return Cronbach's alpha of the sum of k >= 2 items; 0 where nothing varies.

    k / (k - 1) (1 - tr C / sum C) (Cronbach 1951, Psychometrika 16, 297-334, equation 2), raw:
    from covariances, not correlations.
    """
    size = len(covariance)
    whole = math.fsum(value for row in covariance for value in row)
    if whole <= 0:
        return 0.0
    trace = math.fsum(covariance[at][at] for at in range(size))
    return size / (size - 1) * (1 - trace / whole)


def omega(covariance: Rows) -> float:
    """Return McDonald's omega total of one factor, covariance metric; 0 where nothing varies.

    (sum l)^2 / ((sum l)^2 + sum t) with loadings l and error variances t by maximum likelihood
    (McDonald 1999, Test Theory, equation 6.20a). The factor is fitted to the correlations and put
    back on the items' own scale, which is the same fit: maximum likelihood does not depend on the
    scale. Of correlations themselves omega is another number.

    Args:
        covariance: of at least three items; a matrix that is not positive definite is taken to
            the nearest (`nearest_correlation`), and an item without variance has no loading.
    """
    scale = [math.sqrt(max(0.0, covariance[at][at])) for at in range(len(covariance))]
    loadings, errors = one_factor(correlations(covariance))
    common = math.fsum(s * load for s, load in zip(scale, loadings, strict=True)) ** 2
    own = math.fsum(s * s * e for s, e in zip(scale, errors, strict=True))
    return common / (common + own) if common + own > 0 else 0.0


def one_factor(correlation: Rows) -> tuple[Vector, Vector]:
    """Return loadings and unique variances of one factor by maximum likelihood.

    Expectation and maximisation (Rubin & Thayer 1982, Psychometrika 47, 69-76), which never
    leaves the proper solutions; with R = l l' + T, b = R^-1 l has a closed form for one factor.
    """
    matrix = nearest_correlation(correlation)
    size = len(matrix)
    loadings, errors = [0.7] * size, [0.51] * size
    for _ in range(STEPS):
        weights = [load / e for load, e in zip(loadings, errors, strict=True)]
        whole = 1 + math.fsum(load * w for load, w in zip(loadings, weights, strict=True))
        scores = [weight / whole for weight in weights]
        shared = [math.fsum(r * s for r, s in zip(row, scores, strict=True)) for row in matrix]
        second = 1 / whole + math.fsum(s * c for s, c in zip(scores, shared, strict=True))
        fresh = [value / second for value in shared]
        moved = max(abs(a - b) for a, b in zip(fresh, loadings, strict=True))
        errors = [max(LEAST_ROOT, 1 - load * c) for load, c in zip(fresh, shared, strict=True)]
        loadings = fresh
        if moved <= SETTLED:
            break
    return loadings, errors


def correlations(covariance: Rows) -> Matrix:
    """Return correlations; of an item without variance 0."""
    scale = [math.sqrt(max(0.0, covariance[at][at])) for at in range(len(covariance))]
    return [
        [
            1.0 if i == j else value / (scale[i] * scale[j]) if scale[i] and scale[j] else 0.0
            for j, value in enumerate(row)
        ]
        for i, row in enumerate(covariance)
    ]


def nearest_correlation(matrix: Rows) -> Matrix:
    """Return a correlation matrix with no eigenvalue under 1e-6, itself if it has none.

    Correlations of pairs, each of the people who answered both, or rounded ones need not fit
    together. Low eigenvalues are lifted and the diagonal is put back to one (Rebonato & Jäckel
    1999, spectral decomposition; within a step of the nearest of Higham 2002).
    """
    values, vectors = eigen(matrix)
    if min(values) >= LEAST_ROOT:
        return [list(map(float, row)) for row in matrix]
    lifted = rebuilt([max(LEAST_ROOT, value) for value in values], vectors)
    return correlations(lifted)


def spread(groups: Sequence[Moments]) -> Spread:
    """Return the one-way analysis of variance of values in groups; empty groups are left out."""
    peopled = [group for group in groups if group.n]
    n = sum(group.n for group in peopled)
    total = math.fsum(group.total for group in peopled)
    means = math.fsum(group.total**2 / group.n for group in peopled)
    left = math.fsum(group.squares for group in peopled) - means
    between, freedom = means - total * total / max(1, n), n - len(peopled)
    return Spread(
        max(0.0, between) / max(1, len(peopled) - 1), max(0.0, left) / max(1, freedom),
        len(peopled), n,
    )  # fmt: skip


def icc1(found: Spread, size: float | None = None) -> float:
    """Return ICC(1), the share of variance that lies between groups; 0 where nothing varies.

    (MSB - MSW) / (MSB + (n - 1) MSW) (Bartko 1976; Bliese 2000), with n = N / k as R's
    `multilevel` has it. For unequal groups `typical_size` gives Donner's n0, which is a little
    smaller and makes ICC(1) a little larger; below 0 it stays as it is.
    """
    n = found.people / max(1, found.groups) if size is None else size
    below = found.between + (n - 1) * found.within
    return (found.between - found.within) / below if below > 0 else 0.0


def icc2(found: Spread) -> float:
    """Return ICC(2), how reliably group means tell groups apart; 0 where they do not differ.

    (MSB - MSW) / MSB (Bliese 2000).
    """
    return (found.between - found.within) / found.between if found.between > 0 else 0.0


def stepped_up(single: float, size: float) -> float:
    """Return ICC(2) of groups of `size` from ICC(1): n r / (1 + (n - 1) r).

    Spearman 1910 and Brown 1910; the same number as `icc2` where `size` is N / k.
    """
    return size * single / (1 + (size - 1) * single)


def typical_size(sizes: Sequence[int]) -> float:
    """Return n0 = (N - sum n^2 / N) / (k - 1) (Donner 1986, Int. Stat. Rev. 54, 67-82)."""
    n = sum(sizes)
    return (n - sum(size * size for size in sizes) / n) / (len(sizes) - 1)
