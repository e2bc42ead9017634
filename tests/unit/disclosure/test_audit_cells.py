"""The audit finds every leak planted in the cells."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from pulse.release.cell import Cell
from tests.unit.disclosure.pressed import WAVES, Forgery, forge, found

WAVE = WAVES[1]


def altered(pick: Callable[[Cell], bool], **values: Any) -> Forgery:
    """Change the first row that `pick` chooses."""

    def forgery(rows: list[Cell]) -> list[Cell]:
        at = next(at for at, cell in enumerate(rows) if pick(cell))
        return [*rows[:at], structs.replace(rows[at], **values), *rows[at + 1 :]]

    return forgery


def dropped(pick: Callable[[Cell], bool]) -> Forgery:
    """Leave out the rows that `pick` chooses."""
    return lambda rows: [cell for cell in rows if not pick(cell)]


def every(pick: Callable[[Cell], bool], **values: Any) -> Forgery:
    """Change every row that `pick` chooses."""
    return lambda rows: [structs.replace(c, **values) if pick(c) else c for c in rows]


def item(kind: str = "unit", status: str = "published", **wanted: Any) -> Callable[[Cell], bool]:
    """Choose item rows of a kind and status, with these values."""

    def pick(cell: Cell) -> bool:
        fits = all(getattr(cell, name) == value for name, value in wanted.items())
        return (
            cell.measure.startswith("item:") and (cell.kind, cell.status) == (kind, status) and fits
        )

    return pick


def unit(unit_id: str) -> Callable[[Cell], bool]:
    """Choose all rows of one unit."""
    return lambda cell: cell.unit_id == unit_id


def scale(cell: Cell) -> bool:
    """Choose published scale rows with a value."""
    return cell.measure.startswith("scale:") and cell.mean is not None


def diag(cell: Cell) -> bool:
    """Choose diagnostic rows."""
    return cell.kind == "diag"


def named(measure: str) -> Callable[[Cell], bool]:
    """Choose one diagnostic."""
    return lambda cell: cell.measure == measure


def beside(measure: str, value: float) -> Forgery:
    """Put one more diagnostic beside those of single pairs."""

    def forgery(rows: list[Cell]) -> list[Cell]:
        row = next(cell for cell in rows if cell.measure == "corr:A1:A2")
        return [*rows, structs.replace(row, measure=measure, value=value)]

    return forgery


def twice(rows: list[Cell]) -> list[Cell]:
    """Repeat a row."""
    return [rows[0], *rows]


def one_more_unit(rows: list[Cell]) -> list[Cell]:
    """Show a hidden unit with the figures of a shown one, in every measure."""
    hidden = next(cell.unit_id for cell in rows if cell.status == "suppressed")
    source = {c.measure: c for c in rows if c.unit_id == "t11" and c.kind == "unit"}
    invited = {"t0": 9}.get(hidden, 20 + int(hidden[1:]))
    return [
        structs.replace(
            source[c.measure],
            unit_id=c.unit_id,
            parent_id=c.parent_id,
            name=c.name,
            invited=invited,
        )
        if c.unit_id == hidden
        else c
        for c in rows
    ]


LEAKS: list[tuple[str, Forgery, str]] = [
    ("one more unit", one_more_unit, "must not exist|not those of the tree"),
    (
        "one more cell",
        altered(item(status="suppressed"), status="published", at_least=5, mean=3.0),
        "shown for one measure",
    ),
    ("a cell twice", twice, "stands twice"),
    ("a cell of no unit", altered(item(), unit_id="nobody"), "must not exist"),
    ("a hidden unit left out", dropped(item(status="suppressed")), "row is missing"),
    ("another wave", altered(item(), wave="2026-W01"), "another wave"),
    ("another name", altered(item(), name="Somebody"), "name or parent"),
    ("another parent", altered(item("pool"), parent_id="t1"), "name or parent"),
    ("a pool left out", dropped(lambda c: c.kind == "pool"), "nothing says that its residue"),
    (
        "a hidden row that talks",
        altered(item(status="suppressed"), invited=22),
        "suppressed row says",
    ),
    ("exact participation", every(unit("t11"), at_least=27), "two fewer than invited"),
    ("a band below k", every(unit("t11"), at_least=0), "no single band"),
    ("no band", every(unit("t11"), at_least=None), "no single band"),
    ("two bands", altered(item(), at_least=5), "no single band"),
    ("full participation", every(unit("t11"), at_least=30), "two fewer than invited"),
    ("another headcount", altered(item(), invited=1), "not those of the tree"),
    ("a finer step", altered(item(), step=0.01), "not the one of its band"),
    ("an exact mean", altered(item(), mean=2.6180339), "not rounded and coded"),
    (
        "an uncoded end",
        altered(item(at_least=20), mean=1.0, mean_bound="exact"),
        "not rounded and coded",
    ),
    (
        "a bound that codes nothing",
        altered(item(mean_bound="exact"), mean_bound="at_most"),
        "not rounded and coded",
    ),
    ("no mean", altered(item(), mean=None), "no mean"),
    ("a mean that is no number", altered(item(), mean=math.nan), "not rounded and coded"),
    ("a mean without end", altered(item(), mean=math.inf), "not rounded and coded"),
    ("an unheard-of bound", altered(item(mean_bound="exact"), mean_bound="x"), "not rounded and"),
    ("no step at all", altered(item(), step=0.0), "not the one of its band"),
    ("a step that is no number", altered(item(), step=math.nan), "not the one of its band"),
    ("an exact share", altered(item(at_least=20), favourable=33.3), "shares are not rounded"),
    ("an uncoded share", altered(item(at_least=20), favourable=0.0), "shares are not rounded"),
    ("a share too few", altered(item(at_least=20), neutral=None), "shares are not rounded"),
    (
        "impossible shares",
        altered(item(at_least=20), favourable=90.0, neutral=90.0, unfavourable=90.0),
        "cannot belong together",
    ),
    (
        "a neutral share of its own",
        altered(item(at_least=20), favourable=50.0, neutral=40.0, unfavourable=20.0),
        "says more than the two others",
    ),
    ("shares of few", altered(item(at_least=15), favourable=50.0), "under the band"),
    ("no-answers of few", altered(item(at_least=15), no_answer="over 25 %"), "under the band"),
    ("an exact no-answer", altered(item(at_least=20), no_answer="7 %"), "no-answer class"),
    ("a value of its own", altered(item(), value=1.0), "diagnostic value"),
    ("a scale from raw answers", altered(scale, mean=51.234), "does not follow"),
    ("a scale with shares", altered(scale, favourable=50.0), "no shares"),
    ("a scale with no-answers", altered(scale, no_answer="over 25 %"), "no no-answer class"),
    (
        "a scale without its items",
        every(lambda c: c.unit_id == "t11" and c.measure.startswith("item:"), mean=None),
        "an item of the scale is missing",
    ),
    ("an exact variance", altered(diag, value=1.1234), "must not be published"),
    ("no variance", altered(diag, value=None), "must not be published"),
    ("a variance that is no number", altered(diag, value=math.nan), "must not be published"),
    ("a variance of no item", altered(diag, measure="sigma2:t11"), "no such diagnostic"),
    ("zero variance", altered(diag, value=0.0), "must not be published"),
    ("a team's variance", altered(diag, unit_id="t11"), "must not be published"),
    ("another diagnostic", altered(diag, measure="sum:A1"), "no such diagnostic"),
    ("an exact correlation", altered(named("corr:A1:A2"), value=0.4123), "must not be published"),
    ("a perfect correlation", altered(named("corr:A1:A2"), value=1.0), "must not be published"),
    ("how many a pair has", altered(named("corr:A1:A2"), at_least=185), "must not be published"),
    ("a team's correlation", altered(named("corr:A1:S1"), unit_id="t11"), "must not be published"),
    ("a correlation of no item", beside("corr:A1:S2", 0.1), "no such diagnostic"),
    ("a pair turned round", beside("corr:A2:A1", 0.41), "no such diagnostic"),
    ("a product sum", beside("product:A1:A2", 0.41), "no such diagnostic"),
    ("alpha of two items", beside("alpha:safety", 0.8), "no such diagnostic"),
    ("omega of a formative scale", beside("omega:work", 0.8), "no such diagnostic"),
    ("groups of one mind", altered(named("icc1:safety"), value=0.99), "must not be published"),
    ("an exact icc1", altered(named("icc1:safety"), value=0.0812), "must not be published"),
    ("an icc2 of its own", altered(named("icc2:safety"), value=0.9), "does not follow from icc1"),
    (
        "a driver that adds nothing up",
        altered(named("r2:A2"), value=0.5),
        "does not follow from the correlations",
    ),
    ("a driver of nothing", dropped(named("r2:A2")), "this diagnostic is missing"),
    ("drivers of few", altered(named("driver:A2:A1"), at_least=100), "must not be published"),
    ("a negative driver", altered(named("driver:A2:A1"), value=-0.1), "must not be published"),
    ("contradicting bands", every(unit("d2"), at_least=5), "contradict each other"),
]


@pytest.mark.parametrize(
    ("rows", "said"), [leak[1:] for leak in LEAKS], ids=[leak[0] for leak in LEAKS]
)
def test_a_leak_planted_in_the_cells_is_found(releases: Path, rows: Forgery, said: str) -> None:
    """P6: rows changed with all hashes made to fit are found by what they say."""
    forge(releases, WAVE, rows=rows)
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(found(releases))


def test_figures_that_nobody_can_have_answered_are_no_verdict(releases: Path) -> None:
    """P19: nine in ten agree in all, far fewer in each part: the audit cannot tell, and says so."""
    agreed = every(
        lambda c: (c.kind, c.measure, c.parent_id) == ("unit", "item:A1", None),
        favourable=90.0, neutral=5.0, unfavourable=5.0,
    )  # fmt: skip
    forge(releases, WAVE, rows=agreed)
    assert found(releases) == (
        f"{WAVE}: it could not be judged. No answers at all fit the figures of item A1."
    )
