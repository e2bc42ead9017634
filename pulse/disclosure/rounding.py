"""Bands, steps, ties to even and end coding: from exact integer counts to what may be printed.

All arithmetic is on integers until the last division, so equal counts give equal bytes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pulse.disclosure.policy import BAND, WITHHELD
from pulse.release.cell import Bound, NoAnswer
from pulse.terms import PREFERS_NOT, SKIPPED, TOP


class Mean(NamedTuple):
    """A rounded, end-coded mean of answers as given: `steps` of 1 / `per_point` each."""

    steps: int
    per_point: int
    bound: Bound

    @property
    def value(self) -> float:
        """The mean, 1-5; of a coded one, its bound."""
        return self.steps / self.per_point

    def reversed(self) -> "Mean":
        """Return the mean after reversing every answer (6 - answer)."""
        swapped: dict[Bound, Bound] = {
            "exact": "exact",
            "at_least": "at_most",
            "at_most": "at_least",
        }
        steps = (TOP + 1) * self.per_point - self.steps
        return Mean(steps, self.per_point, swapped[self.bound])


class Index(NamedTuple):
    """A scale value 0-100 made of rounded means; no value where opposite bounds meet."""

    value: float | None
    bound: Bound | None
    step: float


def band(n: int, invited: int) -> int:
    """Return b = floor5(min(n, invited - 2)): full participation reads like nearly full."""
    return max(0, min(n, invited - WITHHELD)) // BAND * BAND


def steps_per_point(b: int, *, changed: bool) -> int:
    """Return 1 / step of a mean in band `b`: step 1.0, 0.5, 0.25 or 0.1.

    The coarsest step is for a unit in the lowest band whose people changed by fewer than k:
    the difference of two weeks must not give away one leaver's or joiner's answer.
    """
    if changed and b <= BAND:
        return 1
    if b < 20:  # noqa: PLR2004 - the policy's table, quoted above and in README.md
        return 2
    return 4 if b < 40 else 10  # noqa: PLR2004 - as above


def nearest(numerator: int, denominator: int) -> int:
    """Round a fraction of non-negative integers to the nearest integer, ties to even."""
    whole, rest = divmod(numerator, denominator)
    tie = 2 * rest - denominator
    return whole + (tie > 0 or (tie == 0 and whole % 2 == 1))


def mean(row: Sequence[int], per_point: int) -> Mean:
    """Round and code the mean of one item.

    Args:
        row: 7 counts, skipped, 1..5, prefers not; at least one answer 1-5.
        per_point: steps per point of the answer scale.
    """
    n = sum(row[1 : TOP + 1])
    total = sum(answer * row[answer] for answer in range(1, TOP + 1))
    return coded(nearest(total * per_point, n), per_point)


def coded(steps: int, per_point: int) -> Mean:
    """Code a rounded mean at or beyond one step from either end as "or less", "or more"."""
    low, high = per_point + 1, TOP * per_point - 1
    if steps <= low:
        return Mean(low, per_point, "at_most")
    if steps >= high:
        return Mean(high, per_point, "at_least")
    return Mean(steps, per_point, "exact")


def scale_index(means: Iterable[tuple[Mean, bool]]) -> Index:
    """Return the scale value of rounded item means, each with whether its item is reversed.

    25 (m - 1) of the plain mean after reversal; a bound on one side passes through.
    """
    turned = [mean.reversed() if reverse else mean for mean, reverse in means]
    bounds = {mean.bound for mean in turned} - {"exact"}
    per_point, count = turned[0].per_point, len(turned)
    step = 25 / (per_point * count)
    if len(bounds) > 1:
        return Index(None, None, step)
    points = sum(mean.steps - mean.per_point for mean in turned)
    return Index(25 * points / (per_point * count), bounds.pop() if bounds else "exact", step)


def share(count: int, n: int, b: int) -> float:
    """Round a share to the step of band `b`, in percent; the first and last step are coded.

    Steps of 10 up to b = 39, of 5 from 40; 10 reads "10 % or less", 90 "90 % or more".
    """
    step = share_step(b)
    steps = nearest(100 * count, n * step)
    return float(step * min(max(steps, 1), 100 // step - 1))


def neutral(favourable: float, unfavourable: float, b: int) -> float:
    """Return what two printed shares leave of 100 percent, one step at least.

    It is made of the printed shares alone. Three shares rounded each by itself, together with
    the band, fit only one count of a side in up to 6 % of rows, often one of fewer than k people.
    """
    return max(float(share_step(b)), 100.0 - favourable - unfavourable)


def share_step(b: int) -> int:
    """Return the step of shares in band `b`, in percent."""
    return 10 if b < 40 else 5  # noqa: PLR2004 - the policy's table, as in README.md


def no_answer(row: Sequence[int]) -> NoAnswer:
    """Return the class of people who skipped or preferred not to say, among all ballots."""
    missing, ballots = row[SKIPPED] + row[PREFERS_NOT], sum(row)
    if 10 * missing < ballots:
        return "under 10 %"
    return "10-25 %" if 4 * missing <= ballots else "over 25 %"
