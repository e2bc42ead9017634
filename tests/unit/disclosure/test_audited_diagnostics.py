"""The audit and the press agree on diagnostics, in every week of the rotation."""

import pytest
from msgspec import structs

from pulse.disclosure import audited_diagnostics
from pulse.disclosure.protect import protect
from pulse.release.cell import Cell
from pulse.release.manifest import Manifest, Tallies
from pulse.tabulation import count_columns
from tests.unit.closing.test_diagnostics import POLICY, SURVEY, Wave, answered, taken, tree

WHERE = tree(12, 20)


def manifest(wave: Wave) -> Manifest:
    """Describe a wave."""
    scales: dict[str, tuple[str, ...]] = {}
    for item in wave.items:
        scale = SURVEY.items[item].scale
        scales[scale] = (*scales.get(scale, ()), item)
    people = len(wave.people)
    return Manifest(
        v=1, wave="2026-W09", code_version="0", instrument="pulse-18", instrument_version="1.0.0",
        form=0, items=wave.items, lead=(), reversed=(), scales=scales, policy={}, program="optimal",
        tree_version="t", keys="", tokens="", files={},
        tallies=Tallies(240, people, people, people, 0),
    )  # fmt: skip


def cells(wave: Wave) -> tuple[Cell, ...]:
    """Protect a wave as a close does."""
    groups = [g for g, _ in wave.people]
    answers = bytes(a for _, given in wave.people for a in given)
    counts = count_columns(groups, answers, WHERE, wave.items, "2026-W09")
    found = taken(wave, WHERE)
    return protect(WHERE, counts, POLICY, SURVEY, root_diagnostics=found).cells


def judged(wave: Wave, rows: tuple[Cell, ...]) -> list[str]:
    """Audit the diagnostics of a wave."""
    return list(audited_diagnostics.findings(rows, manifest(wave), POLICY, WHERE, SURVEY))


@pytest.mark.parametrize("form", range(20))
def test_what_is_pressed_passes(form: int) -> None:
    """No week of the rotation, however strange its answers, prints what the audit refuses."""
    for skips in (0.02, 0.4):
        wave = answered(form, skips=skips)
        assert judged(wave, cells(wave)) == []


@pytest.mark.parametrize("value", [1, 3, 5])
def test_one_mind_passes(value: int) -> None:
    """A week in which everybody says the same prints coded ends that the audit knows."""
    wave = answered(16)
    same = Wave(wave.items, [(g, (value,) * len(wave.items)) for g, _ in wave.people])
    assert judged(same, cells(same)) == []


def test_the_same_answer_twice_passes() -> None:
    """Where two items are answered alike, correlation and R squared stand at their coded end."""
    wave = answered(0)
    at, other = wave.items.index("A2"), wave.items.index("W1")
    alike = [
        (g, tuple(a[at] if place == other else one for place, one in enumerate(a)))
        for g, a in wave.people
    ]
    rows = cells(Wave(wave.items, alike))
    values = {cell.measure: cell.value for cell in rows if cell.kind == "diag"}
    assert values["corr:A2:W1"] == 0.95
    assert judged(wave, rows) == []


@pytest.mark.parametrize(
    ("form", "measure", "said"),
    [(16, "alpha:safety", ""), (19, "alpha:work", "no such"), (0, "alpha:safety", "no such")],
)
def test_alpha_is_for_reflective_scales_of_three_items(form: int, measure: str, said: str) -> None:
    """A row of alpha passes in a week of safety, never for work nor for two items."""
    wave = answered(form)
    rows = cells(wave)
    model = next(cell for cell in rows if cell.measure.startswith("corr:"))
    planted = structs.replace(model, measure=measure, value=0.8)
    kept = tuple(cell for cell in rows if cell.measure != measure)
    found = " ".join(judged(wave, (*kept, planted)))
    assert said in found
    assert bool(found) == bool(said)
