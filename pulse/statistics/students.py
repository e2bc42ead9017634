"""Student's t with fractional degrees of freedom, which the standard library does not have."""

import math
from typing import Final

PIECES: Final = 400  # of Simpson's rule
ROUNDS: Final = 200


def quantile(confidence: float, freedom: float) -> float:
    """Return the t with P(|T| <= t) = `confidence`.

    With tan u = t / sqrt(v) the density becomes cos(u)^(v - 1), which is integrated by Simpson's
    rule; halving finds the end (Johnson, Kotz & Balakrishnan 1995, vol. 2, section 28.2).

    Args:
        confidence: between 0 and 1, for instance .95.
        freedom: at least 1, whole or not.

    Raises:
        ValueError: one of them is out of range.
    """
    if not 0 < confidence < 1 or freedom < 1:
        raise ValueError("a confidence between 0 and 1 and at least one degree of freedom")
    half = math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2)
    whole = math.sqrt(math.pi) * math.exp(half) / 2
    low, high = 0.0, math.pi / 2
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        if _area(middle, freedom) < confidence * whole:
            low = middle
        else:
            high = middle
        if high - low <= math.ulp(high):
            break
    return math.sqrt(freedom) * math.tan(low)


def _area(end: float, freedom: float) -> float:
    """Integrate cos(u)^(v - 1) from 0 to `end`."""
    step = end / PIECES
    values = [math.pow(math.cos(step * at), freedom - 1) for at in range(PIECES + 1)]
    inner = 4 * math.fsum(values[1:-1:2]) + 2 * math.fsum(values[2:-1:2])
    return (values[0] + inner + values[-1]) * step / 3
