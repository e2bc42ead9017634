"""The change of every unit's scales from one block to the next, and which of it is news."""

import math
from statistics import NormalDist
from typing import Final, Literal

import msgspec

from pulse.release.hidden import REASON
from pulse.statistics.blocks import BlockRow
from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.estimate import ends
from pulse.statistics.pooling import Pool, Posterior, pool
from pulse.terms import N_

SAME_WITHIN: Final = 5.0  # 0-100 points; 0.2 on 1-5, about a small effect (0.2 sigma)
FALSE_DISCOVERY: Final = 0.10
RELIABLE: Final = 1.96

Key = tuple[str, str]
DirectionKey = Literal["higher", "lower", "same", "unclear", "too_early", "hidden"]
WORDS: dict[DirectionKey, str] = {
    "higher": N_("higher, likely real"),
    "lower": N_("lower, likely real"),
    "same": N_("about the same"),
    "unclear": N_("cannot tell yet"),
    "too_early": N_("too early to tell"),
    "hidden": REASON,
}


class Direction(msgspec.Struct, frozen=True):
    """The last complete block against the one before, 0-100 points with 95 % interval.

    `difference` is the estimate, pooled or not; `seen` what the released figures differ by. Of
    a change called real the interval allows for its having been picked out of many.
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

    "Likely real" is said of the changes that Benjamini-Hochberg keeps at q = .10 over all units
    and scales; each is shown as it stands, not drawn towards groups that did not change, with the
    interval at level 1 - q R / m of R kept among m (Benjamini & Yekutieli 2005, J. Am. Stat. Assoc.
    100, 71-81): it excludes no change, and at most one in ten of such intervals misses. All other
    groups' changes are pooled. "About the same" where the whole interval lies within a small
    effect, certain or not.

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
    selected = FALSE_DISCOVERY * len(real) / max(1, len(index))
    found = {}
    for scale, own in steps.items():
        together = _pool(own) if calls else None
        for step in own:
            key = step.unit_id, scale
            if key in real:
                told = _likely(step, selected)
            else:
                told = _drawn_in(step, together if step.group else None)
            reliable = index[key] if abs(index[key]) >= RELIABLE else None
            found[key] = msgspec.structs.replace(told, seen=25 * step.difference, reliable=reliable)
    return found


def _pool(steps: list[Step]) -> Pool | None:
    groups = [step for step in steps if step.group]
    return pool([step.difference for step in groups], [step.variance for step in groups])


def _likely(step: Step, selected: float) -> Direction:
    """Return a change that is kept, `selected` being q R / m."""
    half = NormalDist().inv_cdf(1 - selected / 2) * math.sqrt(step.variance)
    low, high = 25 * (step.difference - half), 25 * (step.difference + half)
    key: DirectionKey = "higher" if step.difference > 0 else "lower"
    return Direction("same" if _small(low, high) else key, 25 * step.difference, low, high)


def _drawn_in(step: Step, together: Pool | None) -> Direction:
    known = Posterior(step.difference, step.variance)
    if together is not None:
        known = together.level(*known)
    low, high = (25 * end for end in ends(known, together))
    key: DirectionKey = "same" if _small(low, high) else "unclear"
    return Direction(key, 25 * known.mean, low, high, pooled=together is not None)


def _small(low: float, high: float) -> bool:
    return low >= -SAME_WITHIN and high <= SAME_WITHIN
