"""A figure shows exactly the numbers it was given, in the house's small template."""

import json
from typing import Any

from pulse.charts import figure
from pulse.charts.asked import asked
from pulse.charts.steps import steps
from pulse.charts.trend import runs, trend
from pulse.statistics.items import ItemFigure
from pulse.statistics.scales import Block, Estimate, WeekPoint

POINTS = (
    WeekPoint("2026-W01", "shown", 10, 40.0, 41.0, 35.0, 47.0),
    WeekPoint("2026-W02", "not_asked", None),
    WeekPoint("2026-W03", "shown", 10, 44.0, 43.0, 37.0, 49.0),
    WeekPoint("2026-W04", "hidden", None),
    WeekPoint("2026-W05", "coded", 10, 90.0),
    WeekPoint("2026-W06", "shown", 10, 50.0, 51.0, 45.0, 57.0),
)


def _drawn(drawn: Any) -> Any:
    return json.loads(figure.to_json(drawn))


def test_a_line_breaks_at_hidden_and_coded_weeks_only() -> None:
    """A hidden or coded week parts the line; a week that did not ask does not."""
    assert [[p.wave for p in run] for run in runs(POINTS)] == [
        ["2026-W01", "2026-W03"],
        ["2026-W06"],
    ]


def test_the_trend_draws_the_points_and_nothing_between() -> None:
    """Every y of the trend's lines is one of the given values, on the Monday of its week."""
    data = _drawn(trend(POINTS, name="Energy"))["data"]
    lines = [t for t in data if t["name"] == "Energy"]
    pairs = [pair for t in lines for pair in zip(t["x"], t["y"], strict=True) if pair[0]]
    assert pairs == [("2025-12-29", 41.0), ("2026-01-12", 43.0), ("2026-02-02", 51.0)]
    assert all("2026-01-19" not in t["x"] for t in data)


def test_the_axis_is_the_whole_scale() -> None:
    """No axis is cut to exaggerate a change."""
    assert _drawn(trend(POINTS, name="x"))["layout"]["yaxis"]["range"] == [0, 100]


def test_the_template_is_small_and_every_colour_has_a_dark_one() -> None:
    """The template stays under 1 kB (the default has 6) and each palette colour has a partner."""
    text = figure.to_json(trend(POINTS, name="x")).decode()
    template = json.dumps(json.loads(text)["layout"]["template"])
    assert len(template) < 1000
    palette = {figure.INK, figure.MUTED, figure.GRID, figure.ACCENT, figure.BAND, figure.MARK}
    assert palette <= set(figure.DARK)


def test_a_line_that_begins_anew_is_marked_in_its_week() -> None:
    """After a reorganisation an upright line and a word stand at the first week; else nothing."""
    layout = _drawn(trend(POINTS, name="x", begins="2026-W01"))["layout"]
    (line,), (word,) = layout["shapes"], layout["annotations"]
    assert (line["x0"], line["x1"], word["x"]) == ("2025-12-29",) * 3
    assert word["text"] == "new line"
    assert {line["line"]["color"], word["font"]["color"]} <= set(figure.DARK)
    assert "shapes" not in _drawn(trend(POINTS, name="x"))["layout"]


def test_a_gap_is_in_line_and_band_alike() -> None:
    """Line and band of two runs are parted by a hole; a week that stands alone is a dot."""
    shown = [WeekPoint(f"2026-W0{n}", "shown", 10, 40.0, 41.0, 35.0, 47.0) for n in range(1, 6)]
    hidden = WeekPoint("2026-W03", "hidden", None)
    data = _drawn(trend([*shown[:2], hidden, *shown[3:]], name="Energy"))["data"]
    (line,) = (t for t in data if t["name"] == "Energy")
    (band,) = (t for t in data if t["name"] == "80 % band")
    assert line["y"] == [41.0, 41.0, None, 41.0, 41.0]
    assert band["y"] == [47.0, 47.0, 35.0, 35.0, None, 47.0, 47.0, 35.0, 35.0]
    assert line["mode"] == "lines"


def test_weeks_without_a_survey_are_marked() -> None:
    """A pause is the span from the first Monday without a wave to the next wave's Monday."""
    waves = ("2026-W01", "2026-W02", "2026-W05", "2026-W06")
    assert figure.pauses(waves) == (figure.Pause("2026-01-12", "2026-01-26"),)
    assert figure.pauses(waves[:2]) == ()
    (shape,) = _drawn(trend(POINTS, name="x", pauses=figure.pauses(waves)))["layout"]["shapes"]
    assert (shape["x0"], shape["x1"], shape["layer"]) == ("2026-01-12", "2026-01-26", "below")
    assert shape["fillcolor"] in figure.DARK


def _block(weeks: range, value: float | None) -> Block:
    waves = tuple(f"2026-W{week:02d}" for week in weeks)
    estimate = None if value is None else Estimate(value, value - 5, value + 5)
    return Block(waves, (), None if value is None else 10, estimate)


def test_months_are_steps_on_the_same_axes() -> None:
    """Each shown block is one step of its length with its interval; hidden ones are not there."""
    blocks = (_block(range(1, 5), 60.0), _block(range(5, 9), None), _block(range(9, 13), 50.0))
    drawn = _drawn(steps({"Safety": blocks, "Energy": blocks}))
    line = next(t for t in drawn["data"] if t["name"] == "Energy")
    bars = next(t for t in drawn["data"] if t["name"] == "Energy, 95 % interval")
    days = ["2025-12-29", "2026-01-25", None, "2026-02-23", "2026-03-22"]
    assert (line["x"], line["y"]) == (days, [60.0, 60.0, None, 50.0, 50.0])
    assert (bars["base"], bars["y"]) == ([55.0, 45.0], [10.0, 10.0])
    axes = [drawn["layout"][name]["range"] for name in ("yaxis", "yaxis2")]
    assert axes == [[0, 100], [0, 100]]


def test_a_statement_is_dots_and_never_a_line() -> None:
    """Dots and released means stand where it was asked and shown; nothing connects them."""
    figures = (
        ItemFigure("A1", "2026-W01", "published", 10, 3.5, "exact", 0.5, low=3.0, high=4.0,
                   value=3.456),
        ItemFigure("A1", "2026-W03", "suppressed"),
        ItemFigure("A1", "2026-W05", "published", 10, 4.5, "at_least", 0.5, low=4.0, high=5.0,
                   value=4.6),
    )  # fmt: skip
    days = ["2025-12-29", "2026-01-26"]
    strokes, dots, marks = _drawn(asked(figures, name="A1"))["data"]
    assert (dots["mode"], dots["x"], dots["y"]) == ("markers", days, [3.46, 4.6])
    assert (marks["x"], marks["y"]) == (days, [3.5, 4.5])
    assert marks["marker"]["symbol"] == ["line-ew-open", "triangle-up-open"]
    assert strokes["y"] == [3.0, 4.0, None, 4.0, 5.0, None]
