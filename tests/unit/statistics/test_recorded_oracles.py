"""Each formula gives what R, statsmodels or a handbook gave, with package, version and call."""

import math
from itertools import pairwise
from statistics import fmean

import pytest

from pulse.statistics.alarms import ewma, ewma_variance
from pulse.statistics.census import everybody
from pulse.statistics.change import reliable_change
from pulse.statistics.noise import Reading, fit
from pulse.statistics.pooling import Given, component
from pulse.statistics.precision import band_sizes
from pulse.statistics.shares import agresti_coull, wilson
from tests.oracles.recorded import oracle


def test_partial_pooling_equals_lme4() -> None:
    """Given lme4's spreads, each batch of Dyestuff is drawn to lme4's own prediction of it."""
    said = oracle("dyestuff")
    expected, yields = said["expected"], said["data"]["yields"]
    mean = fmean(y for batch in yields.values() for y in batch)
    given = Given(1.0, expected["sd_between"] ** 2, mean, 0.0)
    line = component(given, expected["sd_within"] ** 2 / 5)
    assert mean == pytest.approx(expected["mean"], rel=1e-9)
    assert line.slope == pytest.approx(expected["weight"], rel=1e-9)
    for name, batch in yields.items():
        drawn = line.slope * fmean(batch) + line.intercept
        assert drawn - mean == pytest.approx(expected["blup"][name], rel=1e-9)
        assert math.sqrt(line.variance) == pytest.approx(expected["blup_se"][name], rel=1e-9)


def test_the_whole_team_s_error_equals_that_of_the_survey_package() -> None:
    """Without a pool and rounding, a sample of 200 of 6,194 has R's corrected standard error."""
    said = oracle("apisrs")
    data, expected = said["data"], said["expected"]
    n, mean = data["n"], data["sum"] / data["n"]
    variance = (data["squares"] - data["sum"] ** 2 / n) / (n - 1)
    assert mean == pytest.approx(expected["mean"], rel=1e-9)
    assert math.sqrt(variance / n) == pytest.approx(expected["se_without_fpc"], rel=1e-9)
    corrected = [
        everybody(None, mean, sampling=variance, rounding=0.0, sizes=range(m, m + 1),
                  invited=data["population"])
        for m in (n, data["population"])
    ]  # fmt: skip
    assert math.sqrt(corrected[0].variance) == pytest.approx(expected["se"], rel=1e-9)
    assert corrected[1].variance == 0
    assert n in band_sizes(n, data["population"])


def test_shares_have_the_intervals_of_the_paper() -> None:
    """Newcombe's four and some sixths: Wilson as R gives it, Agresti and Coull clipped to 0-1."""
    said = oracle("wilson")
    for (hits, n), low_high, other in zip(
        said["data"]["cases"],
        said["expected"]["wilson"],
        said["expected"]["agresti_coull"],
        strict=True,
    ):
        assert wilson(hits / n, n) == pytest.approx(low_high, rel=1e-9, abs=1e-12)
        assert agresti_coull(hits / n, n) == pytest.approx(
            [max(0, other[0]), min(1, other[1])], rel=1e-9, abs=1e-12
        )


def test_the_likeliest_level_of_the_nile_is_the_packages() -> None:
    """Our estimate equals statsmodels' exact diffuse one to 1e-4 and R's StructTS to 1 %."""
    data, ours = oracle("nile"), oracle("nile_statsmodels")["expected"]
    found = fit([[Reading(value, 1.0, 0.0) for value in data["data"]["nile"]]])
    assert found.weekly == pytest.approx(ours["diffuse"]["epsilon"], rel=1e-4)
    assert found.drift == pytest.approx(ours["diffuse"]["level"], rel=1e-4)
    for other in (data["expected"], ours["printed"]):
        assert found.weekly == pytest.approx(other["epsilon"], rel=0.01)
        assert found.drift == pytest.approx(other["level"], rel=0.01)


def test_the_moving_average_is_the_handbook_s() -> None:
    """NIST's twenty values end at 51.99 between limits of 47.4116 and 52.5884."""
    said = oracle("nist_control_charts")
    data, expected = said["data"]["ewma"], said["expected"]["ewma"]
    last = ewma(data["values"], data["start"], smoothing=data["smoothing"])
    assert round(last, 2) == expected["last"]
    settled = ewma_variance([data["sd"] ** 2] * 200, smoothing=data["smoothing"])
    half = data["limit"] * math.sqrt(settled)
    assert round(data["start"] - half, 4) == expected["low"]
    assert round(data["start"] + half, 4) == expected["high"]


def test_own_baseline_limits_are_the_handbook_s_individuals_chart() -> None:
    """The chart that we do not draw, from moving ranges of own weeks, is NIST's to its digits."""
    said = oracle("nist_control_charts")
    values, expected = said["data"]["individuals"]["values"], said["expected"]["individuals"]
    ranges = [abs(b - a) for a, b in pairwise(values)]
    half = 3 * fmean(ranges) / 1.128
    found = (fmean(values), fmean(values) - half, fmean(values) + half)
    assert found == pytest.approx((expected["mean"], expected["low"], expected["high"]), abs=5e-5)


def test_reliable_change_is_that_of_jacobson_and_truax() -> None:
    """From 32.5 to 47.5 with s = 10 and r = .80 the index is 2.3717."""
    said = oracle("reliable_change")
    data, expected = said["data"], said["expected"]
    error = data["sd"] ** 2 * (1 - data["reliability"])
    assert round(math.sqrt(error), 3) == expected["se"]
    assert round(math.sqrt(2 * error), 3) == expected["difference"]
    index = reliable_change(data["after"] - data["before"], error, error)
    assert round(index, 4) == expected["index"]
