"""A line, a month and a change say no more than the released cells do."""

import random
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.statistics.scales import Scales
from pulse.statistics.sentence import SMALL, week_sentence
from tests.unit.statistics.histories import INSTRUMENT, ROOT, history, team, wave_name

DIFFICULTY = {item: 1.9 + 0.5 * (n % 5) for n, item in enumerate(INSTRUMENT.items)}


def steady(unit: str, item: str, t: int) -> float:
    """Everybody feels the same every week; the items alone differ."""
    del unit, t
    return DIFFICULTY[item]


def test_a_steady_team_draws_a_flat_line_whatever_is_asked() -> None:
    """With no change but the rotation, the weekly index stays within half the rounding steps."""
    scales = Scales(history(steady, 20, (team("a"),)))
    for scale in INSTRUMENT.scales:
        raw = [p.raw / 25 for p in scales.weekly("a", scale) if p.status == "shown" and p.raw]
        centre = sum(raw) / len(raw)
        assert max(abs(value - centre) for value in raw) <= (0.5 + 0.1) / 2 + 1e-9


def test_without_adjustment_the_rotation_would_draw_a_saw_tooth() -> None:
    """The same steady team, unadjusted, moves by more than the adjusted line may."""
    means = []
    for t in range(20):
        own = [i for i in INSTRUMENT.form(t) if INSTRUMENT.items[i].scale == "safety"]
        values = [6 - DIFFICULTY[i] if INSTRUMENT.items[i].reverse else DIFFICULTY[i] for i in own]
        means.append(sum(values) / len(values))
    centre = sum(means) / len(means)
    assert max(abs(value - centre) for value in means) > (0.5 + 0.1) / 2


def test_there_is_no_line_before_the_fourth_wave() -> None:
    """Three waves cannot tell an item's level from a change, so nothing is drawn."""
    scales = Scales(history(steady, 3, (team("a"),)))
    points = scales.weekly("a", "energy")
    assert [(p.status, p.value, p.raw) for p in points] == [("too_early", None, None)] * 3


def test_hidden_weeks_are_gaps_and_coded_weeks_are_marks() -> None:
    """A suppressed week has no figure at all; a coded one has a mark and no line."""

    def rule(unit: str, item: str, t: int) -> float | None:
        if unit == "a" and t == 5:
            return None
        return 4.9 if (unit, t) == ("a", 7) and item == "A2" else DIFFICULTY[item]

    points = Scales(history(rule, 12, (team("a"),))).weekly("a", "energy")
    assert (points[5].status, points[5].value, points[5].raw) == ("hidden", None, None)
    assert (points[7].status, points[7].value) == ("coded", None)
    assert points[7].raw is not None
    assert points[6].value is not None


def test_a_new_series_forgets_what_was_before_the_reorganisation() -> None:
    """No point of an old tree stands in a unit whose series began later."""
    scales = Scales(history(steady, 12, (team("a", series="2026-W07"),)))
    assert next(p.wave for p in scales.weekly("a", "work")) == "2026-W07"


def test_a_month_needs_two_of_its_four_weeks() -> None:
    """A block with one shown week has no figure and names the missing ones."""

    def rule(unit: str, item: str, t: int) -> float | None:
        return None if unit == "a" and t in {4, 5, 6} else DIFFICULTY[item]

    blocks = Scales(history(rule, 8, (team("a"),))).blocks("a", "energy")
    assert blocks[0].estimate is not None
    assert blocks[1].estimate is None
    assert blocks[1].missing == ("2026-W05", "2026-W06", "2026-W07")


def test_a_real_drop_is_named_and_counted() -> None:
    """When one team's energy falls by a point for a month, the sentence says so."""

    def rule(unit: str, item: str, t: int) -> float | None:
        tired = unit == "a" and t >= 8 and INSTRUMENT.items[item].scale == "energy"
        way = 1 if INSTRUMENT.items[item].reverse else -1
        return 3 + (way if tired else 0)

    teams = (team("a"), team("b"), team("c"))
    scales = Scales(history(rule, 12, teams))
    assert scales.directions["a", "energy"].key == "lower"
    assert scales.directions["b", "energy"].key != "lower"
    assert week_sentence(scales, "org") == (
        "Energy dipped in one team, A, and it is more than noise."
    )
    assert "Energy is lower than in the four weeks before" in week_sentence(scales, "a")


@pytest.mark.parametrize(("people", "called"), [(59, False), (60, True)])
def test_an_organisation_under_sixty_raises_no_alarm(people: int, called: bool) -> None:  # noqa: FBT001 - a parametrised case
    """The same drop is called likely real from 60 invited people on, and never below."""

    def rule(unit: str, item: str, t: int) -> float | None:
        tired = unit == "a" and t >= 8 and INSTRUMENT.items[item].scale == "energy"
        way = 1 if INSTRUMENT.items[item].reverse else -1
        return 3 + (way if tired else 0)

    root = structs.replace(ROOT, invited=people)
    scales = Scales(history(rule, 12, (team("a"), team("b"), team("c")), root=root))
    keys = {direction.key for direction in scales.directions.values()}
    assert bool(keys & {"lower", "higher"}) == called
    sentences = [week_sentence(scales, unit) for unit in ("org", "a")]
    assert all("it is more than noise" in s or "more than chance" in s for s in sentences) == called
    assert (SMALL in sentences) == (not called)


@cache
def _noise(seed: int) -> tuple[Scales, int]:
    """Return healthy teams: half of 1.1 is weekly, half of that common to a week's statements.

    `tests/bench/healthy` does the same with people instead of means.
    """
    chance = random.Random(seed)
    offsets: dict[tuple[str, int], float] = {}

    def rule(unit: str, _item: str, t: int) -> float | None:
        size = 250 if unit == "org" else 12
        key = (unit, t)
        offsets.setdefault(key, chance.gauss(0, (0.275 / size) ** 0.5))
        return 3.2 + offsets[key] + chance.gauss(0, (0.275 / size) ** 0.5)

    teams = tuple(team(f"t{n}") for n in range(25))
    scales = Scales(history(rule, 8, teams))
    return scales, sum(d.key in {"lower", "higher"} for d in scales.directions.values())


def test_noise_makes_no_news() -> None:
    """In 12 healthy organisations of 25 teams at most 2 show any change as likely real."""
    alarmed = sum(_noise(seed)[1] > 0 for seed in range(12))
    assert alarmed <= 2


def test_without_control_of_many_looks_noise_would_make_news() -> None:
    """The same noise, read change by change at 5 %, calls changes in most organisations."""
    alarmed = 0
    for seed in range(6):
        scales, _ = _noise(seed)
        alarmed += any(d.reliable is not None for d in scales.directions.values())
    assert alarmed >= 4


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_intervals_and_figures_stay_on_the_scale(seed: int) -> None:
    """Every figure and its interval lies within 0-100, the figure inside its interval."""
    chance = random.Random(seed)
    teams = tuple(team(name) for name in "abcdef")
    scales = Scales(history(lambda _u, _i, _t: chance.uniform(1, 5), 8, teams))
    for unit, scale in product("abcdef", INSTRUMENT.scales):
        for point in scales.weekly(unit, scale):
            if point.value is not None and point.low is not None and point.high is not None:
                assert 0 <= point.low <= point.value <= point.high <= 100
        for block in scales.blocks(unit, scale):
            if block.estimate is not None:
                assert 0 <= block.estimate.low <= block.estimate.value <= block.estimate.high <= 100


@pytest.mark.parametrize(
    ("waves", "words"), [(3, "Too early"), (8, "Steady"), (0, "No week has been shown yet.")]
)
def test_the_sentence_never_invents_news(waves: int, words: str) -> None:
    """With too few weeks or no change the sentence says exactly that."""
    if waves == 0:
        assert week_sentence(Scales(history(steady, 0)), "org") == words
    else:
        assert words in week_sentence(Scales(history(steady, waves)), "org")


def test_what_cannot_be_compared_is_not_called_steady() -> None:
    """Shown this week and hidden in the block before, a team is told that nothing compares."""

    def rule(unit: str, item: str, t: int) -> float | None:
        return None if unit == "a" and t in {1, 2, 3} else steady(unit, item, t)

    scales = Scales(history(rule, 8, (team("a"),)))
    assert {scales.directions["a", scale].key for scale in INSTRUMENT.scales} == {"hidden"}
    assert week_sentence(scales, "a").startswith("Nothing to compare with")


def test_a_department_is_not_counted_as_one_of_its_teams() -> None:
    """A change in a team and in the department around it is news of one team."""
    department = structs.replace(team("dep", 40), group=False)
    below = structs.replace(team("a"), parent_id="dep")

    def rule(unit: str, item: str, t: int) -> float:
        fallen = INSTRUMENT.items[item].scale == "energy" and t >= 4 and unit != "org"
        up = 4.0 if not fallen else 2.0
        return 6 - up if INSTRUMENT.items[item].reverse else up

    scales = Scales(history(rule, 8, (department, below), step=0.1))
    assert scales.directions["dep", "energy"].key == "lower"
    assert week_sentence(scales, "org", names=False) == (
        "Energy dipped in one team and it is more than noise."
    )
    alone = Scales(history(rule, 8, (department,), step=0.1))
    assert week_sentence(alone, "org") == (
        "Energy dipped in one department, Dep, and it is more than noise."
    )


def test_a_line_of_the_past_is_the_line_that_was_drawn_then() -> None:
    """Up to any week it is what the releases up to it give: no later week is smoothed into it."""
    chance = random.Random(5)
    means = [[chance.uniform(1, 5) for _ in range(26)] for _ in range(3)]

    def rule(unit: str, item: str, t: int) -> float | None:
        del item
        return 3.0 if unit == "org" else None if t % 9 == 7 else means["abc".index(unit)][t]

    teams = (team("a"), team("b"), team("c", series="2026-W07"))
    now = Scales(history(rule, 26, teams, step=0.1))
    differs = False
    for waves in (2, 3, 4, 9, 19, 22, 26):
        then, to = Scales(history(rule, waves, teams, step=0.1)), wave_name(waves - 1)
        for unit in ("org", "a", "b", "c"):
            line = now.weekly(unit, "energy", to)
            assert line == then.weekly(unit, "energy")
            cut = tuple(p for p in now.weekly(unit, "energy") if p.wave <= to)
            differs |= line != cut  # the twin: today's line cut short
    assert differs
