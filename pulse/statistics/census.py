"""What all invited people of a unit would have said that week, not only those who did.

Of N people n answered, n somewhere in the published band. With f = n / N the whole team's mean is
T = f xbar + (1 - f) y: xbar is known up to its rounding, y of the silent follows the team's level.
Given tau and n, with s the variance of answers inside groups and r that of rounding,

    lambda = tau^2 / (tau^2 + s/n)               the level's pull towards what was said
    kappa  = (tau^2 + s/n) / (tau^2 + s/n + r)   the exact mean's pull towards the rounded one
    g      = f + (1 - f) lambda
    T | x ~ N(mu + g kappa (x - mu), g^2 kappa r + (1 - f)^2 (lambda s/n + s/(N - n)))

and everything is averaged over n in the band and over tau. Without a pool lambda = kappa = 1: the
variance is s/n (1 - n/N) + r, the finite population correction (Cochran 1977, 2.6).
"""

from collections.abc import Iterator, Sequence

from pulse.statistics.pooling import Component, Given, Mixture, Pool, Posterior


def everybody(
    pool: Pool | None,
    x: float,
    *,
    sampling: float,
    rounding: float,
    sizes: Sequence[float],
    invited: int,
) -> Posterior:
    """Return what is known of the mean of all `invited` people of a unit.

    Args:
        pool: the organisation's groups; None where they are not read together.
        x: what the unit shows, points on 1-5.
        sampling: the variance of one person's answer around the unit's level, points^2.
        rounding: the variance of the rounding error of `x`, points^2.
        sizes: how many may have answered, `precision.band_sizes` of the band.
        invited: the unit's people.
    """
    if pool is None:
        blur = sum(sampling / n * (1 - min(1.0, n / invited)) for n in sizes) / len(sizes)
        return Posterior(x, blur + rounding)
    parts = _components(pool, sampling, rounding, sizes, invited)
    return Mixture(parts, pool.origin).at(x)


def _components(
    pool: Pool, sampling: float, rounding: float, sizes: Sequence[float], invited: int
) -> Iterator[Component]:
    for n in sizes:
        for given in pool.grid:
            yield _component(given, sampling, rounding, n, max(n, invited), len(sizes))


def _component(
    given: Given, sampling: float, rounding: float, n: float, invited: float, ways: int
) -> Component:
    chance, said = sampling / n, n / invited
    pull = given.tau2 / (given.tau2 + chance)
    exact = (given.tau2 + chance) / (given.tau2 + chance + rounding)
    whole = said + (1 - said) * pull
    silent = chance * pull + sampling / (invited - n) if invited > n else 0.0
    rest = 1 - whole * exact
    return Component(
        given.share / ways,
        whole * exact,
        rest * given.centre,
        whole * whole * exact * rounding + (1 - said) ** 2 * silent + rest * rest * given.spread,
    )
