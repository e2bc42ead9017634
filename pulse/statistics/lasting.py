"""What is lower or higher than it used to be, in words: the alarms of a unit and of those below.

An alarm tells of a level, so nothing here says that anything falls or rises.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from pulse.statistics.alarms import TURNED, Alarm
from pulse.statistics.history import History
from pulse.statistics.naming import branch, counted, deepest, joined
from pulse.terms import Unit

Alarms = Mapping[tuple[str, str], Alarm]
Side = Literal["lower", "higher"]
SIDES: Final[tuple[Side, ...]] = ("lower", "higher")


class _Told(NamedTuple):
    """One scale that is away from its earlier level to one side, and the units where it is."""

    scale: str
    side: Side
    turned: bool
    units: tuple[Unit, ...]


def lasting(history: History, alarms: Alarms, unit_id: str, *, names: bool) -> str:
    """Return what is away from its earlier level, first of the unit itself; empty for nothing.

    Of what is below, a unit is told where no unit below it is: they are the same people. `names`
    allows units' names where they are few.
    """
    own = _flagged(history, alarms, [history.units[unit_id]])
    known = {(told.scale, told.side) for told in own}
    below = _flagged(history, alarms, branch(history, unit_id)[1:])
    others = [told for told in below if (told.scale, told.side) not in known]
    parts = [_here(history, own)] if own else []
    if others:
        most = max(others, key=lambda told: len(told.units))
        back = f", and {TURNED[most.side]}" if most.turned else ""
        where = counted(most.units, names=names)
        parts.append(f"{_name(history, most)} is {most.side} than it used to be in {where}{back}")
    return " ".join(f"{part}: worth a talk." for part in parts)


def _here(history: History, own: Sequence[_Told]) -> str:
    """Return the unit's own in one sentence: "Energy and care are lower than they used to be"."""
    parts = []
    for side in SIDES:
        for turned in (False, True):
            found = [told for told in own if (told.side, told.turned) == (side, turned)]
            if found:
                names = joined([_name(history, told).lower() for told in found])
                they = "are {} than they" if len(found) > 1 else "is {} than it"
                back = f" and {TURNED[side]}" if turned else ""
                parts.append(f"{names} {they.format(side)} used to be{back}")
    text = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"
    return text[0].upper() + text[1:]


def _flagged(history: History, alarms: Alarms, units: Sequence[Unit]) -> list[_Told]:
    found = []
    for scale in history.instrument.scales:
        known = {u.unit_id: a for u in units if (a := alarms.get((u.unit_id, scale)))}
        for side in SIDES:
            flagged = {unit_id: a for unit_id, a in known.items() if a.key == side}
            if flagged:
                own = deepest(units, flagged.keys())
                found.append(_Told(scale, side, _all_turned(flagged, own), own))
    return found


def _all_turned(flagged: dict[str, Alarm], units: Sequence[Unit]) -> bool:
    return all(flagged[unit.unit_id].turned for unit in units)


def _name(history: History, told: _Told) -> str:
    return history.instrument.scales[told.scale].name
