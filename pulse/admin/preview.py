"""What a new roster would change: people, units, and the groups of the next week."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Engine

from pulse import wave as waves
from pulse.disclosure.groups import form_groups, marked
from pulse.errors import TooSmall
from pulse.instrument import load, locales
from pulse.roster import Person, Roster, language_notes
from pulse.settings import Home, Settings
from pulse.store import treefile
from pulse.terms import Tree

SHOWN: Final = 100  # people listed by name of each kind; the count is always of all


class Moved(msgspec.Struct, frozen=True):
    """A person who comes, goes or changes their unit; an empty name is outside of the roster."""

    person: Person
    origin: str
    goal: str


class Together(msgspec.Struct, frozen=True):
    """Units that are one group in the figures: their names with people in them, and why."""

    units: tuple[tuple[str, int], ...]
    people: int
    why: str


class Preview(msgspec.Struct, frozen=True):
    """All that would change. `problem` says why no week could be opened, empty if one can."""

    people: int
    units: int
    before: int
    joined: tuple[Moved, ...]
    left: tuple[Moved, ...]
    moved: tuple[Moved, ...]
    readdressed: int
    units_new: tuple[str, ...]
    units_gone: tuple[str, ...]
    units_changed: tuple[str, ...]
    groups: int
    together: tuple[Together, ...]
    leaders: tuple[str, ...]
    languages: tuple[str, ...]
    cards: tuple[tuple[str, int], ...]
    problem: str

    @property
    def same(self) -> bool:
        """Whether nothing at all would change."""
        people = self.joined or self.left or self.moved or self.readdressed
        return not (people or self.units_new or self.units_gone or self.units_changed)


def compare(
    before: Roster, after: Roster, tree: Tree | None, problem: str, settings: Settings
) -> Preview:
    """Return what turning one roster into another would change.

    Args:
        before: the roster as it is, empty at first.
        after: the one to come.
        tree: the groups of the next week with it, None where none can be formed.
        problem: why not.
        settings: the running configuration.
    """
    old = {person.person_id: person for person in before.people}
    new = {person.person_id: person for person in after.people}
    was, will = _names(before), _names(after)
    stayed = [(old[key], person) for key, person in new.items() if key in old]
    return Preview(
        people=len(after.people),
        units=len(after.units),
        before=len(before.people),
        joined=tuple(Moved(p, "", will[p.unit_id]) for k, p in new.items() if k not in old),
        left=tuple(Moved(p, was[p.unit_id], "") for k, p in old.items() if k not in new),
        moved=tuple(
            Moved(now, was[then.unit_id], will[now.unit_id])
            for then, now in stayed
            if then.unit_id != now.unit_id
        ),
        readdressed=sum(_reach(then) != _reach(now) for then, now in stayed),
        units_new=tuple(name for key, name in will.items() if key not in was),
        units_gone=tuple(name for key, name in was.items() if key not in will),
        units_changed=tuple(_changed(before, after)),
        groups=0 if tree is None else sum(unit.group for unit in tree.units),
        together=() if tree is None else tuple(_together(tree, after, settings)),
        leaders=() if tree is None else tuple(_leaders(tree, after, settings)),
        languages=language_notes(after.people, settings, locales.statuses(load())),
        cards=tuple(Counter(will[p.unit_id] for p in after.people if not p.email).items()),
        problem=problem,
    )


def next_tree(
    home: Home, settings: Settings, engine: Engine, roster: Roster
) -> tuple[Tree | None, str]:
    """Return the groups that the next week would have with a roster, or None and why not."""
    last = waves.last_asked(engine)
    sticky = None if last is None else treefile.read(home.trees / f"{last.wave}.json").groups
    try:
        return form_groups(roster.headcounts(), settings.smallest_group, sticky, settings.k), ""
    except TooSmall as error:
        return None, error.message


def _names(roster: Roster) -> dict[str, str]:
    return {unit.unit_id: unit.name for unit in roster.units}


def _reach(person: Person) -> tuple[str, str, str]:
    return person.email.casefold(), person.locale, person.timezone


def _changed(before: Roster, after: Roster) -> Iterable[str]:
    old = {unit.unit_id: unit for unit in before.units}
    was, will = _names(before), _names(after)
    for unit in after.units:
        then = old.get(unit.unit_id)
        if then is None or then == unit:
            continue
        if then.name != unit.name:
            yield f"{then.name} is now called {unit.name}"
        if then.parent_id != unit.parent_id:
            origin, goal = was.get(then.parent_id or "", ""), will.get(unit.parent_id or "", "")
            yield f"{unit.name} moves from {origin or 'the top'} to {goal or 'the top'}"
        if then.leaders != unit.leaders:
            yield f"{unit.name} is {'now' if unit.leaders else 'no longer'} marked as leaders"


def _together(tree: Tree, roster: Roster, settings: Settings) -> Iterable[Together]:
    people = {unit.unit_id: unit.people for unit in roster.headcounts()}
    names = _names(roster)
    inside: dict[str, list[str]] = {}
    for unit_id, group in tree.groups.items():
        inside.setdefault(group, []).append(unit_id)
    for unit in tree.units:
        parts = inside.get(unit.unit_id, [])
        if unit.group and len(parts) > 1:
            shown = tuple((names[part], people[part]) for part in parts)
            yield Together(shown, unit.invited, _why(shown, settings.smallest_group))


def _why(parts: tuple[tuple[str, int], ...], fewest: int) -> str:
    small = [name for name, people in parts if people < fewest]
    if not small:
        return "They stay together as in the week before, so that their figures can be compared."
    named = small[0] if len(small) == 1 else f"{', '.join(small[:-1])} and {small[-1]}"
    verb = "has" if len(small) == 1 else "have"
    return f"{named} {verb} fewer than {fewest} people: too few for figures of their own."


def _leaders(tree: Tree, roster: Roster, settings: Settings) -> Iterable[str]:
    names = _names(roster)
    for led in marked(tree, roster.headcounts(), settings.k):
        if led.why:
            yield f"{names[led.unit_id]} is marked as made of leaders, but {led.why}."
