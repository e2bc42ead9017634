"""The affine plane of order 4: which four items meet in which week.

Sixteen items are the points (column, row) over GF(4), with scales as columns. A line is a week.
The lines of one slope are a month: they are parallel, so a month asks every item once. Two points
share exactly one line, so every pair of items meets exactly once in twenty weeks.
Source: any text on finite geometry, for instance Batten, Combinatorics of Finite Geometries, ch. 3.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from pulse.instrument.faults import Fault

ORDER: Final = 4
MONTH: Final = 4
FORMS: Final = ORDER * ORDER + ORDER
# Multiplication in GF(4) = {0, 1, a, a+1} written as 0, 1, 2, 3; addition is exclusive or.
_PRODUCT: Final = ((0, 0, 0, 0), (0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2))

Block = tuple[str, ...]


def blocks(columns: Sequence[Sequence[str]]) -> tuple[Block, ...]:
    """Return the 20 lines over four columns of four items, in running order.

    First the lines row = slope * column + start, slope by slope (each asks one item of every
    column), last the columns themselves (a month that measures one scale at a time).
    """
    sloped = [
        tuple(columns[column][_PRODUCT[slope][column] ^ start] for column in range(ORDER))
        for slope in range(ORDER)
        for start in range(ORDER)
    ]
    return (*sloped, *(tuple(column) for column in columns))


def faults(
    given: Sequence[Sequence[str]], columns: Sequence[Sequence[str]], path: str
) -> Iterator[Fault]:
    """Yield the first week or pair that keeps `given` from being the affine plane over `columns`.

    The two properties that the design needs are counted on the table itself, apart from the
    computed lines, so that a fault in the field's arithmetic cannot hide.
    """
    if len(columns) != ORDER or any(len(column) != ORDER for column in columns):
        yield Fault(path, "The rotation needs four scales of four items.")
        return
    if len(given) != FORMS:
        yield Fault(path, f"The rotation has {FORMS} weeks, not {len(given)}.")
        return
    every = {item for column in columns for item in column}
    for month in range(0, FORMS, MONTH):
        asked = [item for block in given[month : month + MONTH] for item in block]
        if len(asked) != len(every) or set(asked) != every:
            yield Fault(
                f"{path}[{month}]", "This month does not ask each rotating item exactly once."
            )
            return
    paired = list(_pairs(given, every, path))
    yield from paired[:1]
    for week, (ours, theirs) in enumerate(zip(blocks(columns), given, strict=True)):
        if ours != tuple(theirs) and not paired:
            yield Fault(f"{path}[{week}]", f"This week is not the plane's line {', '.join(ours)}.")
            return


def _pairs(given: Sequence[Sequence[str]], every: set[str], path: str) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for week, block in enumerate(given):
        for pair in combinations(sorted(block), 2):
            if pair in seen:
                yield Fault(f"{path}[{week}]", f"{pair[0]} and {pair[1]} meet a second time.")
            seen.add(pair)
    missing = set(combinations(sorted(every), 2)) - seen
    if missing:
        first, second = min(missing)
        yield Fault(path, f"{first} and {second} never meet.")
