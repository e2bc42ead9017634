"""A unit beside its organisation: in sigmas, with an interval, and "cannot tell" where so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.statistics.blocks import BlockRow
from pulse.statistics.comparison import apart, compared, within_variance
from pulse.statistics.pooling import Posterior
from pulse.statistics.precision import DEFAULT_VARIANCE
from pulse.statistics.scales import Scales
from pulse.statistics.shares import interval, possible, wilson, with_the_silent
from tests.unit.statistics.histories import INSTRUMENT, history, team

WHOLE = BlockRow(3.0, 0.0, 0.0, 1.1, 0.0, 250, 400)


@pytest.mark.parametrize(
    ("level", "variance", "key", "words"),
    [
        (3.6, 0.01, "higher", "likely higher than the organisation, by a medium step"),
        (2.7, 0.01, "lower", "likely lower than the organisation, by a small step"),
        (1.5, 0.01, "lower", "likely lower than the organisation, by a large step"),
        (3.02, 0.001, "same", "about the same as the organisation"),
        (3.15, 0.0001, "higher", "likely higher than the organisation, by less than a small step"),
        (3.4, 0.1, "unclear", "cannot tell from the organisation"),
    ],
)
def test_an_effect_is_told_in_steps_people_know(
    level: float, variance: float, key: str, words: str
) -> None:
    """Cohen's edges .2, .5 and .8 of sigma 1 name the step; an interval around 0 names none."""
    told = compared(Posterior(level, variance), WHOLE, 1.0, likely=True)
    assert (told.key, told.words) == (key, words)
    assert told.effect == pytest.approx(level - 3.0)
    assert told.points == pytest.approx(25 * (level - 3.0))
    assert told.low < told.effect < told.high


def test_one_of_many_looks_is_not_called_different() -> None:
    """An interval of its own that excludes no difference is not enough: all looks are counted."""
    told = compared(Posterior(3.6, 0.01), WHOLE, 1.0, likely=False)
    assert (told.key, told.words) == ("unclear", "cannot tell from the organisation")
    assert told.low > 0
    far, near, same = (BlockRow(mean, 0.01, 0.01, 1.1, 0.0, 10, 16) for mean in (3.6, 3.21, 3.0))
    alone = {("a", "energy"): (near, WHOLE)}
    many = {(f"t{at}", "energy"): (same, WHOLE) for at in range(40)}
    assert apart(alone) == {("a", "energy")}
    assert apart(alone | many) == frozenset()
    assert apart({("a", "care"): (far, WHOLE)} | many) == {("a", "care")}


def test_the_yardstick_is_the_released_one_or_said_to_be_none() -> None:
    """Without released variances sigma^2 is 1.1; the whole is not compared with itself."""
    known = history(lambda unit, *_: 3.5 if unit == "a" else 3.0, 8, (team("a"),), step=0.25)
    assert within_variance(known, "energy") == DEFAULT_VARIANCE
    scales = Scales(known)
    told = scales.comparison("a", "energy")
    assert told is not None
    assert told.effect * DEFAULT_VARIANCE**0.5 * 25 == pytest.approx(told.points)
    assert scales.comparison("org", "energy") is None


def test_a_hidden_unit_is_not_compared() -> None:
    """Neither a hidden block nor an organisation without one gives an effect."""
    hidden = history(lambda unit, *_: None if unit == "a" else 3.0, 8, (team("a"),))
    assert Scales(hidden).comparison("a", "energy") is None
    young = history(lambda *_: 3.0, 2, (team("a"),))
    assert all(Scales(young).comparison("a", scale) is None for scale in INSTRUMENT.scales)


@given(st.integers(4, 40), st.integers(0, 40), st.integers(0, 6), st.integers(0, 30))
def test_a_share_s_interval_holds_wilson_s_of_every_count_released_so(
    fives: int, hits: int, over: int, silent: int
) -> None:
    """For any count behind a released share, Wilson's interval at n = b lies inside ours.

    So do the bounds for the silent, for any number of people that the band allows.
    """
    b = 5 * fives
    n = b + min(over, 4)
    agreeing = min(n, hits * n // 40)
    step = 10 if b < 40 else 5
    percent = float(step * min(max(round(100 * agreeing / n / step), 1), 100 // step - 1))
    if b < 20:
        return
    exact = possible(percent, b)
    assert exact.low - 1e-9 <= 100 * agreeing / n <= exact.high + 1e-9
    ours, theirs = interval(percent, b), wilson(agreeing / n, b)
    assert ours.low - 1e-9 <= 100 * theirs.low
    assert ours.high + 1e-9 >= 100 * theirs.high
    invited = n + silent
    bounds = with_the_silent(percent, b, invited)
    assert bounds.low - 1e-9 <= 100 * agreeing / invited
    assert bounds.high + 1e-9 >= 100 * (agreeing + silent) / invited


def test_five_of_six_could_be_nearly_anything() -> None:
    """Wilson at n = 6: 5 of 6 agree, 44 to 97 %; so few are never put on a page."""
    low, high = wilson(5 / 6, 6)
    assert (round(100 * low), round(100 * high)) == (44, 97)
