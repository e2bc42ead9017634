"""One plain sentence: what matters this week, and how sure we are."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from pulse.release.hidden import ADVICE, REASON
from pulse.statistics.change import SAME_WITHIN
from pulse.statistics.scales import DirectionKey, Scales
from pulse.terms import Unit

Side = Literal["lower", "higher"]
NAMED: Final = 2  # so many units are named at most, in tree order; more are counted
VERBS: Final[dict[Side, str]] = {"lower": "dipped", "higher": "rose"}
WAYS: Final[dict[Side, str]] = {"lower": "falling", "higher": "rising"}

NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

SMALL: Final = (
    "In an organisation of fewer than 60 people no single change is called real; look for what "
    "lasts."
)


def week_sentence(scales: Scales, unit_id: str, *, names: bool = True) -> str:
    """Return the sentence for the unit and everything below it; `names` allows units' names.

    What moved by a small effect or more is counted beside what of it is likely real; where
    nothing is, the sentence says that it cannot be told from noise. Units are never ranked.
    """
    history = scales.history
    if history.latest is None:
        return "No week has been shown yet."
    if (history.latest, unit_id) not in history.shown:
        return f"This week there were {REASON}. {ADVICE}"
    own = {s: scales.directions[unit_id, s].key for s in history.instrument.scales}
    if set(own.values()) == {"too_early"}:
        return "Too early to tell what is changing: that takes eight weeks of answers."
    if not history.calls_changes and set(own.values()) & {"unclear"}:
        return SMALL
    moves = _moves(scales, _descendants(scales, unit_id))
    real = [move for move in moves if move.real]
    below = news(max(real, key=_weight), names=names) if real else ""
    sentence = " ".join(part for part in (_own(scales, own), below) if part)
    return sentence or _lasting(scales, unit_id, names=names) or _quiet(own, moves)


def _own(scales: Scales, own: dict[str, DirectionKey]) -> str:
    parts = []
    for key, verb in (("lower", "lower"), ("higher", "higher")):
        names = [
            scales.history.instrument.scales[s].name.lower() for s, k in own.items() if k == key
        ]
        if names:
            parts.append(f"{_join(names)} {'is' if len(names) == 1 else 'are'} {verb}")
    if not parts:
        return ""
    text = " and ".join(parts)
    text = text[0].upper() + text[1:]
    return f"{text} than in the four weeks before, more than chance would do."


class Move(msgspec.Struct, frozen=True):
    """What one scale did below a unit: who moved to one side, and for whom it is likely real.

    Both in tree order; all are teams, or all are departments.
    """

    name: str
    side: Side
    moved: tuple[str, ...]
    real: tuple[str, ...]
    noun: str

    @property
    def told(self) -> str:
        """Where it moved: "Energy dipped in three teams"."""
        return f"{self.name} {VERBS[self.side]} in {self.units(names=False)}"

    def units(self, *, names: bool) -> str:
        """Return how many moved, and who where they are few: "two teams, A and B"."""
        count = len(self.moved)
        who = f", {_join(list(self.moved))}" if names and count <= NAMED else ""
        return f"{_number(count)} {self.noun}{'s' * (count != 1)}{who}"


def news(move: Move, *, names: bool = True) -> str:
    """Return what moved and how much of it is news, named where they are few."""
    few = names and len(move.real) <= NAMED
    who = f", {_join(list(move.real))}," if few else ""
    if len(move.moved) == len(move.real) == 1:
        return f"{move.told}{who} and it is more than noise."
    if len(move.real) < len(move.moved):
        return f"{move.told}; for {_number(len(move.real))}{who} it is more than noise."
    all_ = "both" if len(move.real) == NAMED else f"all {_number(len(move.real))}"
    return f"{move.told}; for {all_}{who} it is more than noise."


def _lasting(scales: Scales, unit_id: str, *, names: bool) -> str:
    """Return what has risen or fallen for some weeks, of the unit itself before what is below."""
    below = _descendants(scales, unit_id)
    for units in ([scales.history.units[unit_id]], below):
        told = [
            _watched(scales, scale, meaning.name, side, kind)
            for scale, meaning in scales.history.instrument.scales.items()
            for side in VERBS
            for kind in ([u for u in units if u.group], [u for u in units if not u.group])
        ]
        most = max(told, key=_weight)
        if most.real:
            way = f"{most.name} has been {WAYS[most.side]} for some weeks"
            where = "" if units != below else f" in {most.units(names=names)}"
            return f"{way}{where}: worth a talk."
    return ""


def _watched(scales: Scales, scale: str, name: str, side: Side, units: Sequence[Unit]) -> Move:
    alarms = ((u, scales.alarms.get((u.unit_id, scale))) for u in units)
    flagged = tuple(u.name for u, alarm in alarms if alarm is not None and alarm.key == side)
    noun = "team" if not units or units[0].group else "department"
    return Move(name, side, flagged, flagged, noun)


def _weight(move: Move) -> tuple[int, int]:
    """Order what could be told: most units for whom it is real, most that moved."""
    return len(move.real), len(move.moved)


def _moves(scales: Scales, units: Sequence[Unit]) -> list[Move]:
    found = []
    for scale, meaning in scales.history.instrument.scales.items():
        for side in VERBS:
            teams = _move(scales, scale, meaning.name, side, [u for u in units if u.group])
            above = _move(scales, scale, meaning.name, side, [u for u in units if not u.group])
            # A department is told only where none of its teams is: they are the same people.
            chosen = above if above.real and not teams.real else teams
            if chosen.moved:
                found.append(chosen)
    return found


def _move(scales: Scales, scale: str, name: str, side: Side, units: Sequence[Unit]) -> Move:
    real = [u for u in units if scales.directions[u.unit_id, scale].key == side]
    sign = 1 if side == "higher" else -1
    moved = [
        u
        for u in units
        if u in real or sign * (scales.directions[u.unit_id, scale].seen or 0.0) >= SAME_WITHIN
    ]
    noun = "team" if not units or units[0].group else "department"
    return Move(name, side, tuple(u.name for u in moved), tuple(u.name for u in real), noun)


def _quiet(own: dict[str, DirectionKey], moves: Sequence[Move]) -> str:
    if set(own.values()) == {"hidden"}:
        return "Nothing to compare with: too many of the weeks before are hidden."
    if moves:
        told = max(moves, key=_weight).told
        return f"Nothing stands out: {told[0].lower()}{told[1:]}, which cannot be told from noise."
    if "unclear" in own.values():
        return "Nothing stands out: what moved is no more than chance would do."
    return "Steady: all that could be compared is about the same as in the four weeks before."


def _descendants(scales: Scales, unit_id: str) -> list[Unit]:
    inside, found = {unit_id}, []
    for unit in scales.history.units.values():  # parents come before children
        if unit.parent_id in inside:
            inside.add(unit.unit_id)
            found.append(unit)
    return found


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
