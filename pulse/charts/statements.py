"""The week's statements: mean and 95 % interval each, on the answers as given."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from pulse.charts import figure
from pulse.statistics.items import ItemFigure

ROW = 64  # px


def statements(
    figures: Sequence[ItemFigure], texts: Mapping[str, str], *, ends: tuple[str, str]
) -> go.Figure:
    """Return one row a statement, its text above its mark; `ends` name 1 and 5."""
    shown = [f for f in figures if f.mean is not None]
    rows = list(range(len(shown), 0, -1))
    marks = go.Scatter(
        x=[f.mean for f in shown], y=rows, mode="markers",
        marker={"color": figure.ACCENT, "size": 11},
        error_x={
            "type": "data", "symmetric": False, "color": figure.ACCENT, "thickness": 2, "width": 0,
            "array": [round((f.high or 0) - (f.mean or 0), 2) for f in shown],
            "arrayminus": [round((f.mean or 0) - (f.low or 0), 2) for f in shown],
        },
        hoverinfo="text", text=[_hover(f) for f in shown], name="mean",
    )  # fmt: skip
    labels = [
        {"x": 1, "y": y + 0.36, "text": texts.get(f.item, f.item), "showarrow": False,
         "xanchor": "left", "align": "left"}
        for f, y in zip(shown, rows, strict=True)
    ]  # fmt: skip
    return figure.figure(
        [marks],
        height=ROW * len(shown) + 56,
        annotations=labels,
        xaxis={
            "range": [0.9, 5.1], "tickvals": [1, 2, 3, 4, 5],
            "ticktext": [f"1 {ends[0]}", "2", "3", "4", f"5 {ends[1]}"],
        },
        yaxis={"visible": False, "range": [0.5, len(shown) + 0.8]},
    )  # fmt: skip


def _hover(shown: ItemFigure) -> str:
    words = {"at_least": " or more", "at_most": " or less"}.get(shown.mean_bound or "", "")
    return (
        f"{shown.mean:g}{words} (95 %: {shown.low:.1f}-{shown.high:.1f}), "
        f"at least {shown.at_least} answers"
    )
