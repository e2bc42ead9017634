"""How far people in a group agree: formulas for the organisation as a whole, and for study.

Variances of teams are not released, so on a page these exist for the root alone, from its
`sigma2:` rows. The usual rule ".70 is agreement" is void: purely random answers of five people
reach .85 in one of twenty groups. `chance_rwg` is what random answers reach.
"""

import math
import random
from collections.abc import Sequence
from functools import cache
from typing import Final

OPTIONS: Final = 5
ROUNDS: Final = 20_000


def random_variance(options: int = OPTIONS) -> float:
    """Return the variance of answers given at random, (A^2 - 1) / 12: 2 for five options."""
    return (options * options - 1) / 12


def rwg(variance: float, options: int = OPTIONS) -> float:
    """Return r_wg = 1 - s^2 / sigma_E^2 of one item (James, Demaree & Wolf 1984), 0 at least."""
    return max(0.0, 1 - variance / random_variance(options))


def rwg_j(variances: Sequence[float], options: int = OPTIONS) -> float:
    """Return r_wg(j) = J r / (J r + 1 - r), r of the mean variance of J items; 0 at least.

    James, Demaree & Wolf 1984, J. Appl. Psychol. 69, 85-98, equation 3.
    """
    r = rwg(math.fsum(variances) / len(variances), options)
    return len(variances) * r / (len(variances) * r + 1 - r)


def lindell(variances: Sequence[float], options: int = OPTIONS) -> float:
    """Return r*_wg(j) = 1 - mean s^2 / sigma_E^2, which may be negative.

    Lindell, Brandt & Whitney 1999, Appl. Psychol. Meas. 23, 127-135.
    """
    return 1 - math.fsum(variances) / len(variances) / random_variance(options)


def ad_m(counts: Sequence[int]) -> float:
    """Return the mean absolute deviation from the mean of answers 1, 2, … counted.

    AD_M(j) of Burke, Finkelstein & Dusig 1999, Organ. Res. Methods 2, 49-68; of a scale it is the
    mean over its items.
    """
    n = sum(counts)
    mean = sum(answer * count for answer, count in enumerate(counts, start=1)) / n
    return sum(count * abs(answer - mean) for answer, count in enumerate(counts, start=1)) / n


def sample_variance(counts: Sequence[int]) -> float:
    """Return s^2, divided by n - 1, of answers 1, 2, … counted."""
    n = sum(counts)
    total = sum(answer * count for answer, count in enumerate(counts, start=1))
    squares = sum(answer * answer * count for answer, count in enumerate(counts, start=1))
    return (squares - total * total / n) / (n - 1)


@cache
def chance_rwg(people: int, items: int = 1, options: int = OPTIONS) -> float:
    """Return the least r_wg(j) that at most one in twenty groups reaches by answering at random.

    Simulated with a fixed seed, 20,000 groups (Dunlap, Burke & Smith-Crowe 2003, J. Appl. Psychol.
    88, 356-362; R's `rwg.sim` and `rwg.j.sim`): .85 for five people and one item.
    """
    chance = random.Random(f"{people} {items} {options}")  # noqa: S311 - a simulation, no secret
    found = sorted(
        round(rwg_j([_variance(chance, people, options) for _ in range(items)], options), 12)
        for _ in range(ROUNDS)
    )
    first = round(0.95 * ROUNDS)
    return next(value for value in found[first:] if value > found[first - 1])


def _variance(chance: random.Random, people: int, options: int) -> float:
    answers = chance.choices(range(1, options + 1), k=people)
    return sample_variance([answers.count(answer) for answer in range(1, options + 1)])
