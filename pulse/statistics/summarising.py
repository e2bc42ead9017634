"""Works out what staff read of the four scales (`summary.py`): the figures of leaders' tiles."""

from collections.abc import Sequence

import pulse
from pulse.statistics.items import items_of_week
from pulse.statistics.scales import Scales, WeekPoint
from pulse.statistics.standing import standing
from pulse.statistics.summary import VERSION, WEEKS, Runs, ScaleSummary, Summary, UnitSummary
from pulse.terms import Unit


def summarise(scales: Scales, head: str) -> Summary:
    """Return what staff are told of the organisation and of every department.

    Args:
        scales: the statistics of all releases, of one at least.
        head: the hash of the ledger's last line, 64 hex digits.
    """
    history = scales.history
    tree = history.tree()
    departments = [unit for unit in tree.children()[tree.root.unit_id] if unit.invited]
    return Summary(
        VERSION, pulse.__version__, head, history.waves[-1], _unit(scales, tree.root),
        tuple(_unit(scales, unit) for unit in departments),
    )  # fmt: skip


def _unit(scales: Scales, unit: Unit) -> UnitSummary:
    this_week = items_of_week(scales.history, unit.unit_id)
    found = []
    for scale in scales.history.instrument.scales.values():
        block = scales.last_block(unit.unit_id, scale.id)
        told = standing(scales, unit.unit_id, scale.id, block, this_week)
        e, line = told.estimate, scales.weekly(unit.unit_id, scale.id)[-WEEKS:]
        found.append(
            ScaleSummary(
                scale=scale.id,
                name=scale.name,
                waves=told.block.waves if told.block else (),
                at_least=told.block.at_least if told.block else None,
                value=e.value if e else None,
                low=e.low if e else None,
                high=e.high if e else None,
                words=told.words,
                likely=told.direction.key in {"higher", "lower"},
                alarm=told.alarm,
                runs=runs(line),
            )
        )
    return UnitSummary(unit.unit_id, unit.name, tuple(found))


def runs(points: Sequence[WeekPoint]) -> Runs:
    """Return the parts of a line between gaps: each week's place on 0-100, and its level.

    Hidden weeks and such as are near the end of the answers are gaps.
    """
    last = max(1, len(points) - 1)
    found: list[list[tuple[float, float]]] = [[]]
    for at, point in enumerate(points):
        if point.status in {"hidden", "coded"}:
            found.append([])
        elif point.value is not None:
            found[-1].append((100 * at / last, point.value))
    return tuple(tuple(run) for run in found if run)
