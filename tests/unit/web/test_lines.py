"""Lines and intervals for staff: honest arithmetic on released cells, without data frames."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Final

import polars as pl
import pytest

from pulse.statistics.adjustment import weekly_index
from pulse.statistics.history import History
from pulse.web import lines
from pulse.web.told import Department, Figure, Results
from tests.unit.statistics.histories import INSTRUMENT, history, team

UNITS: Final = (team("a"), team("b"))
Rule = Callable[[str, str, int], float | None]


def hard(unit: str, item: str, t: int) -> float:
    """Every item has a level of its own that never moves; "a" lies half a point above."""
    del t
    level = 2.5 + 0.2 * (sum(map(ord, item)) % 7)
    own = level + 0.5 * (unit == "a")
    return 6 - own if INSTRUMENT.items[item].reverse else own


def moving(unit: str, item: str, t: int) -> float:
    """Anything that moves: by unit, item and week."""
    return 2.0 + 0.1 * ((sum(map(ord, unit + item)) * 7 + t * t) % 20)


def told(released: History) -> list[Results]:
    """Return what staff are told of each wave."""
    return [_week(released, wave) for wave in released.waves]


def _week(released: History, wave: str) -> Results:
    rows = released.cells.filter((pl.col("wave") == wave) & pl.col("mean").is_not_null())
    given = {
        unit: [
            Figure(
                mean, bound, step, item=measure[5:],
                reverse=INSTRUMENT.items[measure[5:]].reverse,
            )
            for measure, mean, bound, step in rows.filter(pl.col("unit_id") == unit)
            .select("measure", "mean", "mean_bound", "step")
            .iter_rows()
        ]
        for unit in ("org", "a", "b")
    }  # fmt: skip
    units = tuple(
        Department(unit, unit, "", 10, 16, "2026-W01", _scales(given[unit]))
        for unit in ("a", "b")
        if given[unit]
    )
    return Results(
        wave, "Org", "", "org", 250, 400, "2026-W01", _scales(given["org"]), tuple(given["org"]),
        units,
    )  # fmt: skip


def _scales(items: Sequence[Figure]) -> tuple[Figure, ...]:
    found = []
    for scale in INSTRUMENT.scales:
        own = [f for f in items if INSTRUMENT.items[f.item].scale == scale]
        if own:
            up = [5 - f.mean if f.reverse else f.mean - 1 for f in own]
            bounds = {f.mean_bound for f in own} - {"exact"}
            found.append(
                Figure(
                    25 * sum(up) / len(up), bounds.pop() if bounds else "exact",
                    25 * own[0].step / len(own), scale, scale, items=tuple(f.item for f in own),
                )
            )  # fmt: skip
    return tuple(found)


def raw(weeks: Sequence[Results], scale: str) -> list[float]:
    """Return the released scale of each week as it stands."""
    return [f.mean for week in weeks for f in week.scales if f.scale == scale]


def test_an_organisation_that_never_moves_has_a_flat_line() -> None:
    """The rotation draws no saw-tooth; the twin, the released scale itself, does."""
    weeks = told(history(hard, 12, UNITS))
    for scale in INSTRUMENT.scales:
        line = lines.organisation_line(weeks, scale)
        values = [value for value in line if value is not None]
        assert max(values) - min(values) < 1e-9
        assert max(raw(weeks, scale)) - min(raw(weeks, scale)) > 5


def test_a_department_that_never_moves_stays_within_its_rounding() -> None:
    """Its line moves by no more than half a step of its own and half of the organisation's."""
    weeks = told(history(hard, 12, UNITS))
    for scale in INSTRUMENT.scales:
        whole = lines.organisation_line(weeks, scale)
        line = lines.department_line(weeks, whole, weeks[-1].units[0], scale)
        values = [value for value in line if value is not None]
        assert len(values) >= 8
        mean = sum(values) / len(values)
        assert all(abs(value - mean) <= 25 * (0.5 + 0.1) / 2 + 1e-9 for value in values)


@pytest.mark.parametrize("unit", ["org", "a", "b"])
def test_the_lines_are_those_of_the_statistics(unit: str) -> None:
    """Worked out by two programs, one with data frames and one without, they are the same."""
    released = history(moving, 12, UNITS)
    weeks = told(released)
    frame = weekly_index(released).filter((pl.col("unit_id") == unit) & ~pl.col("coded"))
    compared = 0
    for scale in INSTRUMENT.scales:
        whole = lines.organisation_line(weeks, scale)
        line = whole
        if unit != "org":
            own = next(u for u in weeks[-1].units if u.unit_id == unit)
            line = lines.department_line(weeks, whole, own, scale)
        rows = frame.filter(pl.col("scale") == scale).select("wave", "index").iter_rows()
        index = {wave: 25 * (value - 1) for wave, value in rows}
        for week, value in zip(weeks, line, strict=True):
            if value is not None:
                assert value == pytest.approx(min(100, max(0, index[week.wave])), abs=1e-9)
                compared += 1
    assert compared > 30


def test_hidden_weeks_are_gaps_and_the_first_weeks_have_no_line() -> None:
    """Nothing is drawn through what is not shown, nor before the fourth week."""

    def hiding(unit: str, item: str, t: int) -> float | None:
        return None if (unit, t) == ("a", 6) else hard(unit, item, t)

    weeks = told(history(hiding, 12, UNITS))
    whole = lines.organisation_line(weeks, "energy")
    line = lines.department_line(weeks, whole, weeks[-1].units[0], "energy")
    assert None not in whole
    assert [at for at, value in enumerate(line) if value is None] == [6]
    assert len(lines.polylines(line)) == 2
    assert lines.organisation_line(weeks[:3], "energy") == (None, None, None)
    assert lines.polylines(lines.organisation_line(weeks[:3], "energy")) == ()


def test_a_week_at_the_end_of_the_answers_is_a_gap() -> None:
    """Of a coded figure no place on the line is told."""

    def coding(unit: str, item: str, t: int) -> float:
        return 5.0 if (unit, t) == ("a", 5) else hard(unit, item, t)

    weeks = told(history(coding, 12, UNITS))
    whole = lines.organisation_line(weeks, "safety")
    line = lines.department_line(weeks, whole, weeks[-1].units[0], "safety")
    assert line[5] is None


def test_a_line_begins_with_its_series() -> None:
    """Figures of before a reorganisation are not drawn on."""
    weeks = told(history(hard, 12, UNITS))
    whole = lines.organisation_line(weeks, "work")
    own = weeks[-1].units[0]
    later = Department(own.name, own.unit_id, series="2026-W05", scales=own.scales)
    line = lines.department_line(weeks, whole, later, "work")
    assert line[:4] == (None,) * 4
    assert line[5] is not None


def test_an_interval_is_the_formula_by_hand() -> None:
    """At least 10 of 40, two items in steps of .5: n_h = 5 / (1/10 + ... + 1/14), v as written."""
    unit = Department("d", at_least=10, invited=40)
    figure = Figure(62.5, step=25 * 0.5 / 2, scale="care", items=("C1", "C2"))
    n = 5 / sum(1 / size for size in range(10, 15))
    variance = 625 * (1.1 / n) * 0.75 + 625 * 0.25 / 12 / 2
    found = lines.interval(unit, figure)
    assert found is not None
    assert found.high - 62.5 == pytest.approx(1.959963984540054 * variance**0.5)
    assert found.low == pytest.approx(125 - found.high)
    assert lines.interval(Department("d"), figure) is None
    assert lines.interval(unit, Figure(87.5, "at_least", items=("C1",))) is None
    high = lines.interval(unit, Figure(99.0, step=6.25, items=("C1", "C2")))
    assert high is not None
    assert high.high == 100.0


def shifted(by: float, size: int = 250) -> tuple[list[Results], lines.Line]:
    """Return twelve weeks of which the last four lie higher or lower."""

    def rule(unit: str, item: str, t: int) -> float:
        up = hard(unit, item, t)
        sign = -1 if INSTRUMENT.items[item].reverse else 1
        return up + sign * by * (t >= 8)

    weeks = told(history(rule, 12, UNITS))
    small = [
        Results(
            w.wave, "O", "", "org", size, size + 8, w.series, w.scales, w.items, w.units
        )
        for w in weeks
    ]  # fmt: skip
    return small, lines.organisation_line(small, "energy")


@pytest.mark.parametrize(
    ("by", "size", "said"),
    [
        (0.6, 250, "higher than in the four weeks before"),
        (-0.6, 250, "lower than in the four weeks before"),
        (0.0, 2500, "about the same as in the four weeks before"),
        (0.2, 10, "cannot tell yet"),
    ],
)
def test_the_direction_is_said_as_surely_as_it_is_known(by: float, size: int, said: str) -> None:
    """A clear change, none in a large organisation, and what a small one cannot tell."""
    weeks, line = shifted(by, size)
    assert lines.direction(weeks, line, "energy") == said


def test_it_is_too_early_before_eight_weeks() -> None:
    """Four weeks are compared with four."""
    weeks, _ = shifted(0.6)
    line = lines.organisation_line(weeks[:7], "energy")
    assert lines.direction(weeks[:7], line, "energy") == "too early to tell"


def test_a_single_week_is_a_short_dash() -> None:
    """Between two gaps there is still something to see; empty stays empty."""
    assert lines.polylines((None, 40.0, None)) == ("49.0,60.0 51.0,60.0",)
    assert lines.polylines((None, None)) == ()


def test_no_data_frames_are_loaded_for_the_page() -> None:
    """Neither polars nor plotly nor the solver comes with what staff are served."""
    code = (
        "import sys; from pulse.web.results import results_page; results_page((), 'O'); "
        "print(sorted({'polars', 'plotly', 'numpy', 'highspy', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
