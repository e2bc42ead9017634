"""Ways to draw an interval that are wrong here, each in one respect: the judgement must tell."""

import random
from collections.abc import Callable
from math import sqrt
from statistics import fmean, variance

from pulse.release.cell import Cell
from pulse.statistics.pooling import Posterior, pool
from pulse.statistics.precision import Z95, harmonic_size, midpoint, rounding_variance
from tests.bench.coverage.judging import Interval
from tests.bench.coverage.worlds import Truth, World

_T = {5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}  # Student 1908, n - 1 degrees


def student(world: World) -> list[Interval]:
    """Draw a t interval from each group's own answers; of unanimous ones it gives all away."""
    found = []
    for truth in world.truths:
        n = len(truth.said)
        half = _T.get(n, 2.0) * sqrt(variance(truth.said) / n)
        found.append(_around(truth.mean, half, half * sqrt(1 - n / truth.invited)))
    return found


def bootstrap(world: World) -> list[Interval]:
    """Draw the percentile bootstrap of each group's own answers (Efron 1979)."""
    chance, found = random.Random(1), []
    for truth in world.truths:
        n = len(truth.said)
        means = sorted(fmean(chance.choices(truth.said, k=n)) for _ in range(200))
        found.append(Interval(means[4], means[195], means[4], means[195]))
    return found


def n_is_b(world: World) -> list[Interval]:
    """Take the number of answers for the band's lower edge."""
    return _unpooled(world, lambda truth: truth.at_least)


def exact_means(world: World) -> list[Interval]:
    """Take a rounded mean for an exact one."""
    return _unpooled(world, _size, rounded=False)


def pulled_in(world: World) -> list[Interval]:
    """Pool, and draw the interval as far towards the other groups as away from them."""
    known = [
        Posterior(mean, world.sigma2 / _size(truth) + blur) for truth, mean, blur in _rows(world)
    ]
    together = pool([each.mean for each in known], [each.variance for each in known])
    levels = [together.level(*each) if together else each for each in known]
    return [_around(each.mean, Z95 * sqrt(each.variance), 0.0) for each in levels]


def _unpooled(
    world: World, size: Callable[[Truth], float], *, rounded: bool = True
) -> list[Interval]:
    found = []
    for truth, mean, blur in _rows(world):
        n, rest = size(truth), blur if rounded else 0.0
        own = world.sigma2 / n
        left = max(0.0, 1 - n / truth.invited)
        found.append(_around(mean, Z95 * sqrt(own + rest), Z95 * sqrt(own * left + rest)))
    return found


def _size(truth: Truth) -> float:
    return harmonic_size(truth.at_least, truth.invited)


def _rows(world: World) -> list[tuple[Truth, float, float]]:
    """Return each group with its released mean and the variance of its rounding."""
    cells = {row["unit_id"]: Cell(**row) for row in world.history.cells.to_dicts()}
    found = []
    for truth in world.truths:
        cell = cells[truth.unit_id]
        bound, step = cell.mean_bound or "exact", cell.step or 0.0
        mean = midpoint(cell.mean or 0.0, step, bound)
        found.append((truth, mean, rounding_variance(step, coded=bound != "exact")))
    return found


def _around(mean: float, half: float, team: float) -> Interval:
    return Interval(mean - half, mean + half, mean - team, mean + team)
