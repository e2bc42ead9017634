"""Reliability, agreement and drivers agree with R, to nine digits and to the printed table."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.statistics import agreement, drivers
from pulse.statistics.matrices import dot, eigen, inverted, product, rebuilt
from pulse.statistics.reliability import (
    Moments,
    alpha,
    correlations,
    icc1,
    icc2,
    nearest_correlation,
    omega,
    one_factor,
    spread,
    stepped_up,
    typical_size,
)
from tests.oracles.recorded import oracle

SAME = 1e-9


def _covariance(sums: Any) -> list[list[float]]:
    """Return pairwise covariances from pairwise n, sums and products."""
    n, total, products = sums["n"], sums["sums"], sums["products"]
    size = range(len(n))
    return [
        [(products[i][j] - total[i][j] * total[j][i] / n[i][j]) / (n[i][j] - 1) for j in size]
        for i in size
    ]


def _correlation(sums: Any) -> list[list[float]]:
    n, total, products = sums["n"], sums["sums"], sums["products"]
    size = range(len(total))
    return correlations([[products[i][j] - total[i] * total[j] / n for j in size] for i in size])


ICC = {
    "bhr2000 HRS": (0.17410081, 0.91998889),
    "bh1996 WBEING": (0.04336905, 0.77171288),
    "bh1996 HRS": (0.13310668, 0.9196732),
    "bh1996 LEAD": (0.12702755, 0.91561297),
    "bh1996 COHES": (0.04426530, 0.77545968),
    "lq2002 LEAD": (0.087956219, 0.80075437),
    "lq2002 TSIG": (0.080384, 0.78460784),
    "lq2002 HOSTILE": (0.054004943, 0.70405918),
}


@pytest.mark.parametrize("name", ICC)
def test_icc_equals_multilevel(name: str) -> None:
    """ICC(1) and ICC(2) from group sums are R's, with N / k and with Donner's n0."""
    said = oracle("icc")
    groups = [Moments(*group) for group in said["data"][name]]
    found = spread(groups)
    assert icc1(found) == pytest.approx(said["expected"]["icc1"][name], rel=SAME)
    assert icc2(found) == pytest.approx(said["expected"]["icc2"][name], rel=SAME)
    stepped = stepped_up(icc1(found), found.people / found.groups)
    assert stepped == pytest.approx(icc2(found), rel=SAME)
    donner = icc1(found, typical_size([group.n for group in groups]))
    assert donner == pytest.approx(said["expected"]["unequal"][name], rel=SAME)
    assert (icc1(found), icc2(found)) == pytest.approx(ICC[name], abs=1e-8)


def test_the_two_sizes_of_a_group_are_told_apart() -> None:
    """The printed table has .17410 with N / k and .17467 with n0 for the same data."""
    said = oracle("icc")["expected"]
    assert round(said["icc1"]["bhr2000 HRS"], 5) == 0.17410
    assert round(said["unequal"]["bhr2000 HRS"], 5) == 0.17467


ALPHA = {
    "bhr2000 2:12": 0.89134326, "lq2002 3:13": 0.90223657, "lq2002 14:16": 0.82314078,
    "lq2002 17:21": 0.87292444, "bfi A": 0.70301845, "bfi C": 0.72673497, "bfi E": 0.76173282,
    "bfi N": 0.81396295, "bfi O": 0.60017251, "bfi N listwise": 0.8133031,
}  # fmt: skip


@pytest.mark.parametrize("name", ALPHA)
def test_alpha_equals_r(name: str) -> None:
    """Alpha of pairwise covariances is psych's raw alpha, of complete rows multilevel's."""
    said = oracle("alpha")
    expected = {**said["expected"]["cronbach"], **said["expected"]["psych"]}[name]
    found = alpha(_covariance(said["data"][name]))
    assert found == pytest.approx(expected, rel=SAME)
    assert found == pytest.approx(ALPHA[name], abs=6e-9 if "listwise" not in name else 6e-8)


def test_omega_equals_lavaan_and_says_its_metric() -> None:
    """One factor by maximum likelihood: .81284 of covariances, .81497 of correlations."""
    said = oracle("omega")
    found = omega(said["data"]["covariance"]), omega(said["data"]["correlation"])
    expected = said["expected"]["omega"], said["expected"]["correlation"]
    assert found == pytest.approx(expected, rel=SAME)
    assert [round(value, 5) for value in found] == [0.81284, 0.81497]
    assert round(said["expected"]["psych_minres"], 5) == 0.81845


def test_loadings_equal_lavaan() -> None:
    """Loadings and error variances are lavaan's, which divides by n and not by n - 1."""
    said = oracle("omega")
    covariance, n = said["data"]["covariance"], said["data"]["n"]
    loadings, errors = one_factor(correlations(covariance))
    spreads = [covariance[at][at] * (n - 1) / n for at in range(5)]
    ours = [load * s**0.5 for load, s in zip(loadings, spreads, strict=True)]
    ours += [error * s for error, s in zip(errors, spreads, strict=True)]
    assert ours == pytest.approx(said["expected"]["estimates"], rel=SAME)


def test_relative_weights_equal_johnson_and_the_printed_table() -> None:
    """Mtcars from n, sums and products alone gives rwa's four weights and R squared."""
    said = oracle("drivers")
    matrix = _correlation(said["data"]["mtcars"])
    found = drivers.relative_weights(matrix, 0)
    assert found == pytest.approx(said["expected"]["johnson"], rel=SAME)
    assert [round(weight, 7) for weight in found] == [0.2284797, 0.2221469, 0.2321744, 0.0963886]
    assert drivers.explained(matrix, 0) == pytest.approx(said["expected"]["r2"], rel=SAME)
    assert round(sum(found), 7) == 0.7791896


def test_lmg_equals_all_orders_of_lm() -> None:
    """Swiss: gains averaged over all orders, and they add up to R squared."""
    said = oracle("drivers")
    matrix = _correlation(said["data"]["swiss"])
    found = drivers.lmg(matrix, 0)
    assert found == pytest.approx(said["expected"]["lmg"], rel=SAME)
    printed = [0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592]
    assert [round(part, 8) for part in found] == printed
    assert sum(found) == pytest.approx(said["expected"]["r2_swiss"], rel=SAME)
    ours = drivers.relative_weights(matrix, 0)
    assert ours == pytest.approx(said["expected"]["johnson_swiss"], rel=SAME)


def test_lmg_refuses_nine() -> None:
    """Nine predictors have too many subsets to try."""
    ten = [[float(i == j) for j in range(10)] for i in range(10)]
    with pytest.raises(ValueError, match="more than 8"):
        drivers.lmg(ten, 0)


@st.composite
def _matrices(draw: st.DrawFn) -> list[list[float]]:
    """Draw a correlation matrix of three to seven items, from random people."""
    size = draw(st.integers(3, 7))
    chance = random.Random(draw(st.integers(0, 10**6)))
    people = [[chance.gauss(0, 1) for _ in range(size)] for _ in range(4 * size)]
    columns = list(zip(*people, strict=True))
    return correlations([[dot(one, other) for other in columns] for one in columns])


@settings(max_examples=25, deadline=None)
@given(_matrices())
def test_weights_add_up_and_stay_near_shapley(matrix: list[list[float]]) -> None:
    """Both ways share out all of R squared, neither gives a negative part."""
    ours, shapley = drivers.relative_weights(matrix, 0), drivers.lmg(matrix, 0)
    whole = drivers.explained(matrix, 0)
    assert sum(ours) == pytest.approx(whole, abs=1e-9)
    assert sum(shapley) == pytest.approx(whole, abs=1e-9)
    assert min(*ours, *shapley) >= -1e-12
    assert max(abs(a - b) for a, b in zip(ours, shapley, strict=True)) < 0.15


def test_squared_correlations_would_not_add_up() -> None:
    """The twin: each predictor's own r squared counts what they share more than once."""
    matrix = _correlation(oracle("drivers")["data"]["mtcars"])
    assert sum(value**2 for value in matrix[0][1:]) > 2 * drivers.explained(matrix, 0)


@settings(max_examples=25, deadline=None)
@given(_matrices())
def test_eigenvectors_rebuild_their_matrix(matrix: list[list[float]]) -> None:
    """V diag(v) V' is the matrix, and its inverse undoes it."""
    values, vectors = eigen(matrix)
    again, one = rebuilt(values, vectors), product(inverted(matrix), matrix)
    for i, row in enumerate(matrix):
        assert again[i] == pytest.approx(row, abs=1e-12)
        assert one[i] == pytest.approx([float(i == j) for j in range(len(row))], abs=1e-7)


def test_correlations_that_do_not_fit_are_made_to() -> None:
    """Pairs that contradict each other get the nearest matrix that people could have made."""
    broken = [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]
    assert min(eigen(broken)[0]) < 0
    mended = nearest_correlation(broken)
    assert min(eigen(mended)[0]) > 0
    assert [mended[at][at] for at in range(3)] == [1.0] * 3
    assert 0 <= omega(broken) <= 1
    assert 0 <= drivers.explained(broken, 0) <= 1


def test_no_variance_gives_no_reliability() -> None:
    """Where all answers are the same every figure is 0, never an error."""
    flat = [[0.0] * 3] * 3
    same = spread([Moments(5, 15.0, 45.0)] * 4)
    assert (alpha(flat), omega(flat), icc1(same), icc2(same)) == (0, 0, 0, 0)
    assert drivers.explained(correlations(flat), 0) == 0


def test_agreement_equals_multilevel_and_the_printed_table() -> None:
    """r_wg(j), Lindell's and AD_M of three groups and eleven items are R's."""
    said = oracle("agreement")
    groups = said["data"]["counts"]
    variances = [[agreement.sample_variance(item) for item in group] for group in groups]
    ours = {
        "rwgj": [agreement.rwg_j(each) for each in variances],
        "lindell": [agreement.lindell(each) for each in variances],
        "ad_m": [sum(map(agreement.ad_m, group)) / len(group) for group in groups],
        "ad_m_first": [agreement.ad_m(group[0]) for group in groups],
    }
    printed = {
        "rwgj": [0.90098149, 0.92228321, 0.88680926],
        "lindell": [0.45271240, 0.51896235, 0.41596987],
        "ad_m": [0.84813664, 0.82612795, 0.88098286],
    }
    for name, found in ours.items():
        assert found == pytest.approx(said["expected"][name], rel=SAME)
        assert [round(value, 8) for value in found] == printed.get(name, _rounded(found))


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 8) for value in values]


def test_random_answers_agree_better_than_seventy() -> None:
    """Five people at random reach .85 in one case of twenty, so .70 says nothing of a team."""
    said = oracle("agreement")["expected"]
    assert said["random_5"] == pytest.approx(0.85)
    for people, name in ((5, "random_5"), (10, "random_10")):
        assert agreement.chance_rwg(people) == pytest.approx(said[name], rel=SAME)
    assert agreement.chance_rwg(8, 4) == pytest.approx(said["random_8_4"], abs=0.03)
    assert agreement.rwg(3.0) == 0
