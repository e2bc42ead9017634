"""Interrupted time series: did a line change where something began, and how sure is that.

    y_s = b0 + b1 s + b2 D_s + b3 (s - s0) D_s + e_s          D_s = 1 from s0 on

(Bernal, Cummins & Gasparrini 2017, Int. J. Epidemiol. 46, 348-355.) Least squares, with errors
that allow weeks near each other to be alike: Newey & West 1987, Bartlett weights, lag
floor(4 (T/100)^(2/9)) (Newey & West 1994). On sixteen weeks those errors alone are far too small
- a nominal 95 % interval covers .80 - so they are corrected as Bell & McCaffrey 2002 do (Imbens &
Kolesár 2016, Rev. Econ. Stat. 98, 701-712): scaled to be unbiased under a working correlation of
.3 from week to week, with Satterthwaite's degrees of freedom.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pulse.statistics.matrices import Matrix, Vector, cross, dot, inverted, product, times
from pulse.statistics.students import quantile

WORKING: Final = 0.3  # correlation of neighbouring weeks' errors that the correction allows for
CONFIDENCE: Final = 0.95


class Fit(NamedTuple):
    """Least squares of an interrupted series.

    `coefficients`: b0, b1 (only with a trend), b2 and b3, in the units of y and per week.
    `average`: the mean over the weeks from s0 on of b2 + b3 (s - s0). `newey_west`: its plain
    Newey-West standard error; `error` the corrected one, with `freedom` degrees of freedom.
    """

    coefficients: tuple[float, ...]
    average: float
    newey_west: float
    error: float
    freedom: float

    @property
    def half(self) -> float:
        """Half of the width of the 95 % interval."""
        return quantile(CONFIDENCE, max(1.0, self.freedom)) * self.error

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the average change."""
        return self.average - self.half, self.average + self.half


def fit(series: Mapping[int, float], *, trend: bool, lag: int | None = None) -> Fit:
    """Fit an interrupted series; weeks that are missing are left out and keep their distance.

    Args:
        series: y by week, counted from the first week of what began: -1 is the week before it.
        trend: whether a trend of its own runs through (b1); without it the weeks before are
            level, as where a comparison has taken the trend away.
        lag: weeks that may be alike; of the rule above by default.

    Raises:
        ValueError: fewer than three weeks on a side.
    """
    weeks = sorted(series)
    after = [week for week in weeks if week >= 0]
    if min(len(after), len(weeks) - len(after)) < 3:  # noqa: PLR2004 - a slope and its error
        raise ValueError("an interrupted series needs three weeks on each side")
    rows = [_row(week, trend=trend) for week in weeks]
    inverse = inverted(cross(rows))
    contrast = [0.0] * (len(rows[0]) - 2) + [1.0, sum(after) / len(after)]
    shares = [dot(times(inverse, row), contrast) for row in rows]
    values = [series[week] for week in weeks]
    moments = [dot(column, values) for column in zip(*rows, strict=True)]
    coefficients = times(inverse, moments)
    left = [y - dot(row, coefficients) for row, y in zip(rows, values, strict=True)]
    reach = newey_west_lag(len(weeks)) if lag is None else lag
    kernel = [
        [one * other * max(0.0, 1 - abs(s - t) / (reach + 1))
         for t, other in zip(weeks, shares, strict=True)]
        for s, one in zip(weeks, shares, strict=True)
    ]  # fmt: skip
    plain = dot(left, times(kernel, left))
    scale, freedom = _correction(weeks, rows, inverse, shares, kernel)
    return Fit(
        coefficients=tuple(coefficients),
        average=dot(coefficients, contrast),
        newey_west=math.sqrt(max(0.0, plain)),
        error=math.sqrt(max(0.0, plain) * scale),
        freedom=freedom,
    )


def newey_west_lag(weeks: int) -> int:
    """Return the lag for a series of so many weeks (Newey & West 1994, Bartlett kernel)."""
    return math.floor(4 * math.pow(weeks / 100, 2 / 9))


def _row(week: int, *, trend: bool) -> Vector:
    began = float(week >= 0)
    return [1.0, *([float(week)] if trend else []), began, week * began]


def _correction(
    weeks: Sequence[int], rows: Matrix, inverse: Matrix, shares: Vector, kernel: Matrix
) -> tuple[float, float]:
    """Return what the squared error is to be multiplied with, and its degrees of freedom.

    Residuals are M y with M = I - X (X'X)^-1 X', so the plain estimate is the quadratic form
    B = M K M. Under the working correlation R its mean is tr(BR) and its variance 2 tr(BRBR),
    while the truth is a'Ra.
    """
    spans = [times(inverse, row) for row in rows]  # M = I - X spans', so no T x T x T for MKM
    across = list(zip(*spans, strict=True))
    left = _less(kernel, product(rows, product(across, kernel)))
    both = _less(left, product(product(left, rows), across))
    alike = [[WORKING ** abs(s - t) for t in weeks] for s in weeks]
    form = product(both, alike)
    mean = math.fsum(form[at][at] for at in range(len(weeks)))
    columns = zip(*form, strict=True)
    spread = math.fsum(dot(line, column) for line, column in zip(form, columns, strict=True))
    return dot(shares, times(alike, shares)) / mean, mean * mean / spread


def _less(one: Matrix, other: Matrix) -> Matrix:
    return [[a - b for a, b in zip(*pair, strict=True)] for pair in zip(one, other, strict=True)]
