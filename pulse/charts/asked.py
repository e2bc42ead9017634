"""One statement over the weeks in which it was asked: dots with intervals, no line between."""

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from pulse.charts import figure
from pulse.statistics.items import ItemFigure
from pulse.terms import week_name

_SYMBOLS: Final = {"at_most": "triangle-down-open", "at_least": "triangle-up-open"}
_WORDS: Final = {"at_most": " or less", "at_least": " or more"}


def asked(
    figures: Sequence[ItemFigure], *, name: str, pauses: Sequence[figure.Pause] = ()
) -> go.Figure:
    """Return the dots of one statement on 1-5, answers as given; hidden weeks have none.

    A dot is the estimate that the upright line belongs to. What was released is a short line
    across, or at the end of the answers an open triangle that points beyond its bound.
    """
    shown = [one for one in figures if one.value is not None]
    traces = [_intervals(shown), _dots(shown, name), _released(shown)]
    shapes = [figure.pause(span) for span in pauses]
    return figure.figure(
        traces,
        height=280,
        xaxis=figure.WEEKS,
        yaxis={"range": [0.8, 5.2], "tickvals": [1, 2, 3, 4, 5]},
        **({"shapes": shapes} if shapes else {}),
    )


def _intervals(figures: Sequence[ItemFigure]) -> go.Scatter:
    """Return the intervals as upright strokes; pooled ones need not be centred at the dot."""
    x: list[str | None] = []
    y: list[float | None] = []
    for one in figures:
        x += [figure.monday(one.wave)] * 2 + [None]
        y += [None if end is None else round(end, 2) for end in (one.low, one.high)] + [None]
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": figure.ACCENT, "width": 2}, opacity=0.6,
        hoverinfo="skip", name="95 % interval",
    )  # fmt: skip


def _dots(figures: Sequence[ItemFigure], name: str) -> go.Scatter:
    return go.Scatter(
        x=[figure.monday(one.wave) for one in figures],
        y=[None if one.value is None else round(one.value, 2) for one in figures],
        mode="markers", marker={"color": figure.ACCENT, "size": 9}, name=name,
        hoverinfo="text", text=[_hover(one) for one in figures],
    )  # fmt: skip


def _released(figures: Sequence[ItemFigure]) -> go.Scatter:
    return go.Scatter(
        x=[figure.monday(one.wave) for one in figures],
        y=[one.mean for one in figures],
        mode="markers", name="as released",
        marker={
            "color": figure.MARK, "size": 11, "line": {"color": figure.MARK, "width": 2},
            "symbol": [_SYMBOLS.get(one.mean_bound or "", "line-ew-open") for one in figures],
        },
        hoverinfo="skip",
    )  # fmt: skip


def _hover(one: ItemFigure) -> str:
    week = week_name(one.wave)
    released = f"{one.mean:g}{_WORDS.get(one.mean_bound or '', '')}"
    told = f"{one.value:.1f} ({one.low:.1f}-{one.high:.1f}), released as {released}"
    return f"{week}: {told}, at least {one.at_least} answers"
