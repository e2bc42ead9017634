"""The local level model: a line through noisy weeks that knows how noisy they are.

y_t = a_t + e_t, Var(e_t) known; a_{t+1} = a_t + w_t, Var(w_t) = q. Kalman filter with a
diffuse start and fixed-interval smoother (Durbin & Koopman 2012, sections 2.2-2.4 and 4.5);
q is averaged over a grid by its diffuse likelihood, because a single best q would claim to know
how fast a team changes and draw the band too narrow. Missing weeks are simply not updated.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

# Weekly variance of the level, points^2 on 1-5: a standard deviation of .4 to 5 points of 0-100.
# With these eight the 80 % band holds .79-.81 of levels in lines of 8 to 52 weeks, over levels from
# still to fast (tests/bench/coverage); faster ones beside them would draw young lines too wide.
GRID: Final = tuple(0.0003125 * 2**i for i in range(8))


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
    """Run forward; the first week has a value, which starts the level exactly (diffuse)."""
    mean, variance, score = series[0].value or 0.0, series[0].variance, 0.0
    predicted, filtered = [(mean, variance)], [(mean, variance)]
    for value, noise in series[1:]:
        variance += q
        predicted.append((mean, variance))
        if value is not None:
            total = variance + noise
            error = value - mean
            score -= 0.5 * (math.log(2 * math.pi * total) + error * error / total)
            gain = variance / total
            mean, variance = mean + gain * error, noise * gain
        filtered.append((mean, variance))
    return _Pass(predicted, filtered, score)


def smooth(series: Sequence[Observation], q: float | None = None) -> tuple[Level | None, ...]:
    """Return the smoothed level of every week; None before the first and after the last value.

    Args:
        series: one observation a week, oldest first.
        q: the weekly variance of the level; averaged over `GRID` if None.
    """
    known = [t for t, week in enumerate(series) if week.value is not None]
    if not known:
        return (None,) * len(series)
    inner = series[known[0] : known[-1] + 1]
    levels = _backward(_filter(inner, q)) if q is not None else _averaged(inner)
    after = len(series) - known[-1] - 1
    return (*[None] * known[0], *levels, *[None] * after)


def _averaged(series: Sequence[Observation]) -> list[Level]:
    runs = [_filter(series, q) for q in GRID]
    best = max(run.log_likelihood for run in runs)
    weights = [math.exp(run.log_likelihood - best) for run in runs]
    total = sum(weights)
    shares = [weight / total for weight in weights]
    return [_mixture(shares, weeks) for weeks in zip(*map(_backward, runs), strict=True)]


def _mixture(shares: Sequence[float], levels: Sequence[Level]) -> Level:
    mean = sum(w * level.mean for w, level in zip(shares, levels, strict=True))
    spread = (level.variance + (level.mean - mean) ** 2 for level in levels)
    return Level(mean, sum(w * v for w, v in zip(shares, spread, strict=True)))


def log_likelihood(series: Sequence[Observation], q: float) -> float:
    """Return the diffuse log-likelihood of `series` (which starts with a value) at `q`."""
    return _filter(series, q).log_likelihood


def _backward(run: _Pass) -> list[Level]:
    mean, variance = run.filtered[-1]
    levels = [Level(mean, variance)]
    for own, ahead in zip(run.filtered[-2::-1], run.predicted[:0:-1], strict=True):
        gain = own[1] / ahead[1]
        mean = own[0] + gain * (mean - ahead[0])
        variance = own[1] + gain * gain * (variance - ahead[1])
        levels.append(Level(mean, variance))
    return levels[::-1]
