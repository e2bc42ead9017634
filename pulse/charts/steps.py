"""Four weeks at a time: one step a block with its interval, one panel a scale, the same axes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from pulse.charts import figure
from pulse.statistics.scales import Block

PANEL: Final = 132  # px of height a scale, with its name
_GAP: Final = 0.09


def steps(blocks: Mapping[str, Sequence[Block]]) -> go.Figure:
    """Return the blocks of each scale (by its name) as steps on 0-100; hidden blocks are gaps."""
    count = max(1, len(blocks))
    traces: list[go.Scatter] = []
    layout: dict[str, Any] = {}
    words = []
    height = (1 - _GAP * (count - 1)) / count
    for place, (name, own) in enumerate(blocks.items()):
        number = "" if place == 0 else str(place + 1)
        top = 1 - place * (height + _GAP)
        shown = [block for block in own if block.estimate is not None]
        traces.extend(_bands(shown, number))
        traces.append(_line(shown, name, number))
        layout[f"yaxis{number}"] = {
            "range": [0, 100], "tickvals": [0, 50, 100], "domain": [max(0.0, top - height), top],
        }  # fmt: skip
        words.append(
            {"xref": "paper", "yref": "paper", "x": 0, "y": top, "text": name, "xanchor": "left",
             "yanchor": "bottom", "showarrow": False}
        )  # fmt: skip
    return figure.figure(
        traces, height=72 + PANEL * count, annotations=words,
        margin={"l": 44, "r": 16, "t": 32, "b": 48},
        xaxis={**figure.WEEKS, "anchor": f"y{count}" if count > 1 else "y"}, **layout,
    )  # fmt: skip


def _ends(block: Block) -> tuple[str, str]:
    last = dt.date.fromisoformat(figure.monday(block.waves[-1])) + dt.timedelta(days=6)
    return figure.monday(block.waves[0]), last.isoformat()


def _bands(blocks: Sequence[Block], number: str) -> list[go.Scatter]:
    x: list[str | None] = []
    y: list[float | None] = []
    for block in blocks:
        first, last = _ends(block)
        e = block.estimate
        if e is not None:
            x += [first, last, last, first, None]
            y += [round(e.high, 1)] * 2 + [round(e.low, 1)] * 2 + [None]
    return [
        go.Scatter(
            x=x, y=y, yaxis=f"y{number}", fill="toself", fillcolor=figure.BAND, mode="lines",
            line={"width": 0}, hoverinfo="skip", name="95 % interval",
        )
    ]  # fmt: skip


def _line(blocks: Sequence[Block], name: str, number: str) -> go.Scatter:
    x: list[str | None] = []
    y: list[float | None] = []
    text: list[str | None] = []
    for block in blocks:
        first, last = _ends(block)
        e = block.estimate
        if e is not None:
            x += [first, last, None]
            y += [round(e.value, 1)] * 2 + [None]
            told = f"{name} {e.value:.0f} ({e.low:.0f}-{e.high:.0f}), at least {block.at_least}"
            text += [f"{told} answers"] * 2 + [None]
    return go.Scatter(
        x=x, y=y, yaxis=f"y{number}", mode="lines", name=name, hoverinfo="text", text=text,
        line={"color": figure.ACCENT, "width": 3},
    )  # fmt: skip
