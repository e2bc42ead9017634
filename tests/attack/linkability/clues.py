"""Clues: whatever puts some of the people, of the tokens or of the answers into an order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from tests.attack.linkability.people import Kind, Lineup
from tests.attack.linkability.sight import KINDS, Needles, Seen, SeenTable

_MIXED: Final = (int, float, str, bytes)


class Clue(msgspec.Struct, frozen=True):
    """One order: the key of each person, token or answer (by place) that it speaks of.

    `scale` names what the keys measure where clues of two kinds can be compared by value.
    """

    kind: Kind
    name: str
    order: Mapping[int, Any]
    scale: str = ""


Row = Mapping[Kind, frozenset[int]]


def who(found: Iterable[bytes], known: Needles) -> Row:
    """Return the places of everybody whom these needles belong to, by kind."""
    places: dict[Kind, set[int]] = {kind: set() for kind in KINDS}
    for needle in found:
        for kind, place in known.get(needle, ()):
            places[kind].add(place)
    return {kind: frozenset(found) for kind, found in places.items()}


def offsets(seen: Seen, known: Needles) -> Iterator[Clue]:
    """Yield the order in which people, tokens, answers first and last stand in a file."""
    first: dict[Kind, dict[int, int]] = {kind: {} for kind in KINDS}
    last: dict[Kind, dict[int, int]] = {kind: {} for kind in KINDS}
    for offset, needle in seen.found:
        for kind, place in known.get(needle, ()):
            first[kind].setdefault(place, offset)
            last[kind][place] = offset
    for kind in KINDS:
        name = seen.file.name
        yield Clue(kind, f"first place in {name}", first[kind], f"first {name}")
        yield Clue(kind, f"last place in {name}", last[kind], f"last {name}")


def columns(seen: SeenTable, known: Needles) -> Iterator[Clue]:
    """Yield the order of a table's rows, and that of each of its columns."""
    rows = [who(found, known) for found in seen.found]
    for kind in KINDS:
        owners = {
            place: number
            for number, row in reversed(list(enumerate(rows)))
            for place in row[kind]
            if len(row[kind]) == 1
        }
        yield Clue(kind, f"rows of {seen.table.name}", owners)
        for column, name in enumerate(seen.table.columns):
            values = {place: seen.table.rows[number][column] for place, number in owners.items()}
            title = f"{name} of {seen.table.name}"
            yield Clue(kind, title, sortable(values), f"column {name}")


def sortable(values: Mapping[int, object]) -> dict[int, Any]:
    """Keep the values of the one type that most of them have."""
    by_type: defaultdict[type, dict[int, Any]] = defaultdict(dict)
    for place, value in values.items():
        for one in _MIXED:
            if isinstance(value, one):
                by_type[one][place] = value
                break
    return max(by_type.values(), key=len, default={})


def changes(name: str, states: Sequence[Sequence[SeenTable]], known: Needles) -> Iterator[Clue]:
    """Yield when, counted in states of the same tables, rows about somebody changed."""
    first: dict[Kind, dict[int, int]] = {kind: {} for kind in KINDS}
    last: dict[Kind, dict[int, int]] = {kind: {} for kind in KINDS}
    for number, (earlier, later) in enumerate(pairwise(states), 1):
        before = {(seen.table.name, *row) for seen in earlier for row in seen.table.rows}
        for seen in later:
            for row, found in zip(seen.table.rows, seen.found, strict=True):
                if (seen.table.name, *row) in before:
                    continue
                for kind, places in who(found, known).items():
                    first[kind] = dict.fromkeys(places, number) | first[kind]
                    last[kind].update(dict.fromkeys(places, number))
    for kind in KINDS:
        yield Clue(kind, f"first change in {name}", first[kind], f"change {name}")
        yield Clue(kind, f"last change in {name}", last[kind], f"last change {name}")


def files(seen: Sequence[Seen], known: Needles) -> Iterator[Clue]:
    """Yield the order of files that speak of one person, token or answer each."""
    folders: defaultdict[tuple[Kind, str], dict[int, Seen]] = defaultdict(dict)
    for each in seen:
        mentioned = who((needle for _, needle in each.found), known)
        for kind, places in mentioned.items():
            if len(places) == 1:
                folder = each.file.name.rpartition("/")[0]
                folders[kind, folder][min(places)] = each
    for (kind, folder), owners in folders.items():
        for name in ("mtime", "ctime", "inode", "place", "name"):
            order = {place: getattr(each.file, name) for place, each in owners.items()}
            yield Clue(kind, f"{name} of the files in {folder}", order, f"files' {name}")
        order = {place: len(each.file.content) for place, each in owners.items()}
        yield Clue(kind, f"size of the files in {folder}", order)


def inherent(lineup: Lineup) -> Iterator[Clue]:
    """Yield the orders that lie in what is known itself: each value's own, and its length."""
    for kind in KINDS:
        entities = lineup.of(kind)
        for number in range(min(len(entity.known) for entity in entities)):
            order = {place: entity.known[number] for place, entity in enumerate(entities)}
            yield Clue(kind, f"value {number} of {kind}", order)
        sizes = {place: entity.size for place, entity in enumerate(entities)}
        yield Clue(kind, f"length of {kind}", sizes)
