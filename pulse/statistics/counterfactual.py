"""What a team's weeks would have been without a practice: as other teams went on that were as low.

Every line becomes three numbers: its mean before, its mean in the last four weeks before, and its
mean after. Among teams without the practice, over the very weeks of the one that has it, the mean
after is regressed on the two before; the prediction for a team that was as low is what its weeks
after would have been. So what comes back by itself is not counted as help (analysis of covariance:
Frison & Pocock 1992, Stat. Med. 11, 1685-1704).

How sure that is comes from how far the other teams lie from their own predictions, one number a
team, with Student's t: right however alike a team's weeks are to each other (Donald & Lang 2007,
Rev. Econ. Stat. 89, 221-233; Bertrand, Duflo & Mullainathan 2004, Q. J. Econ. 119, 249-275; the
teams without it as placebos: Conley & Taber 2011, Rev. Econ. Stat. 93, 113-125).
"""

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import Final, NamedTuple

from pulse.statistics.matrices import Matrix, cross, dot, inverted, times
from pulse.statistics.students import quantile

COMPARED: Final = 5  # teams to compare with; three numbers are fitted on them
LEAST_SHOWN: Final = 5  # of the weeks compared, on each side, in a team to compare with
LATE: Final = 4  # weeks just before: how low a team was when it began
CONFIDENCE: Final = 0.95

Series = Mapping[int, float]


class Against(NamedTuple):
    """How much higher teams were after than predicted, with its standard error.

    `freedom`: degrees of freedom. `teams` were used, at least `compared` others each time.
    """

    estimate: float
    error: float
    freedom: int
    teams: int
    compared: int

    @property
    def half(self) -> float:
        """Half of the width of the 95 % interval."""
        return quantile(CONFIDENCE, self.freedom) * self.error


class Sides(NamedTuple):
    """A team's mean before a week, in the last four weeks before it, and from it on."""

    before: float
    late: float
    after: float


class _One(NamedTuple):
    """One team: above its prediction, the variance of such residuals, its use of other teams."""

    above: float
    variance: float
    weights: dict[int, float]
    freedom: int


def sides(series: Series, start: int, least: int) -> Sides | None:
    """Return the three means, None where a side has fewer than `least` weeks."""
    weeks = sorted(series)
    before = [series[week] for week in weeks if week < start]
    after = [series[week] for week in weeks if week >= start]
    if min(len(before), len(after)) < least:
        return None
    return Sides(_mean(before), _mean(before[-LATE:]), _mean(after))


def against(users: Sequence[tuple[Series, int]], others: Sequence[Series]) -> Against | None:
    """Compare teams with the practice with what is predicted for them, on average.

    Args:
        users: the figures of each team by week, what all teams share in a week taken away, and
            the week in which it began; at least one week on each side.
        others: such figures of teams without the practice.

    Returns None where fewer than five others have figures in the weeks of any of the users.
    """
    found = [one for series, start in users if (one := _one(series, start, others)) is not None]
    if not found:
        return None
    count = len(found)
    used = [fsum(one.weights.get(at, 0.0) for one in found) for at in range(len(others))]
    # What is compared with is the same for all: its error does not shrink with more users. That
    # users began in different weeks, and so were compared over others, is left on the safe side.
    share = 1 / count + dot(used, used) / count**2
    freedom = min(one.freedom for one in found)
    return Against(
        estimate=fsum(one.above for one in found) / count,
        error=sqrt(share * fsum(one.variance for one in found) / count),
        freedom=freedom,
        teams=count,
        compared=min(len(one.weights) for one in found),
    )


def _one(series: Series, start: int, others: Sequence[Series]) -> _One | None:
    own = sides(series, start, 1)
    if own is None:
        return None
    told = {
        at: each
        for at, other in enumerate(others)
        if (each := sides(_within(other, series), start, LEAST_SHOWN)) is not None
    }
    if len(told) < COMPARED:
        return None
    # Counted from the team's own figures the prediction is the constant.
    rows = [[1.0, each.before - own.before, each.late - own.late] for each in told.values()]
    after = [each.after for each in told.values()]
    inverse, rows = _solved(rows)
    weights = [dot(inverse[0], row) for row in rows]
    moments = [dot(column, after) for column in zip(*rows, strict=True)]
    coefficients = times(inverse, moments)
    left = [value - dot(row, coefficients) for value, row in zip(after, rows, strict=True)]
    freedom = len(rows) - 3
    return _One(
        above=own.after - coefficients[0],
        variance=dot(left, left) / freedom,
        weights=dict(zip(told, weights, strict=True)),
        freedom=freedom,
    )


def _solved(rows: Matrix) -> tuple[Matrix, Matrix]:
    """Return (X'X)^-1 and X; what does not differ between teams is left out of X."""
    for kept in (3, 2):
        fewer = [row[:kept] for row in rows]
        try:
            return inverted(cross(fewer)), fewer
        except ValueError:
            continue
    return [[1 / len(rows)]], [row[:1] for row in rows]


def _within(series: Series, weeks: Series) -> dict[int, float]:
    return {week: value for week, value in series.items() if week in weeks}


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)
