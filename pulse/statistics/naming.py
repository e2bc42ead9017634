"""How units read in a sentence: counted, named where they are few, never one person twice."""

from collections.abc import Collection, Sequence
from typing import Final

from pulse.statistics.history import History
from pulse.terms import Unit

NAMED: Final = 2  # so many units are named at most, in tree order; more are counted
NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def branch(history: History, unit_id: str) -> list[Unit]:
    """Return the unit and all units below it, in tree order."""
    inside, found = {unit_id}, [history.units[unit_id]]
    for unit in history.units.values():  # parents come before children
        if unit.parent_id in inside:
            inside.add(unit.unit_id)
            found.append(unit)
    return found


def deepest(units: Sequence[Unit], flagged: Collection[str]) -> tuple[Unit, ...]:
    """Return the flagged units that have no flagged unit below them, in tree order."""
    above = {unit.unit_id: unit.parent_id for unit in units}
    covered: set[str] = set()
    for unit in units:
        parent = unit.parent_id if unit.unit_id in flagged else None
        while parent is not None and parent not in covered:
            covered.add(parent)
            parent = above.get(parent)
    return tuple(u for u in units if u.unit_id in flagged and u.unit_id not in covered)


def noun(units: Sequence[Unit]) -> str:
    """Return what some units are called together."""
    kinds = {unit.group for unit in units}
    if len(kinds) > 1:
        return "unit"
    return "department" if kinds == {False} else "team"


def counted(units: Sequence[Unit], *, names: bool) -> str:
    """Return how many there are, and who where they are few: "two teams, A and B"."""
    return told([unit.name for unit in units], noun(units), names=names)


def told(units: Sequence[str], kind: str, *, names: bool) -> str:
    """Return how many of a kind there are, and who where they are few."""
    count = len(units)
    who = f", {joined(units)}" if names and count <= NAMED else ""
    return f"{number(count)} {kind}{'s' * (count != 1)}{who}"


def joined(names: Sequence[str]) -> str:
    """Return names as a list reads: "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def number(count: int) -> str:
    """Return a small count as a word."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
