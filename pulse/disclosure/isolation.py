"""Can published sets be added and subtracted so that fewer than k people stand alone?

Every set is a vector over *atoms* (people who are in exactly the same sets); a figure of a set
is known, so any real combination of sets is known too. A group of people is isolated when some
combination equals its 0/1 vector. The row space is brought into reduced echelon form with exact
fractions, so that no tolerance decides what is a combination; which 0/1 vectors lie in it, and
which of them holds the fewest people, is an integer program per connected block.

The family may be one tree, or several trees over the same people: it needs no structure.
Reference: Hundepool et al., "Statistical Disclosure Control" (2012), chapter 4 (linked tables).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from math import inf, lcm
from typing import NamedTuple

import numpy as np

from pulse.disclosure.solver import Program, Rows
from pulse.errors import Unsure

_Row = dict[int, Fraction]


class _Merged(NamedTuple):
    """Atoms that are in the same sets: no combination can tell them apart."""

    atoms: frozenset[str]
    people: int


def smallest_isolated(
    sets: Sequence[Collection[str]], people: Mapping[str, int], k: int
) -> frozenset[str] | None:
    """Return the atoms of the smallest group of fewer than k people that the sets isolate.

    Args:
        sets: each published set as its atoms; an atom that `people` does not name has nobody
            invited and does not count.
        people: per atom with anybody invited the fewest people that stand behind a figure of it
            (0 where nobody may have answered).
        k: a group with fewer people than this is too small.

    Returns:
        None if every non-empty group that a combination of the sets equals has k people or more.
        Of several blocks the one with the fewest people; equal ones by name.

    Raises:
        Unsure: the solver came to no clear end, or its answer does not hold when it is checked.
    """
    found: list[tuple[int, list[str]]] = []
    classes, family = _merge(sets, people)
    for block, basis in _blocks(_echelon(family)):
        chosen = _smallest([classes[at].people for at in block], basis, k)
        if chosen is not None:
            parts = [classes[block[at]] for at in chosen]
            atoms = sorted(atom for part in parts for atom in part.atoms)
            found.append((sum(part.people for part in parts), atoms))
    return frozenset(min(found)[1]) if found else None


def _merge(
    sets: Sequence[Collection[str]], people: Mapping[str, int]
) -> tuple[list[_Merged], list[frozenset[int]]]:
    """Merge atoms with equal columns; return them and the sets over them, each set once."""
    inside: dict[str, list[int]] = {}
    for number, members in enumerate(sets):
        for atom in set(members):
            if atom in people:
                inside.setdefault(atom, []).append(number)
    alike: dict[tuple[int, ...], list[str]] = {}
    for atom in sorted(inside):
        alike.setdefault(tuple(inside[atom]), []).append(atom)
    classes = [
        _Merged(frozenset(atoms), sum(people[atom] for atom in atoms)) for atoms in alike.values()
    ]
    family: dict[int, set[int]] = {}
    for at, numbers in enumerate(alike):
        for number in numbers:
            family.setdefault(number, set()).add(at)
    return classes, sorted({frozenset(one) for one in family.values()}, key=sorted)


def _echelon(family: Iterable[frozenset[int]]) -> dict[int, _Row]:
    """Return the reduced echelon form of the sets: pivot column to row, exactly."""
    rows: dict[int, _Row] = {}
    having: dict[int, set[int]] = {}  # column to the pivots of the rows that it is in
    for members in sorted(family, key=len):
        row = {at: Fraction(1) for at in members}
        for pivot in [at for at in row if at in rows]:
            _subtract(row, rows[pivot], row[pivot])
        if not row:
            continue
        pivot = min(row)
        scale = row[pivot]
        row = {at: value / scale for at, value in row.items()}
        for other in list(having.get(pivot, ())):
            before = rows[other].keys() | row.keys()
            _subtract(rows[other], row, rows[other][pivot])
            for at in before:
                if at in rows[other]:
                    having.setdefault(at, set()).add(other)
                else:
                    having.setdefault(at, set()).discard(other)
        rows[pivot] = row
        for at in row:
            having.setdefault(at, set()).add(pivot)
    return rows


def _subtract(row: _Row, other: _Row, times: Fraction) -> None:
    for at, value in other.items():
        left = row.get(at, Fraction(0)) - times * value
        if left:
            row[at] = left
        else:
            row.pop(at, None)


def _blocks(rows: Mapping[int, _Row]) -> list[tuple[list[int], dict[int, _Row]]]:
    """Split an echelon form into parts that share no column; columns numbered from 0 in each."""
    owner: dict[int, int] = {}
    parts: dict[int, set[int]] = {}
    for pivot in sorted(rows):
        touched = {owner[at] for at in rows[pivot] if at in owner}
        joined = {pivot}.union(*(parts.pop(one) for one in touched))
        parts[pivot] = joined
        for each in joined:
            owner |= dict.fromkeys(rows[each], pivot)
    blocks = []
    for pivots in parts.values():
        columns = sorted({at for pivot in pivots for at in rows[pivot]})
        place = {at: number for number, at in enumerate(columns)}
        basis = {
            place[pivot]: {place[at]: value for at, value in rows[pivot].items()}
            for pivot in sorted(pivots)
        }
        blocks.append((columns, basis))
    return blocks


def _smallest(people: Sequence[int], basis: Mapping[int, _Row], k: int) -> list[int] | None:
    """Return the columns of the smallest 0/1 combination under k people in one block.

    A combination takes each basis row as often as its pivot says, so a 0/1 vector y is one
    exactly when y[f] is the sum of row[f] y[pivot] for every other column f.
    """
    if len(people) == 1:
        return [0] if people[0] < k else None
    rows = Rows()
    for free in sorted(set(range(len(people))) - basis.keys()):
        terms = {pivot: row[free] for pivot, row in basis.items() if free in row}
        scale = lcm(*(value.denominator for value in terms.values()))
        columns = [free, *terms]
        values = [-scale, *(int(value * scale) for value in terms.values())]
        rows.add(columns, values, 0, 0)
    rows.add(range(len(people)), [1] * len(people), 1, inf)
    rows.add(range(len(people)), list(people), -inf, k - 0.5)
    ends = np.ones(len(people))
    answer = Program(0 * ends, ends, rows, whole=True).least(list(people))
    return None if answer is None else _confirmed(answer, people, basis, k)


def _confirmed(
    answer: Iterable[float], people: Sequence[int], basis: Mapping[int, _Row], k: int
) -> list[int]:
    """Return the columns that a solver chose, once they have been tested without it."""
    chosen = {at for at, value in enumerate(answer) if round(value)}
    if not chosen or sum(people[at] for at in chosen) >= k or not _combines(chosen, basis):
        raise Unsure("The solver named a group that the figures do not isolate.")
    return sorted(chosen)


def _combines(chosen: set[int], basis: Mapping[int, _Row]) -> bool:
    """Check with exact fractions that a 0/1 vector is a combination of the basis."""
    left: _Row = {at: Fraction(1) for at in chosen}
    for pivot in chosen & basis.keys():
        _subtract(left, basis[pivot], Fraction(1))
    return not left
