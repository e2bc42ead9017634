"""Diagnostics of a wave, held against what a statistician would do with the answers in hand."""

from random import Random
from statistics import correlation, covariance, fmean
from typing import NamedTuple

import msgspec
import pytest

from pulse.closing.diagnostics import diagnose
from pulse.disclosure.diagnostics import Diagnostics, printed, rows
from pulse.disclosure.policy import policy_for
from pulse.instrument import Instrument, load
from pulse.release.cell import Cell
from pulse.statistics.drivers import explained, relative_weights
from pulse.statistics.reliability import alpha, omega
from pulse.tabulation import count_columns
from pulse.terms import Tree, Unit

SURVEY = load()
POLICY = policy_for(5)


class Wave(NamedTuple):
    """The answers of a wave: its items, and each person's group and answers."""

    items: tuple[str, ...]
    people: list[tuple[int, tuple[int, ...]]]

    def column(self, item: str) -> list[tuple[int, int]]:
        """Return group and answer of everybody, 0 or 6 where there is none."""
        at = self.items.index(item)
        return [(g, answers[at]) for g, answers in self.people]


def tree(groups: int, invited: int) -> Tree:
    """Return a root with groups of one size."""
    leaves = [
        Unit(f"t{g}", "org", "T", invited, group=True, g=f"{g:05d}") for g in range(1, groups + 1)
    ]
    root = Unit("org", None, "Org", groups * invited, group=False)
    return Tree("t", (root, *leaves), {unit.unit_id: unit.unit_id for unit in leaves})


def answered(form: int, groups: int = 12, people: int = 18, skips: float = 0.05) -> Wave:
    """Return answers in which items go together, groups differ and some skip."""
    dice, items = Random(form), SURVEY.form(form)
    found = []
    for g in range(1, groups + 1):
        mood = dice.gauss(0, 0.4)
        for _ in range(people):
            own = mood + dice.gauss(0, 0.7)
            turned = [own * (-1 if SURVEY.items[item].reverse else 1) for item in items]
            given = [min(5, max(1, round(3.3 + t + dice.gauss(0, 0.7)))) for t in turned]
            found.append((g, tuple(0 if dice.random() < skips else a for a in given)))
    return Wave(items, found)


def taken(wave: Wave, where: Tree, survey: Instrument = SURVEY) -> Diagnostics:
    """Take the diagnostics as a close does."""
    groups = [g for g, _ in wave.people]
    answers = bytes(a for _, given in wave.people for a in given)
    counts = count_columns(groups, answers, where, wave.items, "2026-W09")
    return diagnose(groups, answers, counts, where, POLICY, survey)


def pairwise(wave: Wave, one: str, other: str) -> list[tuple[int, int, int]]:
    """Return group and both answers of everybody who gave both."""
    both = zip(wave.column(one), wave.column(other), strict=True)
    return [(g, x, y) for (g, x), (_, y) in both if 1 <= x <= 5 and 1 <= y <= 5]


def within(wave: Wave, one: str, other: str) -> float:
    """Correlate two items about the means of the groups."""
    known = pairwise(wave, one, other)
    groups = {g for g, _, _ in known}
    means = {
        g: (fmean(x for h, x, _ in known if h == g), fmean(y for h, _, y in known if h == g))
        for g in groups
    }
    return correlation(
        [x - means[g][0] for g, x, _ in known], [y - means[g][1] for g, _, y in known]
    )


def test_correlations_are_those_inside_groups() -> None:
    """Each pair correlates as answers less the means of their groups do, pair by pair."""
    wave = answered(0)
    found = taken(wave, tree(12, 20)).values
    pairs = [m.split(":")[1:] for m in found if m.startswith("corr:")]
    assert len(pairs) == 15
    for one, other in pairs:
        assert found[f"corr:{one}:{other}"] == pytest.approx(within(wave, one, other), abs=1e-12)


def test_correlations_over_everybody_would_be_others() -> None:
    """The twin: what groups have in common makes items go together more."""
    wave = answered(0)
    known = pairwise(wave, "A1", "A2")
    everybody = correlation([x for _, x, _ in known], [y for _, _, y in known])
    assert everybody > taken(wave, tree(12, 20)).values["corr:A1:A2"] + 0.02


def turned(item: str, answer: int) -> int:
    """Turn a reversed item's answer."""
    return 6 - answer if SURVEY.items[item].reverse else answer


def test_alpha_and_omega_are_of_pairwise_covariances_after_reversal() -> None:
    """In a week of safety its five items give alpha and omega, in the covariance metric."""
    wave = answered(16)
    found = taken(wave, tree(12, 20)).values
    own = [item for item in wave.items if SURVEY.items[item].scale == "safety"]
    matrix = [
        [
            covariance(
                [turned(one, x) for _, x, _ in pairwise(wave, one, other)],
                [turned(other, y) for _, _, y in pairwise(wave, one, other)],
            )
            for other in own
        ]
        for one in own
    ]
    assert len(own) == 5
    assert found["alpha:safety"] == pytest.approx(alpha(matrix), abs=1e-12)
    assert found["omega:safety"] == pytest.approx(omega(matrix), abs=1e-9)
    assert found["alpha:safety"] > 0.6


@pytest.mark.parametrize("form", [0, 7, 19])
def test_few_items_and_formative_scales_have_no_alpha(form: int) -> None:
    """Two items are no scale, and work is four different causes: neither has alpha or omega."""
    found = taken(answered(form), tree(12, 20)).values
    assert not [m for m in found if m.startswith(("alpha", "omega"))]
    assert "icc1:work" in found


def test_icc_is_of_peoples_scores_and_the_second_follows_from_the_first() -> None:
    """ICC(1) is an analysis of variance of scores; ICC(2) is made of the printed ICC(1)."""
    wave = answered(2, skips=0.0)
    found = taken(wave, tree(12, 20)).values
    column = wave.column("C3")
    means = {g: fmean(a for h, a in column if h == g) for g in range(1, 13)}
    grand = fmean(a for _, a in column)
    between = 18 * sum((mean - grand) ** 2 for mean in means.values()) / 11
    inside = sum((a - means[g]) ** 2 for g, a in column) / (216 - 12)
    assert wave.items.count("C3") == 1
    single = (between - inside) / (between + 17 * inside)
    assert found["icc1:care"] == pytest.approx(single, abs=1e-12)
    shown = printed("icc1:care", single)
    assert found["icc2:care"] == pytest.approx(18 * shown / (1 + 17 * shown), abs=1e-12)


def test_drivers_say_nothing_that_printed_correlations_do_not() -> None:
    """What goes together with A2 is worked from the printed correlations, other scales only."""
    found = taken(answered(0), tree(12, 20)).values
    others = [m.split(":")[2] for m in found if m.startswith("driver:A2:")]
    assert sorted(others) == ["A1", "C1", "S1", "W1"]
    asked = ["A2", *others]

    def shown(one: str, other: str) -> float:
        measures = (f"corr:{one}:{other}", f"corr:{other}:{one}")
        return next((printed(m, found[m]) for m in measures if m in found), 1.0)

    matrix = [[shown(one, other) for other in asked] for one in asked]
    expected = relative_weights(matrix, 0)
    assert [found[f"driver:A2:{item}"] for item in others] == pytest.approx(expected, abs=1e-12)
    assert found["r2:A2"] == pytest.approx(explained(matrix, 0), abs=1e-12)
    assert sum(expected) == pytest.approx(found["r2:A2"], abs=1e-9)


def test_a_week_of_energy_has_no_drivers() -> None:
    """Where only one item of another scale is asked there is a correlation and no driver."""
    assert not [m for m in taken(answered(17), tree(12, 20)).values if m.startswith("driver")]


def test_items_about_a_leader_stay_out() -> None:
    """An item that only leaders' groups are asked is in no pair, and hides no variance."""
    item = msgspec.structs.replace(SURVEY.items["W1"], leader=True)
    survey = msgspec.structs.replace(SURVEY, items={**SURVEY.items, "W1": item})
    wave = answered(0)
    alone = Wave(
        wave.items, [(g, a if g < 3 else (*a[:5], 0)) for g, a in wave.people]
    )  # W1 is asked last
    assert wave.items[5] == "W1"
    found = taken(alone, tree(12, 20), survey)
    assert "sigma2:A1" in found.values
    assert not [m for m in found.values if "W1" in m]


@pytest.mark.parametrize(("groups", "people", "invited"), [(9, 18, 20), (12, 6, 8)])
def test_a_small_organisation_has_none(groups: int, people: int, invited: int) -> None:
    """Under ten groups or a hundred people nothing is even computed."""
    wave = answered(0, groups, people)
    assert taken(wave, tree(groups, invited)).values == {}


def test_a_wave_that_everybody_skipped_has_no_pairs() -> None:
    """A large organisation of empty ballots has nothing to go together."""
    wave = answered(0)
    empty = Wave(wave.items, [(g, (0,) * len(wave.items)) for g, _ in wave.people])
    assert taken(empty, tree(12, 20)) == Diagnostics({})


def published(people: int, b: int = 220) -> dict[str, Cell]:
    """Print one diagnostic of each kind, with so many people behind pairs."""
    measures = (
        "sigma2:A1", "corr:A1:A2", "alpha:safety", "omega:safety", "icc1:safety", "icc2:safety",
        "r2:A2", "driver:A2:A1",
    )  # fmt: skip
    found = Diagnostics(dict.fromkeys(measures, 0.2345), people)
    return {c.measure: c for c in rows(tree(12, 20), "2026-W09", b, POLICY, found)}


def test_rows_need_their_people_and_tell_no_more_of_them() -> None:
    """100 for pairs, 200 for drivers, counted in bands; printed is what was needed."""
    every = published(216)
    assert {c.at_least for m, c in every.items() if m.startswith(("driver", "r2"))} == {200}
    assert every["corr:A1:A2"].at_least == 100
    assert every["sigma2:A1"].at_least == 220
    assert {c.value for m, c in every.items() if m != "sigma2:A1"} == {0.23}
    assert every["sigma2:A1"].value == 0.25
    assert not [m for m in published(199) if m.startswith(("driver", "r2"))]
    assert set(published(99)) == {"sigma2:A1"}
    assert not published(216, b=95)


@pytest.mark.parametrize(
    ("measure", "value", "shown"),
    [
        ("corr:A1:A2", 1.0, 0.95), ("corr:A1:A2", -1.0, -0.95), ("corr:A1:A2", 0.005, 0.0),
        ("alpha:safety", -0.3, 0.0), ("omega:safety", 1.0, 0.95), ("icc1:safety", 0.0, 0.05),
        ("icc1:safety", 1.0, 0.5), ("driver:A2:A1", 0.0, 0.0), ("sigma2:A1", 0.0, 0.05),
    ],
)  # fmt: skip
def test_ends_are_coded(measure: str, value: float, shown: float) -> None:
    """No diagnostic says that everybody, or every group, is of one mind."""
    assert printed(measure, value) == shown


def test_the_statement_of_a_pack_stands_in_no_scale() -> None:
    """Its variance is told, and nothing of it together with others: all else stays as it was."""
    plain = answered(0)
    seventh = SURVEY.seventh(0, "spin-down", 0)
    wave = Wave((*plain.items, seventh), [(g, (*given, 1 + g % 5)) for g, given in plain.people])
    found = taken(wave, tree(12, 20)).values
    assert set(found) - {f"sigma2:{seventh}"} == set(taken(plain, tree(12, 20)).values)
    assert f"sigma2:{seventh}" in found
