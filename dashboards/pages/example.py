"""The example before the first release: invented figures, marked as such, in the real drawing."""

from typing import Final

from markupsafe import Markup

from dashboards.pages import drawing, weeks
from dashboards.pages.heat import HeatCell, HeatRow, shade
from dashboards.pages.tiles import WEEKS, Tile
from pulse.statistics.scales import Direction, DirectionKey, Estimate, WeekPoint

_INVENTED = (
    ("safety", "Safety", Estimate(71, 65, 77), Direction("same"), 0.0),
    ("energy", "Energy", Estimate(54, 48, 60), Direction("lower"), -1.0),
    ("care", "Care", Estimate(66, 60, 72), Direction("higher"), 0.9),
    ("work", "Work", Estimate(59, 52, 66), Direction("unclear"), 0.2),
)


_INVENTED_UNITS: Final[tuple[tuple[str, int, tuple[tuple[int, DirectionKey], ...]], ...]] = (
    ("Example unit", 25, ((71, "same"), (54, "lower"), (66, "higher"), (59, "unclear"))),
    ("A team of it", 15, ((74, "same"), (44, "lower"), (63, "same"), (52, "unclear"))),
    ("A small team", 0, ()),
)


def example_rows() -> tuple[HeatRow, ...]:
    """Return three rows of a heat table from invented figures, the last of them hidden."""
    rows = []
    for name, answers, figures in _INVENTED_UNITS:
        cells = tuple(_cell(value, key) for value, key in figures) or (_HIDDEN,) * len(_INVENTED)
        told = f"at least {answers} answers" if answers else "9 people"
        rows.append(HeatRow("", name, told, cells))
    return tuple(rows)


_HIDDEN = HeatCell(None, None, "", "", Direction("hidden"), "", Markup(""))


def _cell(value: int, key: DirectionKey) -> HeatCell:
    likely = key in {"higher", "lower"}
    drawn = drawing.arrow(key) if likely else Markup("")
    interval = weeks.between(value - 6, value + 6)
    return HeatCell(
        shade(value), 15, str(value), interval, Direction(key), key if likely else "", drawn
    )


def example_tiles() -> tuple[Tile, ...]:
    """Return four tiles as they will look, from invented figures."""
    return tuple(
        Tile(
            scale=scale,
            name=name,
            period="four weeks",
            at_least=25,
            estimate=estimate,
            direction=direction,
            drawn_interval=drawing.interval(estimate.value, estimate.low, estimate.high),
            drawn_arrow=drawing.arrow(direction.key),
            drawn_line=drawing.sparkline(_line(estimate.value, slope)),
        )
        for scale, name, estimate, direction, slope in _INVENTED
    )


def _line(end: float, slope: float) -> tuple[WeekPoint, ...]:
    wobble = (0.0, 1.2, -0.8, 0.6, 1.5, -1.1, 0.2, 0.9, -0.5, 0.4, -0.2, 0.0)
    values = [end - slope * (WEEKS - 1 - week) + wobble[week] for week in range(WEEKS)]
    return tuple(WeekPoint("", "shown", 25, value, value, value - 5, value + 5) for value in values)
