"""Small pictures as inline SVG: lighter than a chart library, and there without scripts.

They use attributes and classes only (no style attributes: the content policy forbids them) and
repeat what stands beside them in words, so they are hidden from assistive technology.
"""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from pulse.statistics.scales import DirectionKey, WeekPoint

_ARROWS: Final[dict[DirectionKey, str]] = {
    "higher": "M3 13 12 4M5.5 4H12v6.5",
    "lower": "M3 4 12 13M5.5 13H12V6.5",
    "same": "M2 8.5H13M9 4.5l4 4-4 4",
    "unclear": "M2 9.5c2-4 4-4 5.5-1s3.5 3 5.5-1",
    "too_early": "M3 8.5h.01M7.5 8.5h.01M12 8.5h.01",
    "hidden": "M3 12 12 5",
}
_OPEN: Final = 1e-9
_NOTHING: Final = Markup("")


def arrow(key: DirectionKey) -> Markup:
    """Return the shape of a direction; the word stands beside it."""
    return Markup(
        '<svg class="arrow arrow-{}" width="16" height="16" viewBox="0 0 15 17" '
        'aria-hidden="true" focusable="false"><path d="{}"/></svg>'
    ).format(key, _ARROWS[key])


def interval(
    value: float, low: float, high: float, *, start: float = 0, end: float = 100
) -> Markup:
    """Return a figure with its interval on the whole range of its scale."""

    def place(x: float) -> str:
        return f"{100 * (x - start) / (end - start):.1f}%"

    width = f"{100 * (high - low) / (end - start):.1f}%"
    ticks = Markup("").join(
        Markup('<line class="tick" x1="{0}" x2="{0}" y1="5" y2="11"/>').format(place(t))
        for t in (start + (end - start) * share for share in (0, 0.25, 0.5, 0.75, 1))
    )
    # The mark is placed by its edge: it is moved back by half its width.
    return Markup(
        '<svg class="interval" width="100%" height="16" aria-hidden="true" focusable="false">'
        '<line class="track" x1="0" x2="100%" y1="8" y2="8"/>{}'
        '<rect class="band" x="{}" width="{}" y="4" height="8" rx="4"/>'
        '<g transform="translate(-2)">'
        '<rect class="mark" x="{}" width="4" y="0.5" height="15" rx="2"/></g></svg>'
    ).format(ticks, place(low), width, place(value))


def difference(value: float, low: float, high: float, *, reach: float) -> Markup:
    """Return a difference with its interval around an upright line at none; cut at `reach`."""

    def place(x: float) -> float:
        return 50 + 50 * min(1.0, max(-1.0, x / reach))

    return Markup(
        '<svg class="interval" width="100%" height="16" aria-hidden="true" focusable="false">'
        '<line class="track" x1="0" x2="100%" y1="8" y2="8"/>'
        '<line class="none" x1="50%" x2="50%" y1="0" y2="16"/>'
        '<rect class="band" x="{:.1f}%" width="{:.1f}%" y="4" height="8" rx="4"/>'
        '<g transform="translate(-2)">'
        '<rect class="mark" x="{:.1f}%" width="4" y="0.5" height="15" rx="2"/></g></svg>'
    ).format(place(low), place(high) - place(low), place(value))


def small_multiple(points: Sequence[WeekPoint]) -> Markup:
    """Return a year's line on 0-100 with quarter lines: the same axes for every unit."""
    lines = Markup("").join(
        Markup('<line class="track" x1="0" x2="100%" y1="{0}%" y2="{0}%"/>').format(y)
        for y in (0, 25, 75, 100)
    )
    return sparkline(points, height=96, behind=lines)


def sparkline(
    points: Sequence[WeekPoint], *, height: int = 48, behind: Markup = _NOTHING
) -> Markup:
    """Return the line of some weeks with its 80 % band on 0-100; hidden weeks are gaps."""
    last = max(1, len(points) - 1)
    runs: list[list[tuple[float, WeekPoint]]] = [[]]
    for position, point in enumerate(points):
        if point.status in {"hidden", "coded"}:
            runs.append([])
        elif point.value is not None:
            runs[-1].append((100 * position / last, point))
    parts = [_run(run) for run in runs if run]
    tail = next(((x, p) for run in reversed(runs) for x, p in reversed(run)), None)
    dot = Markup("")
    if tail is not None:
        dot = Markup('<circle class="mark" cx="{:.1f}%" cy="{:.1f}%" r="3.5"/>').format(
            tail[0], 100 - (tail[1].value or 0)
        )
    return Markup(
        '<svg class="spark" width="100%" height="{}" aria-hidden="true" focusable="false">{}'
        '<line class="track" x1="0" x2="100%" y1="50%" y2="50%"/>'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none">{}</svg>{}</svg>'
    ).format(height, behind, Markup("").join(parts), dot)


def _run(run: Sequence[tuple[float, WeekPoint]]) -> Markup:
    line = " ".join(f"{x:.1f},{100 - (p.value or 0):.1f}" for x, p in run)
    upper = [f"{x:.1f},{100 - (p.high or 0):.1f}" for x, p in run]
    lower = [f"{x:.1f},{100 - (p.low or 0):.1f}" for x, p in reversed(run)]
    return Markup('<polygon class="band" points="{}"/><polyline class="line" points="{}"/>').format(
        " ".join(upper + lower), line
    )


def participation(at_least: int, invited: int) -> Markup:
    """Return the band of answers: full up to "at least b", open beyond (nobody is told)."""
    return Markup(
        '<svg class="share" width="100%" height="8" aria-hidden="true" focusable="false">'
        '<rect class="rest" x="0" width="100%" y="0" height="8" rx="4"/>'
        '<rect class="full" x="0" width="{:.1f}%" y="0" height="8" rx="4"/></svg>'
    ).format(100 * at_least / max(1, invited))


def split(
    favourable: float, neutral: float, unfavourable: float, *, reverse: bool = False
) -> Markup:
    """Return the three shares of a statement as one bar, in the order agree to disagree.

    Colours say better and worse, as everywhere: with `reverse` agreement is the worse end.
    """
    better, worse = ("worse", "better") if reverse else ("better", "worse")
    total = max(_OPEN, favourable + neutral + unfavourable)
    widths = [100 * share / total for share in (favourable, neutral, unfavourable)]
    starts = [0.0, widths[0], widths[0] + widths[1]]
    return Markup(
        '<svg class="split" width="100%" height="8" aria-hidden="true" focusable="false">{}</svg>'
    ).format(
        Markup("").join(
            Markup(
                '<rect class="{}" x="{:.1f}%" width="{:.1f}%" y="0" height="8"/>'
            ).format(name, x, w)
            for name, x, w in zip((better, "neither", worse), starts, widths, strict=True)
        )
    )  # fmt: skip
