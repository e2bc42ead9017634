"""Did it help: teams put together, compared, and answered in plain words."""

import random
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.statistics import interrupted
from pulse.statistics.adjustment import weekly_index
from pulse.statistics.counterfactual import against, sides
from pulse.statistics.helped import Effect, key_of
from pulse.statistics.practice_effect import (
    Line,
    detectable,
    effect,
    lines,
    noticeable,
    practice_effect,
    together,
    week_levels,
)
from pulse.terms import Unit
from tests.oracles.recorded import oracle
from tests.unit.statistics.histories import ROOT, history, team, wave_name

Answer = Callable[[list[Line]], Effect]


def _panel() -> tuple[list[Line], dict[str, Any]]:
    """Return three teams with the practice, seven without, and what statsmodels says of them."""
    panel = oracle("interrupted_statsmodels")["panel"]
    users = [Line(dict(enumerate(values)), panel["start"]) for values in panel["users"]]
    others = [Line(dict(enumerate(values))) for values in panel["others"]]
    return [*users, *others], panel


def _less_weeks(given_: list[Line]) -> list[Line]:
    common = week_levels([line for line in given_ if line.start is None])
    return [Line({w: v - common[w] for w, v in each.values.items()}, each.start) for each in given_]


def test_the_series_of_teams_that_began_together_equals_team_and_week_effects() -> None:
    """Without gaps its average change is that of least squares with team and week dummies."""
    given_, panel = _panel()
    own = [(each.values, each.start) for each in _less_weeks(given_) if each.start is not None]
    fitted = interrupted.fit(together(own), trend=False)
    assert fitted.average == pytest.approx(panel["average"], rel=1e-9)


@pytest.mark.parametrize(("which", "users"), [("all", 3), ("first", 1)])
def test_teams_as_low_are_the_comparison_that_statsmodels_makes(which: str, users: int) -> None:
    """Estimate, interval and degrees of freedom are those of its analysis of covariance."""
    given_, panel = _panel()
    parted = _less_weeks(given_)
    own = [(each.values, each.start) for each in parted if each.start is not None][:users]
    found = against(own, [each.values for each in parted if each.start is None])
    expected = panel["as_low"][which]
    assert found is not None
    assert found.estimate == pytest.approx(expected["estimate"], rel=1e-9)
    assert found.estimate - found.half == pytest.approx(expected["low"], rel=1e-9)
    assert found.estimate + found.half == pytest.approx(expected["high"], rel=1e-9)
    assert (found.freedom, found.teams, found.compared) == (expected["freedom"], users, 7)


def test_the_wider_interval_is_the_answer() -> None:
    """Of the spread of teams without the practice and the teams' own series the wider counts."""
    given_, panel = _panel()
    found = effect(given_, large=True)
    assert found.estimate == pytest.approx(panel["as_low"]["all"]["estimate"], rel=1e-9)
    assert found.high == pytest.approx(panel["as_low"]["all"]["high"], rel=1e-9)
    assert (found.teams, found.compared, found.before, found.after) == (3, 7, 10, 9)
    jumping = [
        Line({w: v + 30 * (-1) ** w for w, v in line.values.items()}, line.start)
        if line.start is not None else line
        for line in given_
    ]  # fmt: skip
    assert _width(effect(jumping, large=True)) > 1.5 * _width(found)


def test_a_shock_of_a_week_moves_nothing() -> None:
    """What every team has in common in a week is taken away."""
    given_, panel = _panel()
    shaken = [
        Line({w: v + 9 * (w == 12) for w, v in line.values.items()}, line.start) for line in given_
    ]
    expected = panel["as_low"]["all"]["estimate"]
    assert effect(shaken, large=True).estimate == pytest.approx(expected, rel=1e-9)


def test_what_comes_back_by_itself_is_no_help() -> None:
    """Teams that were as low came back as far without it, so nothing is left for the practice."""
    chance = random.Random(8)
    dip = [{w: 60 - 10 * (6 <= w < 10) + chance.gauss(0, 1) for w in range(24)} for _ in range(8)]
    flat = [Line({w: 60 + chance.gauss(0, 1) for w in range(24)}) for _ in range(8)]
    user, others = Line(dip[0], 10), [*map(Line, dip[1:]), *flat]
    found = effect([user, *others], large=True)
    assert found.estimate == pytest.approx(0, abs=1)
    assert found.key != "helped"
    own = [(line.values, 10) for line in _less_weeks([user, *flat]) if line.start is not None]
    alone = interrupted.fit(together(own), trend=False)  # the twin: as if it had come from nothing
    assert alone.average == pytest.approx(4, abs=1)


def test_where_all_were_equally_low_the_change_itself_is_compared() -> None:
    """Without differences before there is nothing to regress on; levels after are compared."""
    same = [Line(dict.fromkeys(range(20), 50.0)) for _ in range(6)]
    up = Line({w: 50.0 + 10 * (w >= 10) for w in range(20)}, 10)
    found = effect([up, *same], large=True)
    assert (found.estimate, found.low, found.high) == pytest.approx((10, 10, 10))


def test_a_side_needs_its_weeks() -> None:
    """Means exist from the number of weeks asked for on; the late one is of the last four."""
    series = {1: 1.0, 2: 2.0, 4: 3.0, 5: 4.0, 6: 5.0, 8: 6.0}
    assert sides(series, 8, 1) == (3.0, 3.5, 6.0)
    assert sides(series, 8, 2) is None
    assert sides(series, 1, 1) is None


@pytest.mark.parametrize(
    ("people", "six", "twelve"),
    [(5, 0.54, 0.38), (8, 0.42, 0.30), (12, 0.35, 0.25), (30, 0.22, 0.16), (100, 0.12, 0.08)],
)
def test_detectable_change_is_the_published_table(people: int, six: float, twelve: float) -> None:
    """Points that 80 % power finds in 6+6 and 12+12 weeks, for one item of SD 1.05."""
    assert round(detectable(people, 6, 6, 1.05**2), 2) == six
    assert round(detectable(people, 12, 12, 1.05**2), 2) == twelve


def _wandering(seed: int, weeks: int) -> Callable[[str, str, int], float]:
    """Return answers of teams whose levels wander by a quarter of a point, as teams' do."""
    levels: dict[str, list[float]] = {}

    def rule(unit_id: str, item: str, t: int) -> float:
        if unit_id not in levels:
            chance = random.Random(f"{seed} {unit_id}")
            found = [chance.gauss(0, 0.25)]
            for _ in range(weeks - 1):
                found.append(0.9 * found[-1] + 0.19**0.5 * chance.gauss(0, 0.25))
            levels[unit_id] = found
        error = 0 if unit_id == "org" else random.Random(f"{seed}{unit_id}{item}{t}").gauss(0, 0.2)
        return 3.2 + (0 if unit_id == "org" else levels[unit_id][t]) + error

    return rule


@pytest.mark.slow
def test_what_is_promised_to_be_noticed_is_what_the_answer_will_be_able_to_tell() -> None:
    """Told beforehand: 1.4 times the half-width eight weeks later, give or take; 80 % power.

    The twin, from how people's answers differ alone, promises what no answer can keep.
    """
    promised, bare = [], []
    teams = tuple(team(f"t{number}") for number in range(13))
    for seed in range(12):
        rule = _wandering(seed, 32)
        told = noticeable(history(rule, 24, teams, step=0.1), "safety", "t0")
        later = practice_effect(history(rule, 32, teams, step=0.1), "safety", {"t0": wave_name(24)})
        assert told is not None
        promised.append(told / (_width(later) / 2))
        bare.append(25 * detectable(10, 24, 8, 1.05**2) / (_width(later) / 2))
    assert 1.3 <= statistics.median(promised) <= 1.7
    assert min(promised) > 0.7
    assert statistics.median(bare) < 1


def test_what_can_be_noticed_is_told_from_sixteen_weeks_and_five_teams_on() -> None:
    """With fewer no start eight weeks ago can be tried out."""
    teams = tuple(team(f"t{number}") for number in range(6))
    rule = _wandering(1, 24)
    assert noticeable(history(rule, 15, teams), "safety", "t0") is None
    assert noticeable(history(rule, 16, teams), "safety", "t0") is not None
    assert noticeable(history(rule, 16, teams), "safety", "t0", apart=["t1"]) is None
    assert noticeable(history(rule, 0), "safety", "t0") is None


def _steady(rise: float, noise: float, *, weeks: int = 24, others: int = 8) -> list[Line]:
    """Return one team that rises by `rise` half-way, and others that do not."""
    chance = random.Random(5)
    level = [[50 + chance.gauss(0, noise) for _ in range(weeks)] for _ in range(others + 1)]
    half = weeks // 2
    first = {w: v + rise * (w >= half) for w, v in enumerate(level[0])}
    return [Line(first, half), *(Line(dict(enumerate(values))) for values in level[1:])]


@pytest.mark.parametrize(
    ("rise", "noise", "key", "said"),
    [
        (12, 2, "helped", "It likely helped: 12 points higher on average, between "),
        (0, 1, "no_difference", "Likely no difference of note, that is of 5 points or more: "),
        (-12, 2, "lower", "Lower afterwards: 12 points lower on average, between "),
        (4, 9, "cannot_tell", "Cannot tell: what fits the figures lies between "),
    ],
)
def test_each_answer_has_its_words(rise: float, noise: float, key: str, said: str) -> None:
    """Helped, no difference of note, lower and cannot tell follow from the interval alone."""
    found = effect(_steady(rise, noise), large=True)
    assert found.key == key
    assert found.words in said.lower()
    assert found.sentence.startswith(said)


@pytest.mark.parametrize(
    ("low", "high", "key"),
    [
        (0.1, 9.0, "helped"), (6.0, 9.0, "helped"), (0.1, 4.9, "no_difference"),
        (-4.9, 4.9, "no_difference"), (-4.9, -0.1, "no_difference"), (-9.0, -0.1, "lower"),
        (-0.1, 5.0, "cannot_tell"), (-5.0, 0.1, "cannot_tell"),
    ],
)  # fmt: skip
def test_small_comes_before_which_side(low: float, high: float, key: str) -> None:
    """Within five points either way nothing is of note; else an interval on one side says which."""
    assert key_of(low, high) == key


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (2.2, 9.4, "between 2 and 9 points higher"),
        (-9.4, -2.2, "between 2 and 9 points lower"),
        (-3.3, 1.2, "between 3 points lower and 1 higher"),
        (-3.3, 0.2, "between 3 points lower and no change"),
        (0.2, 4.4, "between no change and 4 points higher"),
        (-0.2, 0.2, "within half a point of no change"),
    ],
)
def test_an_interval_reads_as_people_speak(low: float, high: float, said: str) -> None:
    """Higher and lower are said once where both ends agree."""
    assert said in Effect("cannot_tell", "unclear", (low + high) / 2, low, high).sentence


def test_under_sixty_people_nobody_can_tell() -> None:
    """However clear the line, a small organisation's answer is that one cannot tell."""
    found = effect(_steady(30, 0.1), large=False)
    assert (found.key, found.why, found.estimate) == ("cannot_tell", "small", None)
    assert "fewer than 60 people" in found.sentence


def test_seven_weeks_are_too_few() -> None:
    """A side of seven shown weeks gives no figure; eight do."""
    assert effect(_steady(12, 2, weeks=14), large=True).why == "early"
    assert effect(_steady(12, 2, weeks=14), large=True).sentence.startswith("Cannot tell yet")
    assert effect(_steady(12, 2, weeks=16), large=True).key == "helped"


def test_with_four_other_teams_nobody_can_tell() -> None:
    """What comes back by itself would be counted as help; five are enough to begin with."""
    four = effect(_steady(12, 1, others=4), large=True)
    assert (four.key, four.why, four.estimate, four.teams) == ("cannot_tell", "alone", None, 1)
    assert four.sentence.startswith("Cannot tell: that takes five other teams")
    assert effect(_steady(12, 0.5, others=5), large=True).compared == 5


def test_few_teams_to_compare_with_make_the_answer_less_sure() -> None:
    """The same rise is told with a wider interval beside five teams than beside twenty."""
    five, twenty = (effect(_steady(12, 3, others=n), large=True) for n in (5, 20))
    assert _width(five) > 1.3 * _width(twenty)


def _width(found: Effect) -> float:
    return (found.high or 0) - (found.low or 0)


@given(st.lists(st.floats(-20, 20), min_size=6, max_size=12), st.floats(-9, 9))
def test_levels_of_teams_do_not_reach_the_weeks(levels: list[float], step: float) -> None:
    """Week effects are the same whatever the teams' own levels, also with weeks missing."""
    plain = [
        Line({w: own + step * (w % 3) for w in range(9) if (w + at) % 5})
        for at, own in enumerate(levels)
    ]
    found = week_levels(plain)
    if found:
        least = min(found)
        for week, value in found.items():
            expected = step * (week % 3 - least % 3)
            assert value - found[least] == pytest.approx(expected, abs=1e-6)


def test_lines_leave_out_relatives_and_hidden_weeks() -> None:
    """Only groups outside are compared; suppressed weeks are missing, coded ones are not."""
    units = (
        Unit("dep", "org", "Dep", 32, group=False, series="2026-W01"),
        Unit("in", "dep", "In", 16, group=True, series="2026-W01"),
        team("out"), team("late", series="2026-W03"),
    )  # fmt: skip

    def rule(unit_id: str, item: str, t: int) -> float | None:
        del item
        if unit_id == "out" and t == 5:
            return None
        return 5.0 if unit_id == "out" and t == 6 else 3.0

    told = history(rule, 12, units, root=ROOT)
    found = lines(told, "safety", {"dep": wave_name(4), "in": wave_name(6)})
    assert [line.start for line in found] == [4, None, None]
    _, out, late = found
    assert set(out.values) == set(range(12)) - {5}
    shown = [value for t, value in out.values.items() if t != 6]
    assert abs(out.values[6] - sum(shown) / len(shown)) > 5
    assert min(late.values) >= 2
    early = practice_effect(told, "safety", {"dep": wave_name(4)})
    assert (early.key, early.why) == ("cannot_tell", "early")
    assert len(lines(told, "safety", {"dep": wave_name(4)}, apart=["late"])) == 2
    again = practice_effect(told, "safety", {"dep": wave_name(4)}, weekly_index(told))
    assert again == early
    assert lines(history(rule, 0), "safety", {}) == []
