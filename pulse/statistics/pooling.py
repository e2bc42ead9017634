"""Groups of one organisation read together: a small one is drawn towards what groups are like.

x_i ~ N(theta_i, v_i), theta_i ~ N(mu, tau^2), v_i known (Gelman et al., Bayesian Data Analysis,
3rd ed., 5.4). mu has a flat prior and is integrated in closed form, tau over 60 points that each
hold a sixtieth of its prior p(tau) = tau (1 + (tau / 0.3)^2)^-1.5: a single best tau would claim
to know how alike the groups are and cover too little. Given tau,

    lambda = tau^2 / (tau^2 + v),  theta | x ~ N(mu + lambda (x - mu), lambda v).

The interval is an average promise: over groups it covers as it says, a true outlier is pulled in.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

GROUPS_TO_POOL: Final = 20
GRID_POINTS: Final = 60
TYPICAL_SPREAD: Final = 0.3  # of the prior of tau; points on 1-5

# The quantiles of the prior at the middle of each sixtieth: F(tau) = 1 - (1 + (tau/0.3)^2)^-1/2.
TAUS_SQUARED: Final = tuple(
    TYPICAL_SPREAD**2 * ((1 - (k + 0.5) / GRID_POINTS) ** -2 - 1) for k in range(GRID_POINTS)
)


class Evidence(NamedTuple):
    """All groups whose figures have the same known `variance`: how many, their sum and squares."""

    variance: float
    groups: int
    total: float
    squares: float


class Posterior(NamedTuple):
    """What is known of one group's level: mean and variance."""

    mean: float
    variance: float


class Given(NamedTuple):
    """One point of the grid: its posterior share, tau^2, and mean and variance of mu given it."""

    share: float
    tau2: float
    centre: float
    spread: float


class Component(NamedTuple):
    """One way the world may be: in it, the answer is N(slope x + intercept, variance)."""

    share: float
    slope: float
    intercept: float
    variance: float


class Mixture:
    """A weighted choice of components, put together once and then read at any x.

    x is measured from `origin`, so that no digits are lost where means are large.
    """

    def __init__(self, components: Iterable[Component], origin: float = 0.0) -> None:
        self._origin = origin
        self._slope = self._level = self._fixed = self._cross = self._square = 0.0
        for share, slope, intercept, variance in components:
            at_origin = slope * origin + intercept - origin
            self._slope += share * slope
            self._level += share * at_origin
            self._fixed += share * (variance + at_origin * at_origin)
            self._cross += share * 2 * slope * at_origin
            self._square += share * slope * slope

    def at(self, x: float) -> Posterior:
        """Return mean and variance of the mixture at `x`."""
        moved = x - self._origin
        mean = self._slope * moved + self._level
        second = self._fixed + moved * (self._cross + moved * self._square)
        return Posterior(mean + self._origin, max(0.0, second - mean * mean))


class Pool:
    """What the groups of one organisation say together of where and how far apart they are.

    `centre` is the mean of mu, `groups` how many they are.
    """

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        kept = tuple(evidence)
        self.groups = sum(each.groups for each in kept)
        self.origin = sum(each.total for each in kept) / self.groups
        moved = tuple(_moved(each, self.origin) for each in kept)
        scored = [_given(moved, tau2) for tau2 in TAUS_SQUARED]
        best = max(score for score, _, _ in scored)
        weights = [math.exp(score - best) for score, _, _ in scored]
        total = sum(weights)
        self.grid = tuple(
            Given(weight / total, tau2, self.origin + centre, spread)
            for weight, tau2, (_, centre, spread) in zip(weights, TAUS_SQUARED, scored, strict=True)
        )
        self.centre = sum(given.share * given.centre for given in self.grid)
        self._levels: dict[float, Mixture] = {}

    def level(self, x: float, variance: float) -> Posterior:
        """Return what is known of the level of a group that shows `x` with known `variance`."""
        if variance not in self._levels:
            self._levels[variance] = Mixture(
                (component(given, variance) for given in self.grid), self.origin
            )
        return self._levels[variance].at(x)


def component(given: Given, variance: float) -> Component:
    """Return the posterior of a group's level given tau, as a line in what the group shows."""
    pull = given.tau2 / (given.tau2 + variance)
    rest = 1 - pull
    return Component(
        given.share, pull, rest * given.centre, pull * variance + rest * rest * given.spread
    )


def pool(values: Sequence[float], variances: Sequence[float]) -> Pool | None:
    """Return the pool of groups with their figures and known variances; None under 20 groups."""
    if len(values) < GROUPS_TO_POOL:
        return None
    alike: dict[float, list[float]] = {}
    for x, variance in zip(values, variances, strict=True):
        alike.setdefault(variance, []).append(x)
    return Pool(
        Evidence(variance, len(xs), sum(xs), sum(x * x for x in xs))
        for variance, xs in alike.items()
    )


def _moved(each: Evidence, origin: float) -> Evidence:
    squares = each.squares - 2 * origin * each.total + each.groups * origin * origin
    return Evidence(each.variance, each.groups, each.total - each.groups * origin, squares)


def _given(evidence: Iterable[Evidence], tau2: float) -> tuple[float, float, float]:
    """Return the log likelihood of tau with mu integrated out, and mean and variance of mu."""
    weight = total = squares = score = 0.0
    for each in evidence:
        precision = 1 / (each.variance + tau2)
        weight += each.groups * precision
        total += each.total * precision
        squares += each.squares * precision
        score += each.groups * math.log(precision)
    centre = total / weight
    return 0.5 * (score - math.log(weight) - squares + weight * centre * centre), centre, 1 / weight
