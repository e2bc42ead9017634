"""What all figures share: one small template, one palette for light and dark, JSON out."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

INK: Final = "#1b2026"
MUTED: Final = "#57616b"
GRID: Final = "#e4e7ea"
ACCENT: Final = "#1d5fa6"
BAND: Final = "rgba(29, 95, 166, 0.2)"
REFERENCE: Final = "#8b949e"
MARK: Final = "#a8500f"

# The page replaces each left colour by its right one when it is shown dark.
DARK: Final = {
    INK: "#e9ecef",
    MUTED: "#a9b2bb",
    GRID: "#2c333a",
    ACCENT: "#7fb4ee",
    BAND: "rgba(127, 180, 238, 0.2)",
    REFERENCE: "#77818b",
    MARK: "#f0a35e",
}

_AXIS: Final = {
    "gridcolor": GRID,
    "linecolor": GRID,
    "zeroline": False,
    "showline": False,
    "ticks": "",
    "fixedrange": True,
    "automargin": True,
}
TEMPLATE: Final = go.layout.Template(
    layout={
        "font": {"family": "system-ui, sans-serif", "size": 16, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 44, "r": 16, "t": 16, "b": 48},
        "showlegend": False,
        "hovermode": "x",  # a finger finds the week, and need not hit the point
        "hoverlabel": {"font": {"size": 16}},
        "xaxis": {**_AXIS, "ticks": "outside", "ticklen": 8, "tickcolor": "rgba(0,0,0,0)"},
        "yaxis": _AXIS,
        "dragmode": False,
    }
)

# A fresh copy is not needed: Plotly copies what it is given.
# Ticks closer than a month carry their day, else "Oct" would stand beside "Oct".
WEEKS: Final = {
    "type": "date", "tickformat": "%b\n%Y", "nticks": 6, "showgrid": False,
    "tickformatstops": [{"dtickrange": [None, 27 * 86_400_000], "value": "%-d %b\n%Y"}],
}  # fmt: skip


class Pause(NamedTuple):
    """Days in which nobody was asked: the first Monday without a wave and the next with one."""

    first: str
    until: str


def figure(traces: list[Any], **layout: Any) -> go.Figure:  # noqa: ANN401 - plotly's own types
    """Return a figure of `traces` in the house's template, with its dark palette aboard."""
    return go.Figure(traces, layout={"template": TEMPLATE, "meta": {"dark": DARK}, **layout})


def to_json(drawn: go.Figure) -> bytes:
    """Return the figure as the JSON that plotly.js reads, without insignificant space."""
    return str(drawn.to_json(pretty=False)).encode()


def monday(wave: str) -> str:
    """Return the ISO date of a wave's Monday: weeks stand at their true distance."""
    year, week = wave.split("-W")
    return dt.date.fromisocalendar(int(year), int(week), 1).isoformat()


def pauses(waves: Sequence[str]) -> tuple[Pause, ...]:
    """Return the spans between `waves` (ascending) that are longer than a week: holidays."""
    days = [dt.date.fromisoformat(monday(wave)) for wave in waves]
    week = dt.timedelta(days=7)
    return tuple(
        Pause((before + week).isoformat(), after.isoformat())
        for before, after in itertools.pairwise(days)
        if after - before > week
    )


def pause(span: Pause) -> dict[str, Any]:
    """Return the mark of a pause: a pale band behind the lines."""
    return {"type": "rect", "xref": "x", "yref": "paper", "x0": span.first, "x1": span.until,
            "y0": 0, "y1": 1, "fillcolor": GRID, "layer": "below",
            "line": {"width": 0}}  # fmt: skip
