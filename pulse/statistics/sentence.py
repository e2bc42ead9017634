"""One plain sentence: what matters this week, and how sure we are."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pulse.release.hidden import ADVICE, OUTSIDE, REASON
from pulse.statistics.change import SAME_WITHIN
from pulse.statistics.lasting import Side, lasting
from pulse.statistics.naming import NAMED, branch, deepest, joined, noun, number, told
from pulse.statistics.scales import DirectionKey, Scales
from pulse.terms import Unit

VERBS: Final[dict[Side, str]] = {"lower": "dipped", "higher": "rose"}

SMALL: Final = (
    "In an organisation of fewer than 60 people no single change is called real; look for what "
    "lasts."
)


def week_sentence(
    scales: Scales, unit_id: str, *, names: bool = True, outside: bool = False
) -> str:
    """Return the sentence for the unit and everything below it; `names` allows units' names.

    `outside`: the unit above, or that there is none, is nothing that the reader can look at.

    What moved by a small effect or more is counted beside what of it is likely real; where
    nothing is, the sentence says that it cannot be told from noise. Units are never ranked.
    """
    history = scales.history
    if history.latest is None:
        return "No week has been shown yet."
    if (history.latest, unit_id) not in history.shown:
        return f"This week there were {REASON}. {OUTSIDE if outside else ADVICE}"
    own = {s: scales.directions[unit_id, s].key for s in history.instrument.scales}
    if set(own.values()) == {"too_early"}:
        return "Too early to tell what is changing: that takes eight weeks of answers."
    if not history.calls_changes and set(own.values()) & {"unclear"}:
        return SMALL
    moves = _moves(scales, branch(scales.history, unit_id)[1:])
    real = [move for move in moves if move.real]
    below = news(max(real, key=_weight), names=names) if real else ""
    sentence = " ".join(part for part in (_own(scales, own), below) if part)
    older = "" if sentence else lasting(history, scales.alarms, unit_id, names=names)
    return sentence or older or _quiet(own, moves)


def _own(scales: Scales, own: dict[str, DirectionKey]) -> str:
    parts = []
    for key, verb in (("lower", "lower"), ("higher", "higher")):
        names = [
            scales.history.instrument.scales[s].name.lower() for s, k in own.items() if k == key
        ]
        if names:
            parts.append(f"{joined(names)} {'is' if len(names) == 1 else 'are'} {verb}")
    if not parts:
        return ""
    text = " and ".join(parts)
    text = text[0].upper() + text[1:]
    return f"{text} than in the four weeks before, more than chance would do."


class Move(msgspec.Struct, frozen=True):
    """What one scale did below a unit: who moved to one side, and for whom it is likely real.

    Both in tree order; `noun` is what they are called.
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
        return told(self.moved, self.noun, names=names)


def news(move: Move, *, names: bool = True) -> str:
    """Return what moved and how much of it is news, named where they are few."""
    few = names and len(move.real) <= NAMED
    who = f", {joined(move.real)}," if few else ""
    if len(move.moved) == len(move.real) == 1:
        return f"{move.told}{who} and it is more than noise."
    if len(move.real) < len(move.moved):
        return f"{move.told}; for {number(len(move.real))}{who} it is more than noise."
    all_ = "both" if len(move.real) == NAMED else f"all {number(len(move.real))}"
    return f"{move.told}; for {all_}{who} it is more than noise."


def _weight(move: Move) -> tuple[int, int]:
    """Order what could be told: most units for whom it is real, most that moved."""
    return len(move.real), len(move.moved)


def _moves(scales: Scales, units: Sequence[Unit]) -> list[Move]:
    found = []
    for scale, meaning in scales.history.instrument.scales.items():
        for side in VERBS:
            moved = _move(scales, scale, meaning.name, side, units)
            if moved.moved:
                found.append(moved)
    return found


def _move(scales: Scales, scale: str, name: str, side: Side, units: Sequence[Unit]) -> Move:
    """Return what moved among teams, or among departments where only such really did.

    A department is told only where nothing in it is: they are the same people. Where some really
    moved that are teams and some that are departments, teams in the latter are not told again.
    """
    sign = 1 if side == "higher" else -1
    ways = {unit.unit_id: scales.directions[unit.unit_id, scale] for unit in units}
    real = deepest(units, {unit_id for unit_id, way in ways.items() if way.key == side})
    above = [unit for unit in real if not unit.group]
    in_departments = bool(above) and len(above) == len(real)
    same = set() if in_departments else _inside(scales, above)
    seen = {
        unit.unit_id
        for unit in units
        if unit.group != in_departments
        and unit.unit_id not in same
        and sign * (ways[unit.unit_id].seen or 0.0) >= SAME_WITHIN
    }
    seen.update(unit.unit_id for unit in real)
    moved = [unit for unit in units if unit.unit_id in seen]
    return Move(name, side, _names(moved), _names(real), noun(moved))


def _inside(scales: Scales, units: Sequence[Unit]) -> set[str]:
    return {u.unit_id for unit in units for u in branch(scales.history, unit.unit_id)}


def _names(units: Sequence[Unit]) -> tuple[str, ...]:
    return tuple(unit.name for unit in units)


def _quiet(own: dict[str, DirectionKey], moves: Sequence[Move]) -> str:
    if set(own.values()) == {"hidden"}:
        return "Nothing to compare with: too many of the weeks before are hidden."
    if moves:
        told = max(moves, key=_weight).told
        return f"Nothing stands out: {told[0].lower()}{told[1:]}, which cannot be told from noise."
    if "unclear" in own.values():
        return "Nothing stands out: what moved is no more than chance would do."
    return "Steady: all that could be compared is about the same as in the four weeks before."
