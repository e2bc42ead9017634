"""Each formula agrees with somebody else's implementation of it."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.level import GRID, Observation, log_likelihood, smooth
from pulse.statistics.precision import Z80

ORACLES = Path(__file__).parents[2] / "oracles"


def _oracle(name: str) -> Any:
    return json.loads((ORACLES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", ["whole", "gaps"])
def test_local_level_equals_statsmodels(case: str) -> None:
    """The smoothed Nile equals statsmodels' exact diffuse smoother, with and without gaps."""
    oracle = _oracle("local_level_statsmodels")
    hidden = {*range(20, 40), *range(60, 80)} if case == "gaps" else set()
    series = [
        Observation(None if t in hidden else value, oracle["variance"])
        for t, value in enumerate(oracle["nile"])
    ]
    levels = smooth(series, oracle["q"])
    expected = oracle[case]
    for t, mean, variance in zip(
        expected["t"], expected["mean"], expected["variance"], strict=True
    ):
        level = levels[t]
        assert level is not None
        assert level.mean == pytest.approx(mean, rel=1e-6)
        assert level.variance == pytest.approx(variance, rel=1e-4)


def test_local_level_likelihood_has_its_maximum_where_statsmodels_has_it() -> None:
    """Our diffuse likelihood of the Nile prefers the known level variance to half and twice it."""
    oracle = _oracle("local_level_statsmodels")
    series = [Observation(value, oracle["variance"]) for value in oracle["nile"]]
    best = log_likelihood(series, oracle["q"])
    assert best > log_likelihood(series, oracle["q"] / 4)
    assert best > log_likelihood(series, oracle["q"] * 4)


def test_benjamini_hochberg_equals_the_paper() -> None:
    """The paper's fifteen p-values give four discoveries, where Bonferroni gives three."""
    oracle = _oracle("benjamini_hochberg_1995")
    found = benjamini_hochberg(dict(enumerate(oracle["p"])), oracle["q"])
    assert len(found) == oracle["rejected"]
    bonferroni = sum(p <= oracle["q"] / len(oracle["p"]) for p in oracle["p"])
    assert bonferroni == oracle["bonferroni"]


def _coverage(q: float, weeks: int, *, single_best: bool) -> float:
    """Return how often the 80 % band holds the true level of simulated teams."""
    chance, noise, hits, total = random.Random(7), 0.08, 0, 0
    for _ in range(60):
        level, truth, series = 3.5, [], []
        for _ in range(weeks):
            truth.append(level)
            series.append(Observation(level + chance.gauss(0, noise**0.5), noise))
            level += chance.gauss(0, q**0.5)
        best = max(GRID, key=lambda g: log_likelihood(series, g)) if single_best else None
        for true, smoothed in zip(truth, smooth(series, best), strict=True):
            assert smoothed is not None
            hits += abs(true - smoothed.mean) <= Z80 * smoothed.variance**0.5
            total += 1
    return hits / total


def test_the_band_of_a_young_team_is_as_wide_as_it_says() -> None:
    """After twelve weeks the 80 % band covers .77 to .88 of true levels, on average over speeds."""
    covers = [_coverage(q, 12, single_best=False) for q in (0.0025, 0.01, 0.04)]
    assert 0.77 <= sum(covers) / 3 <= 0.88


def test_a_single_best_speed_would_draw_the_band_too_narrow() -> None:
    """The same weeks under one plugged-in variance cover less than .77."""
    covers = [_coverage(q, 12, single_best=True) for q in (0.0025, 0.01, 0.04)]
    assert sum(covers) / 3 < 0.77
