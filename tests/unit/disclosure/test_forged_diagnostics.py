"""Diagnostics changed, added or taken out are found; none that a close prints is refused."""

import math
from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pulse.closing.diagnostics import correlations, fitted
from pulse.disclosure import audited_together
from pulse.release.cell import Cell
from pulse.statistics.drivers import explained, relative_weights
from pulse.tabulation import join
from tests.bench.diagnostics.__main__ import STYLES, SURVEY, Wave, case, judged, main, pressed

Rows = tuple[Cell, ...]


def week(form: int) -> Wave:
    """Return a week of one form in which moods differ and nobody skips."""
    items = SURVEY.form(form)
    drawn = next(w for s in range(9) if len((w := case(s, "moods")).people) > 215)
    return drawn._replace(items=items)


def named(rows: Rows, measure: str) -> Cell:
    """Return one diagnostic."""
    return next(cell for cell in rows if cell.measure == measure)


def changed(measure: str, value: float) -> Callable[[Rows], Rows]:
    """Print another value."""
    return lambda rows: tuple(
        structs.replace(cell, value=value) if cell.measure == measure else cell for cell in rows
    )


def moved(measure: str, by: float) -> Callable[[Rows], Rows]:
    """Print a value so much higher."""
    return lambda rows: changed(measure, round((named(rows, measure).value or 0) + by, 2))(rows)


def dropped(*measures: str) -> Callable[[Rows], Rows]:
    """Leave rows out."""
    return lambda rows: tuple(cell for cell in rows if not cell.measure.startswith(measures))


def added(measure: str, value: float, like: str = "corr:A1:A2") -> Callable[[Rows], Rows]:
    """Print one more row."""
    return lambda rows: (*rows, structs.replace(named(rows, like), measure=measure, value=value))


def other_week(rows: Rows) -> Rows:
    """Print the diagnostics of other answers to the same items."""
    here = week(0)
    alike = tuple((g, (given_[0],) * len(given_)) for g, given_ in here.people)
    other = pressed(here._replace(people=alike))
    mine = {c.measure: c for c in other if c.measure.startswith("corr")}
    return tuple(mine.get(cell.measure, cell) for cell in rows)


def every_outcome(rows: Rows) -> Rows:
    """Print what goes together with every item, not only with the anchor of energy."""
    items = week(0).items
    like, found = named(rows, "driver:A2:A1"), {cell.measure for cell in rows}
    more = [f"driver:{one}:{other}" for one, other in permutations(items, 2)]
    more += [f"r2:{one}" for one in items]
    return (
        *rows, *(structs.replace(like, measure=m, value=0.05) for m in more if m not in found)
    )  # fmt: skip


def against_each_other(rows: Rows) -> Rows:
    """Let three items each correlate with each other as far below nothing as can be printed."""
    three = {"corr:A1:S1", "corr:A1:C1", "corr:S1:C1", "corr:C1:S1"}
    return tuple(structs.replace(c, value=-0.95) if c.measure in three else c for c in rows)


FORGED: list[tuple[str, Callable[[Rows], Rows], str]] = [
    ("a correlation", moved("corr:A1:A2", 0.2), "r2:A2: it does not follow"),
    ("a correlation of another week", other_week, "does not follow from the correlations"),
    ("impossible correlations", against_each_other, "cannot belong together"),
    ("r2", moved("r2:A2", 0.01), "r2:A2: it does not follow"),
    ("a driver", moved("driver:A2:S1", 0.01), "driver:A2:S1: it does not follow"),
    ("an icc2", moved("icc2:care", 0.02), "icc2:care: it does not follow from icc1"),
    ("an icc1", moved("icc1:care", 0.06), "icc2:care: it does not follow from icc1"),
    ("every outcome", every_outcome, "driver:S1:A1: there is no such diagnostic"),
    ("another r2", added("r2:A1", 0.2, "r2:A2"), "r2:A1: there is no such diagnostic"),
    ("a driver of energy itself", added("driver:A2:E1", 0.1, "driver:A2:A1"), "no such"),
    ("another item's pair", added("corr:A1:S4", 0.1), "corr:A1:S4: there is no such"),
    ("a leader's item", added("corr:A1:P11", 0.1), "corr:A1:P11: there is no such"),
    ("another item's variance", added("sigma2:S4", 1.0, "sigma2:A1"), "sigma2:S4: there is no"),
    ("another scale", added("icc1:leaders", 0.1, "icc1:care"), "icc1:leaders: there is no such"),
    ("alpha of two items", added("alpha:safety", 0.8), "alpha:safety: there is no such"),
    ("no correlation of two", dropped("corr:A1:A2"), "corr:A1:A2: this diagnostic is missing"),
    ("no correlations", dropped("corr"), "corr:A1:A2: this diagnostic is missing"),
    ("no variance of one", dropped("sigma2:A1"), "sigma2:A1: this diagnostic is missing"),
    ("no variances", dropped("sigma2"), "sigma2:A1: this diagnostic is missing"),
    ("no icc1", dropped("icc1:care"), "icc1:care: this diagnostic is missing"),
    ("no icc2", dropped("icc2:care"), "icc2:care: this diagnostic is missing"),
    ("one driver less", dropped("driver:A2:S1"), "driver:A2:S1: this diagnostic is missing"),
    ("no r2", dropped("r2"), "r2:A2: this diagnostic is missing"),
    ("no drivers", dropped("r2", "driver"), "r2:A2: this diagnostic is missing"),
    ("drivers alone", dropped("corr", "icc"), "stands without correlations"),
]


@pytest.mark.parametrize(("forge", "said"), [each[1:] for each in FORGED],
                         ids=[each[0] for each in FORGED])  # fmt: skip
def test_forged_diagnostics_are_found(forge: Callable[[Rows], Rows], said: str) -> None:
    """P6: one value changed, one row more, one row less: the audit names it."""
    rows = pressed(week(0))
    assert judged(week(0), rows) == []
    assert said in " ".join(judged(week(0), forge(rows)))


@pytest.mark.parametrize(("value", "said"), [(0.05, False), (3.1, False), (3.6, True)])
def test_a_variance_fits_its_mean(value: float, *, said: bool) -> None:
    """Answers of mean 4 vary by 3 about it at most, and a little more about those of groups."""
    wave = case(3, "one mind")
    rows = changed("sigma2:A1", value)(pressed(wave))
    assert named(rows, "item:A1").mean == 4.0
    found = " ".join(judged(wave, rows))
    assert ("sigma2:A1: answers with this mean cannot vary so much." in found) == said


@pytest.mark.parametrize("measure", ["alpha:safety", "omega:safety"])
def test_reliability_stands_where_it_must(measure: str) -> None:
    """A week of safety prints alpha and omega; without one of them it is found."""
    rows = pressed(week(16))
    assert judged(week(16), rows) == []
    assert f"{measure}: this diagnostic is missing." in " ".join(
        judged(week(16), dropped(measure)(rows))
    )


def test_a_scale_that_the_survey_dropped_may_have_been_of_either_kind() -> None:
    """Alpha passes, with or without, where nobody knows any more what the scale was."""
    wave = week(16)
    gone = structs.replace(
        SURVEY, scales={name: s for name, s in SURVEY.scales.items() if name != "safety"}
    )
    rows = pressed(wave)
    for some in (rows, dropped("alpha", "omega")(rows)):
        assert judged(wave, some, gone) == []


def test_an_anchor_that_the_survey_dropped_is_still_the_outcome() -> None:
    """Anchors are asked first, so the first statement of energy was it."""
    items = {name: item for name, item in SURVEY.items.items() if name != "A2"}
    gone = structs.replace(SURVEY, items=items, anchors=("A1",))
    rows = pressed(week(0))
    assert named(rows, "r2:A2").value
    assert judged(week(0), rows, gone) == []


def test_few_behind_pairs_are_asked_for_no_pairs() -> None:
    """Where many skip, rows of two items may be missing, all of them or none."""
    wave = case(1, "two only")
    rows = pressed(wave)
    assert not [cell for cell in rows if cell.measure.startswith("corr")]
    assert judged(wave, rows) == []


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([None, *STYLES]))
def test_no_honest_diagnostics_are_refused(seed: int, style: str | None) -> None:
    """Whoever answers whatever, and skips whatever, the audit passes what a close prints."""
    wave = case(seed, style)
    assert judged(wave, pressed(wave)) == []


def test_the_long_form_counts_what_it_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m tests.bench.diagnostics` prints how many releases were refused."""
    main(["--cases", "4"])
    assert "| releases | 4 |" in (told := capsys.readouterr().out)
    assert "| refused | 0 |" in told


def test_pairs_of_different_people_are_made_to_fit() -> None:
    """The twin: all pairs at -1 is what such people make; printed as it is, it would be refused."""
    wave = case(0, "two only")
    scales: dict[str, dict[str, bool]] = {}
    for item in wave.items:
        scales.setdefault(SURVEY.items[item].scale, {})[item] = False
    groups = [g for g, _ in wave.people]
    answers = bytes(a for _, given_ in wave.people for a in given_)
    raw = correlations(join(groups, answers, wave.items, scales), wave.items)
    assert max(raw.values()) < -0.9
    rows = pressed(wave)
    assert {c.value for c in rows if c.measure in raw} == {-0.2}
    for measure, value in raw.items():
        rows = changed(measure, max(-0.95, round(value, 2)))(rows)
    assert "cannot belong together" in " ".join(judged(wave, rows))
    assert min(fitted(raw).values()) == pytest.approx(-0.2, abs=0.01)


@st.composite
def printed_matrix(draw: st.DrawFn) -> tuple[list[list[float]], list[list[float]]]:
    """Draw a correlation matrix, of any rank, and print it."""
    size = draw(st.integers(2, 7))
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    drawn = dice.normal(size=(size, draw(st.integers(1, 8))))
    drawn /= np.sqrt((drawn**2).sum(axis=1, keepdims=True))
    true = drawn @ drawn.T
    shown = np.clip(np.round(true, 2), -0.95, 0.95)
    np.fill_diagonal(shown, 1.0)
    return true.tolist(), shown.tolist()


@settings(max_examples=300, deadline=None)
@given(printed_matrix())
def test_what_is_a_matrix_of_correlations_passes_as_one(
    drawn: tuple[list[list[float]], list[list[float]]],
) -> None:
    """However near to singular, rounding and coding never make it look impossible."""
    assert audited_together.fit_together(np.array(drawn[1]))


@settings(max_examples=60, deadline=None)
@given(printed_matrix())
def test_two_ways_to_weigh_agree(drawn: tuple[list[list[float]], list[list[float]]]) -> None:
    """The audit's weights are those of `pulse.statistics.drivers` far below what it allows."""
    whole, parts = audited_together.weights(np.array(drawn[1]))
    assert math.isclose(whole, explained(drawn[1], 0), abs_tol=audited_together.LOST / 10)
    assert parts == pytest.approx(relative_weights(drawn[1], 0), abs=audited_together.LOST / 10)
