"""The example before the first release: invented figures, marked as such, in the real drawing."""

from dashboards.pages import drawing
from dashboards.pages.tiles import WEEKS, Tile
from pulse.statistics.scales import Direction, Estimate, WeekPoint

_INVENTED = (
    ("safety", "Safety", Estimate(71, 65, 77), Direction("same"), 0.0),
    ("energy", "Energy", Estimate(54, 48, 60), Direction("lower"), -1.0),
    ("care", "Care", Estimate(66, 60, 72), Direction("higher"), 0.9),
    ("work", "Work", Estimate(59, 52, 66), Direction("unclear"), 0.2),
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
