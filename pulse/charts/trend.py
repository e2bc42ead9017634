"""The weekly line of one scale with its 80 % band; hidden weeks are gaps, coded ones marks."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from pulse.charts import figure
from pulse.statistics.scales import WeekPoint

_LABEL: Final = 20  # weeks at the end of a line that its name may lie over
_WEEK: Final = "Week of %{x|%-d %B %Y}"
LABEL_ROWS: Final = 3  # marks near each other write their words below each other
LABEL_STEP: Final = 0.09


class Mark(NamedTuple):
    """Something that began on an ISO day, such as a practice, with its few words."""

    day: str
    text: str


def trend(
    points: Sequence[WeekPoint],
    *,
    name: str,
    reference: Sequence[WeekPoint] = (),
    begins: str = "",
    pauses: Sequence[figure.Pause] = (),
    marks: Sequence[Mark] = (),
) -> go.Figure:
    """Return the trend of `points` on 0-100; `reference` is drawn thin behind it.

    `begins` is the wave of a reorganisation in which this series began, marked by an upright
    line; empty where there was none. `marks` are upright lines with their words, drawn where
    the points are. `pauses` are spans of days in which nobody was asked.
    """
    traces = _lines(runs(reference), "organisation", thin=True)
    traces.append(_bands(runs(points)))
    traces += _lines(runs(points), name, thin=False)
    raw = [point for point in points if point.status == "shown"]
    traces.append(_dots(raw))
    coded = [point for point in points if point.status == "coded"]
    if coded:
        traces.append(_coded(coded))
    lines = [(figure.monday(begins), "new line", "dot")] if begins else []
    lines += [(mark.day, mark.text, "solid") for mark in _inside(marks, points)]
    shapes = [figure.pause(span) for span in pauses]
    shapes += [_upright(day, dash) for day, _, dash in lines]
    words = [_word(day, text, row % LABEL_ROWS) for row, (day, text, _) in enumerate(lines)]
    words += _named(reference, points)
    return figure.figure(
        traces,
        height=280,
        xaxis=figure.WEEKS,
        yaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100]},
        **({"shapes": shapes} if shapes else {}),
        **({"annotations": words} if words else {}),
    )


def _inside(marks: Sequence[Mark], points: Sequence[WeekPoint]) -> list[Mark]:
    """Return the marks that fall on or after the first point's week, oldest first."""
    first = figure.monday(points[0].wave) if points else ""
    return sorted(mark for mark in marks if points and mark.day >= first)


def _upright(day: str, dash: str) -> dict[str, Any]:
    """Return an upright line over the whole height: a new series dotted, marks whole."""
    return {"type": "line", "xref": "x", "yref": "paper", "x0": day, "x1": day, "y0": 0, "y1": 1,
            "line": {"color": figure.REFERENCE, "width": 1, "dash": dash}}  # fmt: skip


def _word(day: str, text: str, row: int) -> dict[str, Any]:
    """Return a word beside an upright line, below those of the lines before it."""
    return {"xref": "x", "yref": "paper", "x": day, "y": round(1 - LABEL_STEP * row, 2),
            "text": text, "showarrow": False, "xanchor": "left", "yanchor": "top", "xshift": 4,
            "font": {"color": figure.MUTED, "size": 14}}  # fmt: skip


def _named(reference: Sequence[WeekPoint], points: Sequence[WeekPoint]) -> list[dict[str, Any]]:
    """Return the reference's name at its end, clear of both lines on its own side of them."""
    known = [p for p in reference[-_LABEL:] if p.value is not None]
    if not known:
        return []
    last, own = known[-1], [p.value for p in points[-_LABEL:] if p.value is not None]
    above = not own or (last.value or 0.0) >= own[-1]
    under = (*known, *points[-_LABEL:])  # what is drawn where the name will stand
    reach = [y for p in under for y in (p.raw, p.high if above else p.low) if y is not None]
    return [{"x": figure.monday(last.wave), "y": _round(max(reach) if above else min(reach)),
             "text": "organisation", "showarrow": False, "xanchor": "right",
             "yanchor": "bottom" if above else "top",
             "font": {"color": figure.MUTED, "size": 14}}]  # fmt: skip


def runs(points: Sequence[WeekPoint]) -> list[list[WeekPoint]]:
    """Split the weeks at hidden and coded ones; weeks that did not ask break nothing."""
    found: list[list[WeekPoint]] = [[]]
    for point in points:
        if point.status in {"hidden", "coded"}:
            found.append([])
        elif point.value is not None:
            found[-1].append(point)
    return [run for run in found if run]


def _lines(found: Sequence[Sequence[WeekPoint]], name: str, *, thin: bool) -> list[go.Scatter]:
    """Return all runs as one line with gaps, and weeks that stand alone as dots."""
    runs_of_many: list[WeekPoint | None] = []
    alone: list[WeekPoint | None] = []
    for run in found:
        if len(run) == 1:
            alone += run
        else:
            runs_of_many += [*([None] if runs_of_many else []), *run]
    kinds = ((runs_of_many, "lines"), (alone, "markers"))
    return [_line(points, name, mode, thin=thin) for points, mode in kinds if points]


def _line(points: Sequence[WeekPoint | None], name: str, mode: str, *, thin: bool) -> go.Scatter:
    colour, size = (figure.REFERENCE, 1) if thin else (figure.ACCENT, 3)
    look = {"color": colour, "width": size} if mode == "lines" else {"color": colour, "size": 7}
    return go.Scatter(
        x=[point and figure.monday(point.wave) for point in points],
        y=[point and _round(point.value) for point in points],
        mode=mode,
        name=name,
        **{"line" if mode == "lines" else "marker": look},
        **({"hoverinfo": "skip"} if thin else _hover(points)),
    )


def _bands(found: Sequence[Sequence[WeekPoint]]) -> go.Scatter:
    """Return the bands of all runs as one shape with gaps; one week alone is a few days wide."""
    x: list[str | None] = []
    y: list[float | None] = []
    for run in found:
        days = [figure.monday(point.wave) for point in run]
        low, high = [_round(point.low) for point in run], [_round(point.high) for point in run]
        if len(run) == 1:
            days, low, high = _around(days[0]), low * 2, high * 2
        gap = [None] if x else []
        x += [*gap, *days, *days[::-1]]
        y += [*gap, *high, *low[::-1]]
    return go.Scatter(
        x=x, y=y, fill="toself", fillcolor=figure.BAND, line={"width": 0}, mode="lines",
        hoverinfo="skip", name="80 % band",
    )  # fmt: skip


def _around(day: str) -> list[str]:
    middle, reach = dt.date.fromisoformat(day), dt.timedelta(days=2)
    return [(middle - reach).isoformat(), (middle + reach).isoformat()]


def _dots(points: Sequence[WeekPoint]) -> go.Scatter:
    return go.Scatter(
        x=[figure.monday(point.wave) for point in points],
        y=[_round(point.raw) for point in points],
        mode="markers", marker={"color": figure.ACCENT, "size": 5, "opacity": 0.45},
        hoverinfo="skip", name="single weeks",
    )  # fmt: skip


def _coded(points: Sequence[WeekPoint]) -> go.Scatter:
    return go.Scatter(
        x=[figure.monday(point.wave) for point in points],
        y=[_round(point.raw) for point in points],
        mode="markers", marker={"color": figure.MARK, "size": 9, "symbol": "diamond-open"},
        name="at the end of the answers",
        hovertemplate=f"{_WEEK}: beyond what is shown exactly<extra></extra>",
    )  # fmt: skip


def _hover(points: Sequence[WeekPoint | None]) -> dict[str, Any]:
    """Return what a finger on a week is told: level, band and answers, from numbers sent once."""
    return {
        "customdata": [p and [_round(p.low), _round(p.high), p.at_least] for p in points],
        "hovertemplate": f"{_WEEK}: %{{y:.0f}} (%{{customdata[0]:.0f}}-%{{customdata[1]:.0f}}), "
        "at least %{customdata[2]} answers<extra></extra>",
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
