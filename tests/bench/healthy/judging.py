"""Which organisations are told news of, by what pages show and by broken twins of it."""

import math
from collections.abc import Callable
from statistics import stdev
from typing import Final

from pulse.statistics.alarms import BASELINE, LIMIT, ewma, ewma_variance
from pulse.statistics.comparison import Comparison
from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.scales import Scales
from tests.unit.statistics.histories import INSTRUMENT

FALSE_DISCOVERY: Final = 0.10
Key = tuple[str, str]
Flags = Callable[[Scales], set[Key]]


def alarmed(scales: Scales) -> set[Key]:
    """Return the lines of which the newest week says that they are higher or lower than before."""
    return {key for key, alarm in scales.alarms.items() if alarm.key != "quiet"}


def changed(scales: Scales) -> set[Key]:
    """Return the tiles that are called likely real."""
    return {key for key, way in scales.directions.items() if way.key in {"higher", "lower"}}


def beside_the_whole(scales: Scales) -> set[Key]:
    """Return the units and scales that are called higher or lower than the organisation."""
    return {key for key, told in _beside(scales).items() if told.key in {"higher", "lower"}}


def every_interval(scales: Scales) -> set[Key]:
    """Return the twin's: all whose interval beside the organisation's excludes no difference."""
    return {key for key, told in _beside(scales).items() if told.low > 0 or told.high < 0}


def _beside(scales: Scales) -> dict[Key, Comparison]:
    keys = ((unit, scale) for unit in scales.history.units for scale in INSTRUMENT.scales)
    return {key: told for key in keys if (told := scales.comparison(*key)) is not None}


def every_limit(scales: Scales) -> set[Key]:
    """Return the twin's lines: all that leave their limits, however many are looked at."""
    return {key for key, alarm in scales.alarms.items() if abs(alarm.z) > LIMIT}


def every_reliable_change(scales: Scales) -> set[Key]:
    """Return the twin's tiles: all whose own change is beyond 1.96 of its errors."""
    return {key for key, way in scales.directions.items() if way.reliable is not None}


def own_baseline(scales: Scales) -> set[Key]:
    """Return the twin's lines: limits from the spread of each line's own twelve first weeks."""
    p_values = {}
    for unit_id, scale in scales.alarms:
        points = scales.weekly(unit_id, scale)[-2 * BASELINE :]
        raw = [point.raw for point in points if point.status == "shown" and point.raw is not None]
        before, after = raw[:BASELINE], raw[BASELINE:]
        spread = stdev(before) if len(set(before)) > 1 else 0.0
        if after and spread:
            start = sum(before) / BASELINE
            deviation = math.sqrt(ewma_variance([spread**2] * len(after)))
            z = (ewma(after, start) - start) / deviation
            p_values[unit_id, scale] = math.erfc(abs(z) / math.sqrt(2))
    return set(benjamini_hochberg(p_values, FALSE_DISCOVERY))
