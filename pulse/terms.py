"""The words of Pulse as types: ids, the tree of units, and the stages of an answer.

Nothing here knows time, files or networks (issuer and ballot box import this module).
"""

import re
from collections.abc import Iterator, Mapping
from gettext import NullTranslations
from typing import Final, Literal, Protocol

import msgspec

from pulse.errors import InvalidValue

SKIPPED: Final = 0
TOP: Final = 5
PREFERS_NOT: Final = TOP + 1
MAX_ITEMS: Final = 29
CANARY_GROUP: Final = "00000"

WAVE_ID: Final = re.compile(r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])", re.ASCII)
GROUP_NUMBER: Final = re.compile(r"\d{5}", re.ASCII)
UNIT_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

ENGLISH: Final = NullTranslations()  # words as they stand in the code
Order = Literal["departments", "cells"]  # what is shown first where not every unit can be


def check_wave_id(text: str) -> str:
    """Return `text` if it is an ISO week such as 2026-W09.

    Raises:
        InvalidValue: it is not.
    """
    if not WAVE_ID.fullmatch(text):
        raise InvalidValue("A wave is named by its ISO week, like 2026-W09.", where="wave")
    return text


def N_(sentence: str) -> str:  # noqa: N802 - the mark that gettext's tools look for
    """Return `sentence`, which stands in the catalogues and is translated where it is shown."""
    return sentence


def week_name(wave: str, words: NullTranslations = ENGLISH) -> str:
    """Return how a wave reads: 2026-W09 is "week 9 of 2026"."""
    year, _, number = wave.partition("-W")
    return words.gettext("week {number} of {year}").format(number=int(number), year=year)


def week_span(waves: tuple[str, ...], words: NullTranslations = ENGLISH) -> str:
    """Return several weeks in a row: "weeks 44-47, 2026", over New Year with both years."""
    first, last = waves[0].split("-W"), waves[-1].split("-W")
    sentence = words.gettext("weeks {first}\N{EN DASH}{last}, {year}")
    if first[0] != last[0]:
        sentence = words.gettext("week {first}, {before} \N{EN DASH} week {last}, {year}")
    return sentence.format(first=int(first[1]), before=first[0], last=int(last[1]), year=last[0])


class Secret:
    """Bytes that cannot be printed, logged or serialised by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """Return the bytes; call it where they are used and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        """Return a constant."""
        return "Secret(…)"


class Progress(Protocol):
    """Told how far long work has come."""

    def __call__(self, label: str, done: int, total: int) -> None:
        """Report `done` of `total` steps of the work named `label`."""
        ...


def silent(label: str, done: int, total: int) -> None:
    """Report to nobody."""
    del label, done, total


class RosterUnit(msgspec.Struct, frozen=True):
    """A unit as the roster knows it, in roster order; `people` sit directly in it.

    `leaders` says that these people lead others.
    """

    unit_id: str
    parent_id: str | None
    name: str
    people: int
    leaders: bool = False


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A roster unit that is part of a merged or collapsed unit."""

    unit_id: str
    name: str


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A node of the frozen tree (field meanings: the data dictionary of tree.json).

    `leaders` is a group of leaders, large enough for what is asked of such groups alone.
    """

    unit_id: str
    parent_id: str | None
    name: str
    invited: int
    group: bool
    members: tuple[Member, ...] = ()
    series: str = ""
    changed: bool = False
    g: str = ""
    leaders: bool = False


class Tree(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tree of units frozen for a wave; the root comes first, parents before children.

    `groups` maps every roster unit with people directly in it to its group's unit_id.
    """

    tree_version: str
    units: tuple[Unit, ...]
    groups: Mapping[str, str]

    @property
    def root(self) -> Unit:
        """Return the unit without a parent."""
        return self.units[0]

    def unit(self, unit_id: str) -> Unit:
        """Return one unit by id; KeyError if the tree has none of that id."""
        for unit in self.units:
            if unit.unit_id == unit_id:
                return unit
        raise KeyError(unit_id)

    def children(self) -> dict[str, list[Unit]]:
        """Map each unit_id (leaves too) to its child units, in tree order."""
        table: dict[str, list[Unit]] = {unit.unit_id: [] for unit in self.units}
        for unit in self.units:
            if unit.parent_id is not None:
                table[unit.parent_id].append(unit)
        return table

    def groups_in_order(self) -> Iterator[Unit]:
        """Yield the groups, ascending by their five-digit number g."""
        yield from sorted((unit for unit in self.units if unit.group), key=lambda u: u.g)


class Response(msgspec.Struct, frozen=True):
    """What one person wrote: per item 0 skipped, 1..5 an answer, 6 prefers not to say."""

    form: int
    answers: tuple[int, ...]


class SealedBallot(msgspec.Struct, frozen=True):
    """A sealed response with its token: what is cast and what the ballot box stores."""

    g: str
    msg: bytes
    sig: bytes
    box: bytes


class Counts(msgspec.Struct, frozen=True):
    """Exact counts in memory between opening and protecting; never written anywhere.

    `table[unit_id][i]` counts item `items[i]`: 7 integers for skipped, 1..5, prefers not.
    Every unit of the tree with invited people has a row, and rows add up along the tree.
    """

    wave: str
    items: tuple[str, ...]
    table: Mapping[str, tuple[tuple[int, ...], ...]]
