"""Units and people as the two CSV files give them, checked as a whole."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

import msgspec

from pulse.errors import BadRoster
from pulse.roster.rows import Row, rows
from pulse.terms import UNIT_ID, RosterUnit

MAX_UNITS: Final = 50_000
MAX_PEOPLE: Final = 1_000_000
MAX_LEVELS: Final = 30
MAX_NAME: Final = 200
MAX_EMAIL: Final = 254
_PERSON_ID: Final = re.compile(r"[A-Za-z0-9._@+-]{1,128}", re.ASCII)
# One mailbox in plain ASCII (RFC 5321 dot-string and domain); no display name, no quoting.
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII
)
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)


class UnitRow(msgspec.Struct, frozen=True):
    """A unit; the root has no parent. With `leaders`, the people directly in it lead others."""

    unit_id: str
    parent_id: str | None
    name: str
    leaders: bool = False


class Person(msgspec.Struct, frozen=True):
    """A person; empty strings mean a card instead of mail, and the organisation's defaults."""

    person_id: str
    email: str
    unit_id: str
    locale: str = ""
    timezone: str = ""


class Roster(msgspec.Struct, frozen=True):
    """A checked roster: units in preorder (siblings as in the file), people as in the file."""

    units: tuple[UnitRow, ...]
    people: tuple[Person, ...]

    def headcounts(self) -> list[RosterUnit]:
        """Return the units in order, each with the people directly in it."""
        counts = dict.fromkeys((unit.unit_id for unit in self.units), 0)
        for person in self.people:
            counts[person.unit_id] += 1
        return [
            RosterUnit(u.unit_id, u.parent_id, u.name, counts[u.unit_id], u.leaders)
            for u in self.units
        ]


def read_files(units_csv: Path, people_csv: Path) -> Roster:
    """Read and check both files: `unit_id,parent_id,name[,…]` and `person_id,email,unit_id[,…]`.

    Raises:
        BadRoster: the first thing wrong, with file, line and column in `where`.
    """
    units = _units(units_csv)
    known = {unit.unit_id for unit in units}
    return Roster(units, _people(people_csv, known))


def _units(path: Path) -> tuple[UnitRow, ...]:
    found: dict[str, tuple[UnitRow, Row]] = {}
    for row in rows(path, ("unit_id", "parent_id", "name"), ("leaders",)):
        unit = _unit(row)
        if unit.unit_id in found:
            first = found[unit.unit_id][1].line
            raise row.refuse("unit_id", f"Line {first} has the same unit_id.")
        if len(found) >= MAX_UNITS:
            raise row.refuse("unit_id", f"More than {MAX_UNITS} units cannot be imported.")
        found[unit.unit_id] = (unit, row)
    if not found:
        raise BadRoster("The file has no units. Nothing was imported.", where=path.name)
    return _preorder(found, path.name)


def _unit(row: Row) -> UnitRow:
    unit_id, parent_id, name = (row.fields[key] for key in ("unit_id", "parent_id", "name"))
    if not UNIT_ID.fullmatch(unit_id) or not unit_id.strip("."):
        raise row.refuse("unit_id", "An id is 1-64 letters, digits, dots, dashes, underscores.")
    if not name:
        raise row.refuse("name", "The unit has no name.")
    if len(name) > MAX_NAME:
        raise row.refuse("name", f"A name has at most {MAX_NAME} signs.")
    marked = row.fields.get("leaders", "").casefold()
    if marked not in {"", "no", "yes"}:
        raise row.refuse("leaders", "Write yes or no; empty means no.")
    return UnitRow(unit_id, parent_id or None, name, marked == "yes")


def _preorder(found: dict[str, tuple[UnitRow, Row]], file: str) -> tuple[UnitRow, ...]:
    children: dict[str | None, list[str]] = {}
    for unit, row in found.values():
        if unit.parent_id is not None and unit.parent_id not in found:
            raise row.refuse("parent_id", f"There is no unit {unit.parent_id[:64]!r}.")
        children.setdefault(unit.parent_id, []).append(unit.unit_id)
    roots = children.get(None, [])
    if len(roots) > 1:
        first = found[roots[0]][1].line
        raise found[roots[1]][1].refuse("parent_id", f"Line {first} is the root already.")
    ordered: dict[str, UnitRow] = {}
    waiting = [(unit_id, 1) for unit_id in roots]
    while waiting:
        unit_id, level = waiting.pop()
        unit, row = found[unit_id]
        if level > MAX_LEVELS:
            raise row.refuse("parent_id", f"The tree is deeper than {MAX_LEVELS} levels.")
        ordered[unit_id] = unit
        waiting.extend((child, level + 1) for child in reversed(children.get(unit_id, [])))
    for unit_id, (_, row) in found.items():
        if unit_id not in ordered:
            raise row.refuse("parent_id", "This unit is its own ancestor: the parents go round.")
    if not roots:
        raise BadRoster("No unit is the root. Nothing was imported.", where=file)
    return tuple(ordered.values())


def _people(path: Path, units: Iterable[str]) -> tuple[Person, ...]:
    people: list[Person] = []
    lines: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for row in rows(path, ("person_id", "email", "unit_id"), ("locale", "timezone")):
        person = _person(row)
        if person.unit_id not in units:
            raise row.refuse("unit_id", f"There is no unit {person.unit_id[:64]!r}.")
        first = lines.setdefault(person.person_id, row.line)
        if first != row.line:
            raise row.refuse("person_id", f"Line {first} has the same person_id.")
        first = addresses.setdefault(person.email.casefold() or f"\n{row.line}", row.line)
        if first != row.line:
            raise row.refuse("email", f"Line {first} has the same address.")
        if len(people) >= MAX_PEOPLE:
            raise row.refuse("person_id", f"More than {MAX_PEOPLE} people cannot be imported.")
        people.append(person)
    if not people:
        raise BadRoster("The file has no people. Nothing was imported.", where=path.name)
    return tuple(people)


def _person(row: Row) -> Person:
    person = msgspec.convert(row.fields, Person)
    if not _PERSON_ID.fullmatch(person.person_id):
        raise row.refuse("person_id", "An id is 1-128 letters, digits and . _ @ + - signs.")
    if person.email and not is_address(person.email):
        raise row.refuse("email", "This is no plain e-mail address.")
    if person.locale and not _LOCALE.fullmatch(person.locale):
        raise row.refuse("locale", "A locale looks like en or de-CH.")
    if person.timezone and not _is_timezone(person.timezone):
        raise row.refuse("timezone", "This is no IANA time zone, like Europe/Berlin.")
    return person


def is_address(text: str) -> bool:
    """Tell whether `text` is one plain address that a mail can be sent to."""
    local, _, domain = text.partition("@")
    tidy = not any(
        part.startswith(".") or part.endswith(".") or ".." in part for part in (local, domain)
    )
    return len(text) <= MAX_EMAIL and tidy and _EMAIL.fullmatch(text) is not None


def _is_timezone(name: str) -> bool:
    return name in _timezones()


@cache
def _timezones() -> frozenset[str]:
    """Name the zones that mean the same on every machine: not this one's own, by letters' case."""
    return frozenset(available_timezones() - {"Factory", "localtime"})
