"""The organisation that a twin lives in: the home's own units, or invented ones where it has none.

A tree of a release names every roster unit but counts people per group only. So a merged group is
split into its units again and its people are spread over them by a seeded draw; the order is the
roster's, parents before children.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from pulse.disclosure.groups import OWN
from pulse.release import reading
from pulse.settings import Home
from pulse.store import treefile
from pulse.terms import RosterUnit, Tree, Unit

INVENTED: Final = 400
LARGEST: Final = 1_000  # more people tell an attack nothing new and only take longer
DIRECTLY: Final = 2  # people who sit in a department itself


def last_tree(home: Home) -> Tree | None:
    """Return the tree of the last release, else of the last wave opened, else None.

    Raises:
        BadRelease: the ledger or the release does not match its hashes.
    """
    released = reading.waves(home.releases)
    if released:
        return reading.load(home.releases, released[-1]).tree
    opened = sorted(home.trees.glob("*.json")) if home.trees.is_dir() else []
    return treefile.read(opened[-1]) if opened else None


def units_of(tree: Tree, dice: Random, largest: int = LARGEST) -> tuple[RosterUnit, ...]:
    """Return roster units with people, of a tree's units; the first ones of a large tree.

    Args:
        tree: a frozen tree.
        dice: spreads the people of a merged group over its units.
        largest: units are taken in roster order while they have fewer people than this together.
    """
    people: dict[str, int] = {}
    above: dict[str, RosterUnit] = {}
    for unit in tree.units:
        for one in _split(unit):
            above[one.unit_id] = one
        if unit.group:
            inside = [roster for roster, group in tree.groups.items() if group == unit.unit_id]
            people |= _spread(unit.invited, inside, dice)
    taken: list[RosterUnit] = []
    for one in above.values():
        if sum(unit.people for unit in taken) < largest:
            found = RosterUnit(one.unit_id, one.parent_id, one.name, people.get(one.unit_id, 0))
            taken.append(found)
    return tuple(taken)


def invented(people: int, dice: Random) -> tuple[RosterUnit, ...]:
    """Return an organisation of exactly `people`: a division of two departments, and others.

    Its teams have 3 to 16 people, one is empty, and some people sit directly in inner units.
    """
    units = [RosterUnit("org", None, "Organisation", 3), RosterUnit("div", "org", "Division", 2)]
    left, number = people - 5, 0
    while left > 0:
        number += 1
        department = f"d{number}"
        own = min(DIRECTLY, left)
        above = "div" if number <= 2 else "org"  # noqa: PLR2004 - the division's two
        units.append(RosterUnit(department, above, f"Department {number}", own))
        left -= own
        # Department 2: two teams that are shown in most weeks beside one that never is.
        sizes = (13, 4, 12) if number == 2 else _sizes(dice)  # noqa: PLR2004 - as it says
        for place, size in enumerate(sizes, 1):
            team = min(size, left)
            units.append(RosterUnit(f"{department}-t{place}", department, f"Team {place}", team))
            left -= team
    return (*units, RosterUnit("empty", "org", "Empty", 0))


def _sizes(dice: Random) -> list[int]:
    return [dice.randint(3, 16) for _ in range(dice.randint(4, 7))]


def _split(unit: Unit) -> Iterator[RosterUnit]:
    """Yield the roster units that a unit of a tree stands for, without their people."""
    if not unit.group or not unit.members:
        if not unit.unit_id.endswith(OWN):
            yield RosterUnit(unit.unit_id, unit.parent_id, unit.name, 0)
        return
    parts = unit.unit_id.split("+")
    parent = unit.parent_id
    if len(parts) == 1:  # a unit whose whole subtree became one group
        yield RosterUnit(unit.unit_id, unit.parent_id, unit.name, 0)
        parent = unit.unit_id
    for member in unit.members:
        if member.unit_id in parts:
            yield RosterUnit(member.unit_id, unit.parent_id, member.name, 0)
            parent = member.unit_id
        elif member.unit_id + OWN not in parts:
            yield RosterUnit(member.unit_id, parent, member.name, 0)


def _spread(people: int, units: list[str], dice: Random) -> dict[str, int]:
    """Give each unit one person at least, and the rest to units drawn by chance."""
    counts = dict.fromkeys(units, 1)
    for unit in dice.choices(units, k=people - len(units)):
        counts[unit] += 1
    return counts
