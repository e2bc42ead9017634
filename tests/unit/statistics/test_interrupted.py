"""Interrupted series agree with statsmodels, and their intervals with what they promise."""

import random
from collections.abc import Callable

import pytest

from pulse.statistics.interrupted import Fit, fit, newey_west_lag
from pulse.statistics.students import quantile
from tests.oracles.recorded import oracle

SAME = 1e-9


@pytest.mark.parametrize("name", ["trend", "level", "gaps"])
def test_the_fit_and_its_errors_equal_statsmodels(name: str) -> None:
    """Coefficients, average change and Newey-West error are statsmodels', with gaps too."""
    case = oracle("interrupted_statsmodels")["cases"][name]
    pairs = zip(case["weeks"], case["y"], strict=True)
    series = {week: y for week, y in pairs if week not in case["missing"]}
    fitted = fit(series, trend=case["trend"], lag=case["lag"])
    assert fitted.coefficients == pytest.approx(case["coefficients"], rel=SAME)
    assert fitted.average == pytest.approx(case["average"], rel=SAME)
    assert fitted.newey_west == pytest.approx(case["newey_west"], rel=SAME)


def test_a_gap_closed_up_is_not_the_same_series() -> None:
    """The twin: weeks moved together over a gap have other neighbours, and another error."""
    case = oracle("interrupted_statsmodels")["cases"]["gaps"]
    pairs = zip(case["weeks"], case["y"], strict=True)
    kept = [(week, y) for week, y in pairs if week not in case["missing"]]
    before = [y for week, y in kept if week < 0]
    closed = {at - len(before): y for at, (_, y) in enumerate(kept)}
    assert fit(closed, trend=True, lag=2).newey_west != pytest.approx(case["newey_west"], rel=1e-3)


def test_quantiles_equal_r() -> None:
    """Student's t has R's quantiles, for whole and for broken degrees of freedom."""
    said = oracle("student")
    for confidence, name in zip(said["data"]["confidence"], ("q80", "q95"), strict=True):
        for freedom, expected in zip(said["data"]["freedom"], said["expected"][name], strict=True):
            assert quantile(confidence, freedom) == pytest.approx(expected, rel=SAME)


@pytest.mark.parametrize(("confidence", "freedom"), [(0.0, 5.0), (1.0, 5.0), (0.95, 0.5)])
def test_no_quantile_of_nothing(confidence: float, freedom: float) -> None:
    """Neither a certain interval nor half a degree of freedom has a quantile."""
    with pytest.raises(ValueError, match="degree of freedom"):
        quantile(confidence, freedom)


@pytest.mark.parametrize(("weeks", "lag"), [(16, 2), (24, 2), (52, 3), (100, 4)])
def test_the_lag_follows_newey_and_west(weeks: int, lag: int) -> None:
    """Sixteen weeks reach two weeks far, a hundred four."""
    assert newey_west_lag(weeks) == lag


def test_two_weeks_on_a_side_are_no_series() -> None:
    """A slope and an error need three weeks on each side."""
    with pytest.raises(ValueError, match="three weeks"):
        fit({-2: 1.0, -1: 2.0, 0: 3.0, 1: 4.0, 2: 5.0}, trend=True)


def _noise(chance: random.Random, weeks: int, alike: float) -> list[float]:
    """Return errors of which neighbours correlate by `alike`."""
    found = [chance.gauss(0, 1)]
    for _ in range(weeks - 1):
        found.append(alike * found[-1] + (1 - alike**2) ** 0.5 * chance.gauss(0, 1))
    return found


def _covers(interval: Callable[[Fit], tuple[float, float]], alike: float, *, trend: bool) -> float:
    """Return how often an interval holds no change, in sixteen weeks of nothing but errors."""
    chance, hits, rounds = random.Random(11), 0, 1000
    for _ in range(rounds):
        series = dict(enumerate(_noise(chance, 16, alike), start=-8))
        low, high = interval(fit(series, trend=trend))
        hits += low <= 0 <= high
    return hits / rounds


def _plain(fitted: Fit) -> tuple[float, float]:
    return fitted.average - 1.96 * fitted.newey_west, fitted.average + 1.96 * fitted.newey_west


@pytest.mark.slow
@pytest.mark.parametrize("trend", [True, False])
def test_eight_weeks_on_a_side_keep_the_promise(*, trend: bool) -> None:
    """A 95 % interval holds the truth in .935 of cases or more, for errors alike by 0 and by .3."""
    for alike in (0.0, 0.3):
        assert _covers(Fit.interval, alike, trend=trend) >= 0.935


@pytest.mark.slow
def test_newey_and_west_alone_would_not_keep_it() -> None:
    """The twin: errors without the correction cover less than .85 of the same series."""
    assert _covers(_plain, 0.0, trend=True) < 0.85
    assert _covers(_plain, 0.3, trend=False) < 0.85
