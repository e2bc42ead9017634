"""The audit of single figures: bands, steps, end coding, shares and scales, worked anew.

This is a second path on purpose: it starts from the printed values, not from counts, and
shares no code with `rounding`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from pulse.disclosure.policy import BAND, WITHHELD
from pulse.release.cell import Cell

CLASSES: Final = frozenset({"under 10 %", "10-25 %", "over 25 %"})
FULL: Final = 100
_MEAN_STEPS: Final = ((40, 0.1), (20, 0.25), (0, 0.5))
_SHARE_STEPS: Final = ((40, 5), (0, 10))


class Expected(NamedTuple):
    """What every row of one unit or pool must fit."""

    b: int
    invited: int
    changed: bool
    shares_from: int

    @property
    def step(self) -> float:
        """The step of its means."""
        if self.changed and self.b == BAND:
            return 1.0
        return next(step for least, step in _MEAN_STEPS if self.b >= least)


def findings(
    cells: Sequence[Cell],
    expected: Expected,
    scales: Mapping[str, tuple[str, ...]],
    reverse: Sequence[str],
) -> Iterator[str]:
    """Yield what is wrong with the published rows of one unit or pool."""
    items: dict[str, Cell] = {}
    for cell in cells:
        kind, _, name = cell.measure.partition(":")
        broken = list(_common(cell, expected))
        if kind == "item":
            broken += _item(cell, expected)
            # Figures that cannot be are not computed with.
            items |= {} if broken else {name: cell}
        elif not broken:
            broken += _scale(cell, [items.get(item) for item in scales[name]], reverse)
        yield from (f"{cell.unit_id} {cell.measure}: {text}" for text in broken)


def _common(cell: Cell, expected: Expected) -> Iterator[str]:
    if cell.invited != expected.invited:
        yield "its invited people are not those of the tree."
    if expected.b % BAND or expected.b > expected.invited - WITHHELD:
        yield "its band says more than two fewer than invited."
    if cell.value is not None:
        yield "it has a diagnostic value."


def _item(cell: Cell, expected: Expected) -> Iterator[str]:
    step = expected.step
    if cell.step != step:
        yield "its step is not the one of its band."
    elif cell.mean is None or cell.mean_bound is None:
        yield "it has no mean."
    else:
        low, high = 1 + step, 5 - step
        fits = {
            "at_most": cell.mean == low,
            "at_least": cell.mean == high,
            "exact": low < cell.mean < high and _whole(cell.mean, step),
        }
        if not fits.get(cell.mean_bound, False):
            yield "its mean is not rounded and coded."
    yield from _shares(cell, expected)


def _whole(value: float, step: float) -> bool:
    """Tell whether a value is a float that a multiple of the step is printed as."""
    per_point = round(1 / step)
    return round(value * per_point) / per_point == value


def _shares(cell: Cell, expected: Expected) -> Iterator[str]:
    shares = (cell.favourable, cell.neutral, cell.unfavourable)
    if expected.b < expected.shares_from:
        if any(value is not None for value in (*shares, cell.no_answer)):
            yield "it has shares under the band that allows them."
        return
    step = next(step for least, step in _SHARE_STEPS if expected.b >= least)
    known = [share for share in shares if share is not None]
    if len(known) < len(shares) or any(s % step or not step <= s <= FULL - step for s in known):
        yield "its shares are not rounded and coded."
    elif known[0] + known[2] > FULL + step:
        yield "its shares cannot belong together."
    elif known[1] != max(step, FULL - known[0] - known[2]):
        yield "its neutral share says more than the two others."
    if cell.no_answer not in CLASSES:
        yield "its no-answer class is none of the three."


def _scale(cell: Cell, items: Sequence[Cell | None], reverse: Sequence[str]) -> Iterator[str]:
    """Derive a scale row again from the printed item rows beside it."""
    low, high, step = 0, 0, 0.0
    whole = 0
    per_point = 1
    for item in items:
        if item is None or item.mean is None or item.step is None:
            yield "an item of the scale is missing."
            return
        per_point = round(1 / item.step)
        points = round((item.mean - 1) * per_point)
        turned = item.measure.removeprefix("item:") in reverse
        whole += 4 * per_point - points if turned else points
        low += item.mean_bound == ("at_least" if turned else "at_most")
        high += item.mean_bound == ("at_most" if turned else "at_least")
    if low and high:
        mean, bound = None, None
    else:
        mean = 25 * whole / (per_point * len(items))
        bound = "at_most" if low else "at_least" if high else "exact"
    step = 25 / (per_point * len(items))
    if (cell.mean, cell.mean_bound, cell.step) != (mean, bound, step):
        yield "it does not follow from the rounded items."
    if any(v is not None for v in (cell.favourable, cell.neutral, cell.unfavourable)):
        yield "a scale has no shares."
    if cell.no_answer is not None:
        yield "a scale has no no-answer class."
