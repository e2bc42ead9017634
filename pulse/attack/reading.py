"""Read printed means and shares backwards: which true values the rounding lets through."""

from math import ceil, floor
from typing import Final

from pulse.attack.publication import Span
from pulse.disclosure import rounding
from pulse.disclosure.rounding import share_step
from pulse.release.cell import Bound
from pulse.terms import TOP

# An end that rounding cannot reach is moved inwards by this; counts are far coarser.
_OPEN: Final = 1e-7
_SLACK: Final = 1e-9


def mean_span(mean: float, bound: Bound, step: float, *, reverse: bool = False) -> Span:
    """Return the true means, 1-5 after reversal, that are printed as `mean`.

    Args:
        mean: as printed, of the answers as given; a coded one is its bound.
        bound: whether it is coded.
        step: the step it was rounded to, ties to the even step.
        reverse: whether the item is reversed; the result is turned.
    """
    inwards = 0.0 if round(mean / step) % 2 == 0 else _OPEN
    low = 1.0 if bound == "at_most" else mean - step / 2 + inwards
    high = float(TOP) if bound == "at_least" else mean + step / 2 - inwards
    return Span(TOP + 1 - high, TOP + 1 - low) if reverse else Span(low, high)


def shares_spans(
    favourable: float, neutral: float, unfavourable: float, b: int, *, reverse: bool = False
) -> tuple[Span, Span, Span]:
    """Return the true shares, 0-1 after reversal, that are printed in band `b` in percent.

    A neutral share that is what the two others leave says nothing of its own.
    """
    step = share_step(b)
    good, bad = _share(favourable, step), _share(unfavourable, step)
    made = neutral == rounding.neutral(favourable, unfavourable, b)
    middle = Span(0.0, 1.0) if made else _share(neutral, step)
    return (bad, middle, good) if reverse else (good, middle, bad)


def _share(value: float, step: int) -> Span:
    inwards = 0.0 if round(value / step) % 2 == 0 else _OPEN
    low = 0.0 if value <= step else (value - step / 2) / 100 + inwards
    high = 1.0 if value >= 100 - step else (value + step / 2) / 100 - inwards
    return Span(low, high)


def whole(low: float, high: float) -> range:
    """Return the whole numbers from `low` to `high`, both included."""
    return range(ceil(low - _SLACK), floor(high + _SLACK) + 1)


def sums_of(count: int, total: Span | None, mean: Span | None) -> range:
    """Return which sums of `count` answers a printed total and mean allow, one after another."""
    low, high = (1.0, float(TOP)) if mean is None else mean
    least, most = (0.0, float(TOP * count)) if total is None else total
    return whole(max(low * count, least), min(high * count, most))
