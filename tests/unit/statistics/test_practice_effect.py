"""Did it help: teams put together, compared, and answered in plain words."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.statistics.adjustment import weekly_index
from pulse.statistics.practice_effect import (
    Effect,
    Line,
    detectable,
    effect,
    lines,
    practice_effect,
    week_levels,
)
from pulse.terms import Unit
from tests.oracles.recorded import oracle
from tests.unit.statistics.histories import ROOT, history, team, wave_name

Answer = Callable[[list[Line]], Effect]


def _panel() -> tuple[list[Line], float]:
    """Return three teams with the practice, seven without, and what statsmodels says of them."""
    panel = oracle("interrupted_statsmodels")["panel"]
    users = [Line(dict(enumerate(values)), panel["start"]) for values in panel["users"]]
    others = [Line(dict(enumerate(values))) for values in panel["others"]]
    return [*users, *others], panel["average"]


def test_teams_that_began_together_equal_team_and_week_effects() -> None:
    """Without gaps the estimate is that of least squares with team and week dummies."""
    given_, expected = _panel()
    found = effect(given_, large=True)
    assert found.estimate == pytest.approx(expected, rel=1e-9)
    assert (found.teams, found.compared, found.before, found.after) == (3, 7, 10, 9)


def test_a_shock_of_a_week_moves_nothing() -> None:
    """What every team has in common in a week is taken away."""
    given_, expected = _panel()
    shaken = [
        Line({w: v + 9 * (w == 12) for w, v in line.values.items()}, line.start) for line in given_
    ]
    assert effect(shaken, large=True).estimate == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("people", "six", "twelve"),
    [(5, 0.54, 0.38), (8, 0.42, 0.30), (12, 0.35, 0.25), (30, 0.22, 0.16), (100, 0.12, 0.08)],
)
def test_detectable_change_is_the_published_table(people: int, six: float, twelve: float) -> None:
    """Points that 80 % power finds in 6+6 and 12+12 weeks, for one item of SD 1.05."""
    assert round(detectable(people, 6, 6, 1.05**2), 2) == six
    assert round(detectable(people, 12, 12, 1.05**2), 2) == twelve


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
        (
            12,
            2,
            "helped",
            "It likely helped: 13 points higher on average, between 10 and 15 points",
        ),
        (0, 2, "did_not", "It made no useful difference: what fits the figures lies between "),
        (-12, 2, "did_not", "It did not help: the figure is lower since it began, between "),
        (4, 9, "cannot_tell", "Cannot tell: what fits the figures lies between "),
    ],
)
def test_each_answer_has_its_words(rise: float, noise: float, key: str, said: str) -> None:
    """Helped, no useful difference and cannot tell follow from the interval alone."""
    found = effect(_steady(rise, noise), large=True)
    assert found.key == key
    assert found.words in {"likely helped", "made no useful difference", "cannot tell"}
    assert found.sentence.startswith(said)
    assert found.low is not None
    assert found.high is not None
    assert (found.key == "cannot_tell") == (found.low <= 0 and found.high >= 5)


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


def test_a_team_alone_is_far_less_sure() -> None:
    """With fewer than five others a trend of its own stays, and the interval is wider."""
    compared, alone = _steady(12, 3), _steady(12, 3, others=4)
    one, other = effect(compared, large=True), effect(alone, large=True)
    assert (one.compared, other.compared) == (8, 0)
    assert _width(other) > 2 * _width(one)


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


def test_lines_leave_out_relatives_hidden_and_coded_weeks() -> None:
    """Only groups outside are compared; suppressed and coded weeks are missing."""
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
    shown = {t for t in range(12) if rule("out", "", t) == 3.0}
    assert set(out.values) == shown
    assert min(late.values) >= 2
    early = practice_effect(told, "safety", {"dep": wave_name(4)})
    assert (early.key, early.why) == ("cannot_tell", "early")
    again = practice_effect(told, "safety", {"dep": wave_name(4)}, weekly_index(told))
    assert again == early
    assert lines(history(rule, 0), "safety", {}) == []


def _weeks(chance: random.Random, count: int) -> list[float]:
    """Return errors of a team's weeks: 6 points, neighbours alike by .3."""
    found = [chance.gauss(0, 6)]
    for _ in range(count - 1):
        found.append(0.3 * found[-1] + 0.91**0.5 * chance.gauss(0, 6))
    return found


def _world(chance: random.Random, users: int, others: int) -> list[Line]:
    """Return teams that began in different weeks; all share 4 points a week and a slow fall."""
    weeks = 32
    common = [chance.gauss(0, 4) - 0.3 * t for t in range(weeks)]
    made = []
    for number in range(users + others):
        own = chance.gauss(60, 8)
        start = 12 + chance.randrange(8) if number < users else None
        values = {
            t: own + common[t] + error + (5 if start is not None and t >= start else 0)
            for t, error in enumerate(_weeks(chance, weeks))
            if chance.random() > 0.1
        }
        made.append(Line(values, start))
    return made


def _alone(given_: list[Line]) -> Effect:
    """Answer from the teams with the practice only, as if weeks had nothing in common."""
    users = [line for line in given_ if line.start is not None]
    flat = [Line(dict.fromkeys(range(32), 0.0)) for _ in range(5)]
    return effect([*users, *flat], large=True)


def _coverage(answer: Answer) -> float:
    chance, hits, total = random.Random(3), 0, 0
    for _ in range(200):
        found = answer(_world(chance, 3, 12))
        if found.low is not None and found.high is not None:
            hits += found.low <= 5 <= found.high
            total += 1
    return hits / total


@pytest.mark.slow
def test_intervals_of_pooled_teams_hold_the_truth() -> None:
    """Three teams among fifteen, weeks missing, weeks in common: .92 to .99 hold the 5 points."""
    assert 0.92 <= _coverage(lambda given_: effect(given_, large=True)) <= 0.99


@pytest.mark.slow
def test_without_week_effects_they_would_not() -> None:
    """The twin: what all teams had in common is taken for the practice, in most worlds wrongly."""
    assert _coverage(_alone) < 0.85
