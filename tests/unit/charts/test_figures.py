"""A figure shows exactly the numbers it was given, in the house's small template."""

import json
from typing import Any

from pulse.charts import figure
from pulse.charts.trend import runs, trend
from pulse.statistics.scales import WeekPoint

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
    pairs = [pair for t in lines for pair in zip(t["x"], t["y"], strict=True)]
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
