"""Four-wave blocks of one scale as steps with 95 % intervals."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pulse.charts import figure
from pulse.statistics.scales import Block


def months(blocks: Sequence[Block], *, name: str) -> go.Figure:
    """Return one mark per block on 0-100; a block that is not shown leaves its place empty."""
    shown = [(block, block.estimate) for block in blocks if block.estimate is not None]
    marks = go.Scatter(
        x=[figure.monday(block.waves[0]) for block, _ in shown],
        y=[round(estimate.value, 1) for _, estimate in shown],
        error_y={
            "type": "data", "symmetric": False, "color": figure.ACCENT, "thickness": 2, "width": 0,
            "array": [round(e.high - e.value, 1) for _, e in shown],
            "arrayminus": [round(e.value - e.low, 1) for _, e in shown],
        },
        mode="markers", marker={"color": figure.ACCENT, "size": 10, "symbol": "square"},
        hoverinfo="text", name=name,
        text=[
            f"four weeks from {figure.week_name(b.waves[0])}: {e.value:.0f} "
            f"({e.low:.0f}-{e.high:.0f}), at least {b.at_least} answers"
            for b, e in shown
        ],
    )  # fmt: skip
    return figure.figure(
        [marks],
        height=240,
        xaxis={"type": "date", "tickformat": "%b\n%Y", "nticks": 6, "showgrid": False},
        yaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100]},
    )
