"""The change of every unit's scales from one block to the next, and which of it is news."""

import math
from typing import Final, Literal

import msgspec

from pulse.release.hidden import REASON
from pulse.statistics.blocks import BlockRow
from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.estimate import ends
from pulse.statistics.pooling import Pool, Posterior, pool

SAME_WITHIN: Final = 5.0  # 0-100 points; 0.2 on 1-5, about a small effect (0.2 sigma)
FALSE_DISCOVERY: Final = 0.10
RELIABLE: Final = 1.96

Key = tuple[str, str]
DirectionKey = Literal["higher", "lower", "same", "unclear", "too_early", "hidden"]
WORDS: dict[DirectionKey, str] = {
    "higher": "higher, likely real",
    "lower": "lower, likely real",
    "same": "about the same",
    "unclear": "cannot tell yet",
    "too_early": "too early to tell",
    "hidden": REASON,
}


class Direction(msgspec.Struct, frozen=True):
    """The last complete block against the one before, 0-100 points with 95 % interval.

    `difference` is the estimate, pooled or not; `seen` what the released figures differ by.
    `reliable` is the reliable change index of `seen`, None where under 1.96 either way.
    """

    key: DirectionKey
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    seen: float | None = None
    reliable: float | None = None
    pooled: bool = False

    @property
    def words(self) -> str:
        """The direction as a leader reads it."""
        return WORDS[self.key]


class Step(msgspec.Struct, frozen=True):
    """One unit's block against the block before, of one scale."""

    unit_id: str
    group: bool
    before: BlockRow
    after: BlockRow

    @property
    def difference(self) -> float:
        """The difference of the shown figures, points on 1-5."""
        return self.after.mean - self.before.mean

    @property
    def variance(self) -> float:
        """Its variance."""
        return self.before.change + self.after.change


def reliable_change(difference: float, variance_before: float, variance_after: float) -> float:
    """Return the reliable change index: a difference in units of its own standard error.

    With s (1 - r)^1/2 as the standard error of one measurement on both sides this is (x2 - x1) /
    sqrt(2 s^2 (1 - r)) (Jacobson & Truax 1991); a mean of n people divides the variance by n.
    """
    return difference / math.sqrt(variance_before + variance_after)


def directions(steps: dict[str, list[Step]], *, calls: bool) -> dict[Key, Direction]:
    """Return the direction of every step, keyed by unit and scale.

    "Likely real" is said only of a change that Benjamini-Hochberg keeps at q = .10 over all
    units and scales, tested without pooling, and whose interval excludes no change as well;
    "about the same" where the whole interval lies within a small effect, certain or not.

    Args:
        steps: the steps of each scale.
        calls: whether the organisation is large enough to pool and to call anything real.
    """
    index = {
        (step.unit_id, scale): reliable_change(
            step.difference, step.before.change, step.after.change
        )
        for scale, own in steps.items()
        for step in own
    }
    p_values = {key: math.erfc(abs(z) / math.sqrt(2)) for key, z in index.items()}
    real = benjamini_hochberg(p_values, FALSE_DISCOVERY) if calls else frozenset()
    found = {}
    for scale, own in steps.items():
        together = _pool(own) if calls else None
        for step in own:
            key = step.unit_id, scale
            found[key] = _direction(
                step, together if step.group else None, index[key], likely=key in real
            )
    return found


def _pool(steps: list[Step]) -> Pool | None:
    groups = [step for step in steps if step.group]
    return pool([step.difference for step in groups], [step.variance for step in groups])


def _direction(step: Step, together: Pool | None, index: float, *, likely: bool) -> Direction:
    known = Posterior(step.difference, step.variance)
    if together is not None:
        known = together.level(*known)
    low, high = (25 * end for end in ends(known, together))
    key: DirectionKey = "unclear"
    if low >= -SAME_WITHIN and high <= SAME_WITHIN:
        key = "same"  # a change can be certain and too small to matter
    elif likely and low * high > 0:
        key = "higher" if known.mean > 0 else "lower"
    reliable = index if abs(index) >= RELIABLE else None
    seen, pooled = 25 * step.difference, together is not None
    return Direction(key, 25 * known.mean, low, high, seen, reliable, pooled)
