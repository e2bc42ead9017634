"""Four weeks at a time: one step a block with its interval, one panel a scale, the same axes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from pulse.charts import figure
from pulse.statistics.scales import Block, Estimate

PANEL: Final = 132  # px of height a scale, with its name
_GAP: Final = 0.09
_DAY: Final = 86_400_000  # ms, the unit of lengths on Plotly's axis of dates
_HOVER: Final = (
    " %{customdata[0]:.0f} (%{base:.0f}-%{customdata[1]:.0f}), "
    "at least %{customdata[2]} answers<extra></extra>"
)


class _Step(NamedTuple):
    """A shown block where it stands: its days, its length in ms, its figure, its band."""

    first: str
    middle: str
    last: str
    length: int
    estimate: Estimate
    at_least: int | None


def steps(blocks: Mapping[str, Sequence[Block]]) -> go.Figure:
    """Return the blocks of each scale (by its name) as steps on 0-100; hidden blocks are gaps."""
    count = max(1, len(blocks))
    traces: list[Any] = []
    layout: dict[str, Any] = {}
    words = []
    height = (1 - _GAP * (count - 1)) / count
    for place, (name, own) in enumerate(blocks.items()):
        number = "" if place == 0 else str(place + 1)
        top = round(1 - place * (height + _GAP), 3)
        shown = [step for block in own if (step := _step(block)) is not None]
        traces += [_intervals(shown, name, number), _values(shown, name, number)]
        layout[f"yaxis{number}"] = {
            "range": [0, 100], "tickvals": [0, 50, 100],
            "domain": [max(0.0, round(top - height, 3)), top],
        }  # fmt: skip
        words.append(
            {"xref": "paper", "yref": "paper", "x": 0, "y": top, "text": name, "xanchor": "left",
             "yanchor": "bottom", "showarrow": False}
        )  # fmt: skip
    return figure.figure(
        traces, height=72 + PANEL * count, annotations=words, barmode="overlay",
        margin={"l": 44, "r": 16, "t": 32, "b": 48},
        xaxis={**figure.WEEKS, "anchor": f"y{count}" if count > 1 else "y"}, **layout,
    )  # fmt: skip


def _step(block: Block) -> _Step | None:
    if block.estimate is None:
        return None
    first, last = (
        dt.date.fromisoformat(figure.monday(w)) for w in (block.waves[0], block.waves[-1])
    )
    days = (last - first).days + 7
    middle = dt.datetime.combine(first, dt.time()) + dt.timedelta(days=days / 2)
    at = middle.date().isoformat() if middle.hour == 0 else middle.isoformat(timespec="hours")
    end = (first + dt.timedelta(days=days - 1)).isoformat()
    return _Step(first.isoformat(), at, end, (days - 1) * _DAY, block.estimate, block.at_least)


def _intervals(shown: Sequence[_Step], name: str, number: str) -> go.Bar:
    return go.Bar(
        x=[step.middle for step in shown],
        base=[round(step.estimate.low, 1) for step in shown],
        y=[_height(step.estimate) for step in shown],
        width=_lengths(shown), marker={"color": figure.BAND, "line": {"width": 0}},
        yaxis=f"y{number}", name=f"{name}, 95 % interval", hovertemplate=name + _HOVER,
        customdata=[
            [round(step.estimate.value, 1), round(step.estimate.high, 1), step.at_least]
            for step in shown
        ],
    )  # fmt: skip


def _height(estimate: Estimate) -> float:
    return round(round(estimate.high, 1) - round(estimate.low, 1), 1)


def _values(shown: Sequence[_Step], name: str, number: str) -> go.Scatter:
    x: list[str | None] = []
    y: list[float | None] = []
    for step in shown:
        gap = [None] if x else []
        x += [*gap, step.first, step.last]
        y += [*gap, *[round(step.estimate.value, 1)] * 2]
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": figure.ACCENT, "width": 3}, yaxis=f"y{number}",
        name=name, hoverinfo="skip",
    )  # fmt: skip


def _lengths(shown: Sequence[_Step]) -> int | list[int] | None:
    """Return the length of all steps, or of each where a pause makes one longer."""
    lengths = [step.length for step in shown]
    if not lengths:
        return None
    return lengths[0] if len(set(lengths)) == 1 else lengths
