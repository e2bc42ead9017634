"""Each formula agrees with somebody else's implementation of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.level import Observation, log_likelihood, smooth

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
