"""The local level model: a line through noisy weeks that knows how noisy they are.

y_t = a_t + e_t, Var(e_t) known; a_{t+1} = a_t + w_t, Var(w_t) = q. Kalman filter with a
diffuse start and fixed-interval smoother (Durbin & Koopman 2012, sections 2.2-2.4 and 4.5);
q is the maximum of the diffuse likelihood over a grid. Missing weeks are simply not updated.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

GRID: Final = tuple(0.0025 * 2**i / 4 for i in range(9))  # weekly variance, points^2 on 1-5
_DIFFUSE: Final = 1e7


class Observation(NamedTuple):
    """One week's value and its known variance; None where the week is hidden or coded."""

    value: float | None
    variance: float


class Level(NamedTuple):
    """The smoothed level of one week and its variance."""

    mean: float
    variance: float


class _Pass(NamedTuple):
    predicted: list[tuple[float, float]]
    filtered: list[tuple[float, float]]
    log_likelihood: float


def _filter(series: Sequence[Observation], q: float) -> _Pass:
    mean, variance, score, started = 0.0, _DIFFUSE, 0.0, False
    predicted, filtered = [], []
    for value, noise in series:
        predicted.append((mean, variance))
        if value is not None:
            total = variance + noise
            error = value - mean
            if started:
                score -= 0.5 * (math.log(2 * math.pi * total) + error * error / total)
            gain = variance / total
            mean, variance, started = mean + gain * error, noise * gain, True
        filtered.append((mean, variance))
        variance += q
    return _Pass(predicted, filtered, score)


def smooth(series: Sequence[Observation], q: float | None = None) -> tuple[Level | None, ...]:
    """Return the smoothed level of every week; None before the first and after the last value.

    Args:
        series: one observation a week, oldest first.
        q: the weekly variance of the level; estimated on `GRID` if None.
    """
    values = [t for t, week in enumerate(series) if week.value is not None]
    if not values:
        return (None,) * len(series)
    if q is None:
        q = max(GRID, key=lambda candidate: _filter(series, candidate).log_likelihood)
    run = _filter(series, q)
    mean, variance = run.filtered[-1]
    levels = [Level(mean, variance)]
    for t in range(len(series) - 2, -1, -1):
        own_mean, own_variance = run.filtered[t]
        next_mean, next_variance = run.predicted[t + 1]
        gain = own_variance / next_variance
        mean = own_mean + gain * (mean - next_mean)
        variance = own_variance + gain * gain * (variance - next_variance)
        levels.append(Level(mean, variance))
    levels.reverse()
    return tuple(level if values[0] <= t <= values[-1] else None for t, level in enumerate(levels))
