"""An alarm tells of a level: its words never say otherwise than the line that is drawn."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pulse.statistics.alarms import VISIBLE, Alarm, AlarmKey, beside_line
from pulse.statistics.lasting import lasting
from pulse.statistics.naming import deepest
from pulse.statistics.scales import Scales
from pulse.statistics.sentence import week_sentence
from pulse.terms import Unit
from tests.unit.statistics.histories import INSTRUMENT, ROOT, history, team

Says = Callable[[Alarm, list[float]], Alarm]
KEYS: list[AlarmKey] = ["lower", "higher"]
DEPARTMENT = Unit("d", "org", "Platform", 48, group=False, series="2026-W01")
TEAMS = tuple(structs.replace(team(name), parent_id="d") for name in ("a", "b", "c"))


def contradicts(alarm: Alarm, drawn: list[float]) -> bool:
    """Tell whether words and line disagree: where it lies, and where its end points."""
    sign = 1 if alarm.key == "higher" else -1
    away = [sign * (value - alarm.before) for value in drawn[-5:]]
    points_back = away[-1] <= away[-2] and max(away) - away[-1] >= VISIBLE
    said_back = "back" in alarm.words
    goes = any(word in alarm.words for word in ("falling", "rising", "dropping"))
    return alarm.key != "quiet" and (goes or away[-1] <= 0 or said_back != points_back)


ALARMS = st.builds(Alarm, st.sampled_from(KEYS), st.just(4.0), st.just(8.0), st.floats(20, 80))
LINES = st.lists(st.floats(0, 100), min_size=2, max_size=20)


@given(ALARMS, LINES)
def test_the_words_agree_with_where_the_line_points(alarm: Alarm, drawn: list[float]) -> None:
    """They say "lower" of a line that lies lower, and "coming back" where its end does so."""
    assert not contradicts(beside_line(alarm, drawn), drawn)


def test_words_without_a_look_at_the_line_would_disagree_with_it() -> None:
    """The twin, the alarm as the average leaves it: of a line that has turned it says nothing."""
    low = Alarm("lower", -4.0, -8.0, 60.0)
    assert contradicts(low, [50.0, 44.0, 45.0, 49.0, 52.0])
    assert contradicts(low, [50.0, 44.0, 50.0, 57.0, 61.0])
    assert not contradicts(low, [58.0, 55.0, 52.0, 50.0, 49.0])


def test_what_reads_well() -> None:
    """Both sides, turned and not, without a colon of their own."""
    low = Alarm("lower", -4.0, -8.0, 60.0)
    assert low.words == "lower than it used to be"
    turned = beside_line(low, [50.0, 44.0, 45.0, 49.0, 52.0])
    assert turned.words == "lower than it used to be and coming back"
    high = beside_line(Alarm("higher", 4.0, 8.0, 50.0), [58.0, 66.0, 64.0])
    assert high.words == "higher than it used to be and going back down"
    assert beside_line(low, []) == low


QUIET = history(lambda *_: 3.0, 1, (DEPARTMENT, *TEAMS))
LOW, BACK = Alarm("lower", -4.0, -8.0, 60.0), Alarm("lower", -4.0, -8.0, 60.0, turned=True)
HIGH = Alarm("higher", 4.0, 8.0, 50.0)


@pytest.mark.parametrize(
    ("ways", "unit", "said"),
    [
        ({("org", "energy"): LOW}, "org", "Energy is lower than it used to be: worth a talk."),
        (
            {("org", "energy"): LOW, ("org", "care"): LOW},
            "org",
            "Energy and care are lower than they used to be: worth a talk.",
        ),
        (
            {("org", "energy"): LOW, ("org", "care"): BACK, ("org", "work"): HIGH},
            "org",
            (
                "Energy is lower than it used to be, care is lower than it used to be and coming "
                "back, and work is higher than it used to be: worth a talk."
            ),
        ),
        (
            {("d", "energy"): LOW},
            "org",
            "Energy is lower than it used to be in one department, Platform: worth a talk.",
        ),
        (
            {("d", "energy"): LOW, ("a", "energy"): BACK},
            "org",
            "Energy is lower than it used to be in one team, A, and coming back: worth a talk.",
        ),
        (
            {("d", "energy"): LOW, ("a", "energy"): LOW, ("b", "work"): LOW},
            "d",
            (
                "Energy is lower than it used to be: worth a talk. Work is lower than it used to "
                "be in one team, B: worth a talk."
            ),
        ),
        (
            {("a", "care"): HIGH, ("b", "care"): HIGH},
            "org",
            "Care is higher than it used to be in two teams, A and B: worth a talk.",
        ),
        ({("a", "care"): Alarm("quiet", 0.0, 0.0, 50.0)}, "org", ""),
    ],
)
def test_the_sentence_of_alarms(ways: dict[tuple[str, str], Alarm], unit: str, said: str) -> None:
    """Own scales in one sentence; below, a department only where none of its teams is told."""
    assert lasting(QUIET, ways, unit, names=True) == said


@given(st.sets(st.sampled_from(["org", "d", "a", "b", "c", "e"])))
def test_nobody_is_told_twice_and_nothing_is_left_out(flagged: set[str]) -> None:
    """No told unit lies in another, and each flagged one has a told one at or below it."""
    units = (ROOT, DEPARTMENT, *TEAMS, team("e"))
    inside = {
        "org": {"org", "d", "a", "b", "c", "e"}, "d": {"d", "a", "b", "c"},
        **{name: {name} for name in "abce"},
    }  # fmt: skip
    told = {unit.unit_id for unit in deepest(units, flagged)}
    assert told <= flagged
    assert all(not (inside[one] & told) - {one} for one in told)
    assert all(inside[one] & told for one in flagged)


def tired(unit: str, item: str, t: int, until: int = 99) -> float:
    """Team "a" is worn out from the 13th week on, until it no longer is."""
    low = unit == "a" and 12 <= t < until and INSTRUMENT.items[item].scale == "energy"
    way = 0.8 if INSTRUMENT.items[item].reverse else -0.8
    return 3 + (way if low else 0)


def test_what_is_lower_than_it_used_to_be_is_worth_a_talk() -> None:
    """A fall too old for the last two blocks, and flagged by the week, is told with its team."""
    scales = Scales(history(tired, 20, (team("a"), team("b")), step=0.1))
    assert scales.directions["a", "energy"].key in {"same", "unclear"}
    assert scales.alarms["a", "energy"].key == "lower"
    assert week_sentence(scales, "org") == (
        "Energy is lower than it used to be in one team, A: worth a talk."
    )
    assert week_sentence(scales, "a") == "Energy is lower than it used to be: worth a talk."


def test_a_line_that_comes_back_is_not_said_to_fall() -> None:
    """Weeks after the turn the average is still low: the words say that the line is not."""

    def rule(unit: str, item: str, t: int) -> float:
        return tired(unit, item, t, until=22)

    scales = Scales(history(rule, 24, (team("a"), team("b")), step=0.1))
    alarm = scales.alarms["a", "energy"]
    drawn = [p.value for p in scales.weekly("a", "energy") if p.value is not None]
    assert drawn[-1] > drawn[-2] > drawn[-3]
    assert alarm.key == "lower"
    assert alarm.words == "lower than it used to be and coming back"
