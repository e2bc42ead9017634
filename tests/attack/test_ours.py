"""Our publication as an attacker reads it: true spans, the export's rows, planted leaks."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from msgspec import structs

from pulse import wave as waves
from pulse.attack import ours as reader
from pulse.attack import release
from pulse.attack.attacks import (
    absence_pattern,
    band_straddle,
    export_against_dashboard,
    hidden_without_pool,
    insider,
    live_ballot,
    parent_minus_siblings,
    rounding_inversion,
    scale_against_items,
    threshold_lowered,
    two_leaders,
)
from pulse.attack.publication import Publication, Span
from pulse.attack.truth import Truth
from pulse.attack.twin import Week
from pulse.instrument import Instrument
from pulse.opening import cancel
from pulse.rehearsal import Rehearsal
from pulse.release.cell import Cell
from pulse.release.hidden import REASON
from pulse.settings import Home, Settings
from pulse.store.engine import sqlite_engine
from tests.unit.disclosure.pressed import WAVES, forge, release_waves

SLACK = 1e-6


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Press three waves of 284 people."""
    release_waves(tmp_path)
    return tmp_path


def test_what_an_attacker_reads_is_true(
    ours: Publication, weeks: Sequence[Week], instrument: Instrument
) -> None:
    """The true number, sum and split of answers lie inside what each figure is read to allow."""
    truth = Truth(weeks, instrument)
    seen = 0
    for figure in ours.figures:
        if not figure.measure.startswith("item:"):
            continue
        rows = [truth.given[figure.wave].get(one, {}) for one in figure.people]
        answers = [row[figure.measure[5:]] for row in rows if row]
        answers = [answer for answer in answers if answer not in {0, 6}]
        assert figure.mean is not None
        # The band speaks of the item with the fewest answers; no item has fewer than it says.
        assert figure.n.low <= len(answers)
        mean = sum(answers) / len(answers)
        assert figure.mean.low - SLACK <= mean <= figure.mean.high + SLACK
        sides = [sum(a > 3 for a in answers), sum(a == 3 for a in answers)]
        sides.append(sum(a < 3 for a in answers))
        for side, span in zip(sides, figure.shares or (), strict=False):
            share = side / len(answers)
            assert span.low - SLACK <= share <= span.high + SLACK
        seen += 1
    assert seen > 100
    assert any(figure.shares for figure in ours.figures)


def test_the_export_says_what_pages_say(ours: Publication) -> None:
    """Every exported figure stands on a page too, the same but for its source."""
    pages = {figure for figure in ours.figures if figure.source == "page"}
    exported = [figure for figure in ours.figures if figure.source == "export"]
    assert exported
    assert {structs.replace(figure, source="page") for figure in exported} <= pages
    assert not any(figure.edition for figure in ours.figures)


def test_all_hidden_units_look_the_same(ours: Publication) -> None:
    """Whatever the cause, one sentence stands in the place of a hidden unit."""
    assert ours.hidden
    assert {unit.looks for unit in ours.hidden} == {REASON}


def test_bands_bound_what_a_home_gives_away(releases: Path) -> None:
    """Of a shown unit the band is known, of a hidden one its headcount, of both the sum."""
    printed = reader.read(releases)
    wave = WAVES[0]
    shown = next(f for f in printed.figures if f.unit_id == "t6" and f.source == "page")
    assert printed.answers(wave, shown.measure, shown.people) == shown.n
    gone = next(unit for unit in printed.hidden if unit.wave == wave)
    low, high = printed.answers(wave, "item:A1", gone.people)
    assert low == 0
    assert high <= sum(printed.invited[wave][one] for one in gone.people)
    both = printed.answers(wave, "item:A1", shown.people | gone.people)
    assert both.low == shown.n.low
    assert both.high > shown.n.high


def small(rows: list[Cell]) -> list[Cell]:
    """Show the first hidden group of a release, of whose answers there are two."""
    unit = next(row.unit_id for row in rows if row.status == "suppressed")
    model = next(row for row in rows if row.kind == "unit" and row.at_least == 15)
    return [
        structs.replace(
            row, status="published", at_least=0, invited=9, mean=model.mean or 3.0,
            mean_bound="exact", step=0.5,
        )
        if row.unit_id == unit
        else row
        for row in rows
    ]  # fmt: skip


def without_pools(rows: list[Cell]) -> list[Cell]:
    """Drop every pool."""
    return [row for row in rows if row.kind != "pool"]


def telling(rows: list[Cell]) -> list[Cell]:
    """Print how many were invited on every second hidden row."""
    return [
        structs.replace(row, invited=9) if row.status == "suppressed" and number % 2 else row
        for number, row in enumerate(rows)
    ]


def raw_scales(rows: list[Cell]) -> list[Cell]:
    """Make the scale of one item from a team's 13 points of 5 answers, not from the rounded row."""
    return [
        structs.replace(row, mean=25 * (13 / 5 - 1), mean_bound="exact", step=0.01)
        if (row.unit_id, row.measure) == ("t0", "scale:care")
        else row
        for row in rows
    ]


def with_shares(rows: list[Cell]) -> list[Cell]:
    """Print shares of a small team beside its mean."""
    return [
        structs.replace(row, favourable=50.0, neutral=40.0, unfavourable=10.0)
        if row.unit_id == "t0" and row.measure.startswith("item:")
        else row
        for row in rows
    ]


def uncoded(rows: list[Cell]) -> list[Cell]:
    """Say of a team that everybody gave the highest answer."""
    return [
        structs.replace(row, mean=5.0, mean_bound="exact")
        if row.unit_id == "t0" and row.measure.startswith("item:")
        else row
        for row in rows
    ]


def counted(rows: list[Cell]) -> list[Cell]:
    """Print how many people of the first hidden team answered."""
    unit = next(row.unit_id for row in rows if row.status == "suppressed")
    return [structs.replace(row, at_least=2) if row.unit_id == unit else row for row in rows]


def with_a_variance(rows: list[Cell]) -> list[Cell]:
    """Print how much the first hidden team's answers vary."""
    unit = next(row.unit_id for row in rows if row.status == "suppressed")
    row = next(row for row in rows if row.measure == "sigma2:A1")
    return [*rows, structs.replace(row, unit_id=unit)]


@pytest.mark.parametrize(
    ("leak", "attacks"),
    [
        (without_pools, (hidden_without_pool, parent_minus_siblings, two_leaders)),
        (small, (threshold_lowered,)),
        (raw_scales, (scale_against_items,)),
        (with_shares, (rounding_inversion,)),
        (uncoded, (insider,)),
        (counted, (absence_pattern, band_straddle)),
        (with_a_variance, (absence_pattern,)),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_planted_leak_is_found_by_structure(
    releases: Path, leak: Callable[[list[Cell]], list[Cell]], attacks: tuple[ModuleType, ...]
) -> None:
    """What the press would never write is found in a home where somebody wrote it."""
    before = reader.read(releases)
    assert [attack.attack(before).groups for attack in attacks] == [0] * len(attacks)
    forge(releases, WAVES[1], rows=leak)
    after = reader.read(releases)
    assert all(attack.attack(after).groups for attack in attacks)


@pytest.mark.parametrize(
    ("told", "attack"),
    [
        (
            {"units": [{"unit_id": "t1", "scales": [{"scale": "energy", "mean": 50.0}]}]},
            hidden_without_pool,
        ),
        ({"items": [{"item": "A1", "mean": 3.3333}]}, export_against_dashboard),
    ],
    ids=["a hidden unit", "a finer mean"],
)
def test_what_staff_are_told_beyond_the_cells_is_found(
    releases: Path, told: dict[str, object], attack: ModuleType
) -> None:
    """The staff page's file is read too: a figure that is no released cell is attacked."""
    assert not attack.attack(reader.read(releases)).groups
    (releases / WAVES[1] / "results.json").write_text(json.dumps(told), encoding="utf-8")
    forge(releases, WAVES[1])
    assert attack.attack(reader.read(releases)).groups


def test_a_number_that_is_no_band_is_a_count(releases: Path) -> None:
    """A printed "at least 7" is read as seven people, "at least 5" as what the band says."""
    figures = [f for f in reader.read(releases).figures if f.unit_id == "t0"]
    assert {f.n for f in figures if f.wave == WAVES[1] and f.measure == "item:A1"} == {(5, 9)}

    def seven(rows: list[Cell]) -> list[Cell]:
        return [structs.replace(r, at_least=7) if r.unit_id == "t0" else r for r in rows]

    forge(releases, WAVES[1], rows=seven)
    figures = [f for f in reader.read(releases).figures if f.unit_id == "t0"]
    assert {f.n for f in figures if f.wave == WAVES[1] and f.measure == "item:A1"} == {(7, 7)}


def test_a_scale_one_step_away_from_its_items_is_read_by_itself(releases: Path) -> None:
    """A scale row that follows from its items' rows says nothing, the next value does."""

    def scales() -> list[Span | None]:
        printed = reader.read(releases).figures
        return [f.mean for f in printed if f.unit_id == "t0" and f.measure.startswith("scale:")]

    assert set(scales()) == {None}

    def one_step_more(rows: list[Cell]) -> list[Cell]:
        return [
            structs.replace(row, mean=(row.mean or 0) + (row.step or 0))
            if row.unit_id == "t0" and row.measure.startswith("scale:") and row.mean
            else row
            for row in rows
        ]

    forge(releases, WAVES[1], rows=one_step_more)
    assert any(scales())


def test_hidden_rows_that_differ_are_seen_to_differ(releases: Path) -> None:
    """A headcount on some hidden rows gives hidden units two looks."""
    assert len({unit.looks for unit in reader.read(releases).hidden}) == 1
    forge(releases, WAVES[1], rows=telling)
    assert len({unit.looks for unit in reader.read(releases).hidden}) > 1
    assert absence_pattern.attack(reader.read(releases)).groups > 0


def test_a_ballot_that_shows_is_one_person_s(
    ours_home: Home, ours: Publication, weeks: Sequence[Week], tmp_path: Path
) -> None:
    """Were a number published while a week is open, the live attack would find the person."""
    home = Home(tmp_path / "home")
    shutil.copytree(ours_home.path, home.path)
    engine = sqlite_engine(home.state / "pulse.db", journal="wal", create=False)
    cancel(home, Settings(), engine, waves.unfinished(engine)[0].wave)

    def announced(where: Home, wave: waves.Wave) -> None:
        (where.published / wave.wave / "answered.json").write_text("1")

    live = release.while_open(
        home, Settings(), Rehearsal(home, engine, b"page"), weeks[-1], announced
    )
    engine.dispose()
    printed = structs.replace(ours, figures=(*ours.figures, *live))
    assert live_ballot.attack(ours).groups == 0
    assert live_ballot.attack(printed).people == 1
