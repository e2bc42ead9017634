"""How often to ask, at the exact edges of its rule."""

from collections.abc import Sequence
from typing import Final

import pytest

from pulse.rhythm import Asked, pace

HUNDRED: Final = 1000  # people, so that a tenth of a percent is one answer


def asked(*rates: float, invited: int = HUNDRED) -> list[Asked]:
    """Return waves with these rates in percent."""
    return [
        Asked(f"w{number:03}", invited, round(rate * invited / 100))
        for number, rate in enumerate(rates)
    ]


def weeks(*rates: float) -> int:
    """Return the automatic pace after waves with these rates in percent."""
    return pace("automatic", asked(*rates)).weeks


def test_a_fixed_cadence_is_kept_whatever_comes() -> None:
    """Weekly, fortnightly and off ask nothing of the rates."""
    falling = asked(90, 90, 90, 90, 10, 10, 10, 10)
    found = {each: pace(each, falling).weeks for each in ("weekly", "fortnightly", "off")}
    assert found == {"weekly": 1, "fortnightly": 2, "off": 0}


def test_fifteen_points_are_not_more_than_fifteen() -> None:
    """A fall of exactly 15 points stays weekly; one answer of 4,000 more is too much."""
    assert weeks(*[80] * 4, *[65] * 4) == 1
    assert weeks(*[80] * 4, 65, 65, 65, 64.9) == 2


def test_five_points_are_close_enough() -> None:
    """Back within exactly 5 points it is weekly again; one answer short it is not."""
    fallen = [80.0] * 4 + [60.0] * 4
    assert weeks(*fallen) == 2
    assert weeks(*fallen, 75, 75, 75, 74.9) == 2
    assert weeks(*fallen, *[75] * 4) == 1
    assert weeks(*[80] * 4, *[70] * 4) == 1, "without a fall there is nothing to come back from"


def test_there_is_no_verdict_before_eight_waves() -> None:
    """Four waves are compared with four others, never with themselves."""
    assert weeks() == weeks(90) == weeks(*[90] * 4) == 1
    assert weeks(*[90] * 4, *[5] * 3) == 1
    assert weeks(*[90] * 4, *[5] * 4) == 2


def test_the_yardstick_is_the_best_of_half_a_year() -> None:
    """After 26 waves a level is simply the new one, and weekly again."""
    history = [80.0] * 4 + [60.0] * 22
    assert weeks(*history) == 2
    assert weeks(*history, 60) == 2, "a window that holds three of the better waves is above 5"
    assert weeks(*history, *[60] * 4) == 1


def test_a_small_wave_weighs_as_many_people_as_it_invited() -> None:
    """The rate is answers over invitations, not the mean of four rates."""
    before = asked(*[80] * 4)
    small = [*asked(*[80] * 3), *asked(0, invited=100)]
    assert pace("automatic", [*before, *small]).weeks == 1


def test_a_wave_that_invited_nobody_is_no_division_by_zero() -> None:
    """Nothing over nothing is a rate of nothing."""
    assert pace("automatic", asked(*[0] * 8, invited=0)).weeks == 1


def test_the_reason_is_told_in_percent() -> None:
    """Whoever plans reads both rates."""
    said = pace("automatic", asked(*[80] * 4, *[60] * 4)).why
    assert said == "Fortnightly: 60 % answered in the last four waves, 80 % at best before."


def by_the_last_wave(waves: Sequence[Asked]) -> int:
    """Compare one wave with the one before it: a twin that a single holiday week misleads."""
    rates = [each.counted / each.invited for each in waves]
    return 2 if len(rates) > 1 and rates[-2] - rates[-1] > 0.15 else 1


@pytest.mark.parametrize(
    ("rates", "right"),
    [([80, 80, 80, 80, 80, 80, 80, 55], 1), ([80, 80, 80, 80, 66, 64, 62, 60], 2)],
)
def test_one_bad_week_is_no_fall_and_a_slow_fall_is_one(rates: list[float], right: int) -> None:
    """Four weeks count together; the twin gets both wrong."""
    assert pace("automatic", asked(*rates)).weeks == right
    assert by_the_last_wave(asked(*rates)) != right
