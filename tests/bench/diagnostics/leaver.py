"""`python -m tests.bench.diagnostics.leaver`: what two weeks' diagnostics tell of who left.

A hundred people in ten groups answer, one leaves, and the diagnostics of both weeks are printed.
The attacker knows them, every headcount, how people answer in general and the printed means of the
group, tries every way in which that one may have answered, and says the likeliest answer to the
first item. All else is in their favour: everybody answers everything, and nobody else changes an
answer but those of whom the second column tells. Anchors are all that two weeks in a row have in
common; all six items come together once in twenty weeks.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import product
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

GROUPS, SIZE, TOP = 10, 10, 5
SHARES: Final = np.array([0.05, 0.12, 0.25, 0.36, 0.22])  # of answers 1 to 5, as in `leaver`
EDGES: Final = [NormalDist().inv_cdf(float(share)) for share in np.cumsum(SHARES)[:-1]]
TOGETHER: Final = 0.4
STEP, VARIANCE_STEP = 0.01, 0.05
CERTAIN: Final = 0.99

Table = NDArray[np.float64]


class Told(NamedTuple):
    """Correlations of each pair and variances of each item, inside groups."""

    pairs: Table
    variances: Table


def answered(dice: np.random.Generator, people: int, items: int) -> Table:
    """Draw answers 1-5 that go together."""
    own = np.sqrt(TOGETHER) * dice.normal(size=(people, 1))
    drawn = own + np.sqrt(1 - TOGETHER) * dice.normal(size=(people, items))
    answers: Table = 1.0 + np.searchsorted(EDGES, drawn.ravel()).reshape(drawn.shape)
    return answers


def told(answers: Table, group: NDArray[np.int64]) -> Told:
    """Return diagnostics as computed."""
    parts = [answers[group == g] for g in range(GROUPS)]
    centred = np.concatenate([part - part.mean(axis=0) for part in parts])
    sums = centred.T @ centred
    spread = np.sqrt(np.diag(sums))
    pairs = (sums / np.outer(spread, spread))[np.triu_indices(len(sums), 1)]
    return Told(pairs, np.diag(sums) / (len(answers) - GROUPS))


def printed(found: Told) -> Told:
    """Round as a release does."""
    return Told(
        np.round(found.pairs / STEP) * STEP,
        np.round(found.variances / VARIANCE_STEP) * VARIANCE_STEP,
    )


def guess(before: Told, after: Told, mean: Table, wide: Told) -> tuple[int, float]:
    """Return the likeliest answer of whoever left to the first item, and how likely it is.

    Args:
        before: diagnostics with them.
        after: diagnostics without them.
        mean: of their group, before.
        wide: how far off differences of correlations and of variances may be.
    """
    items, people = len(mean), GROUPS * SIZE
    ways = np.array(list(product(range(1, TOP + 1), repeat=items)), float)
    first, second = np.triu_indices(items, 1)
    spread = before.variances * (people - GROUPS)
    away = (ways - mean) * np.sqrt(SIZE / (SIZE - 1))
    left = np.maximum(spread - away**2, 1e-9)
    both = before.pairs * np.sqrt(spread[first] * spread[second]) - away[:, first] * away[:, second]
    pairs = both / np.sqrt(left[:, first] * left[:, second])
    variances = left / (people - 1 - GROUPS)
    likely = np.log(SHARES[(ways - 1).astype(int)]).sum(axis=1)
    likely -= (((pairs - after.pairs) / wide.pairs) ** 2).sum(axis=1) / 2
    likely -= (((variances - after.variances) / wide.variances) ** 2).sum(axis=1) / 2
    weight = np.exp(likely - likely.max())
    shares = [weight[ways[:, 0] == a].sum() / weight.sum() for a in range(1, TOP + 1)]
    return int(np.argmax(shares)) + 1, float(max(shares))


def measure(trials: int, items: int, unchanged: float, *, exact: bool = False) -> tuple[float, ...]:
    """Return the shares of right guesses and of guesses held for certain; `exact` is the twin."""
    dice, right, certain = np.random.default_rng(1), 0, 0
    group = np.repeat(np.arange(GROUPS), SIZE)
    for _ in range(trials):
        was = answered(dice, len(group), items)
        now = was[1:].copy()
        other = dice.random(len(now)) > unchanged
        now[other] = answered(dice, len(now), items)[other]
        weeks, mean = (told(was, group), told(now, group[1:])), was[group == 0].mean(axis=0)
        wide = Told(np.array(1e-6), np.array(1e-6))
        if not exact:
            weeks = (printed(weeks[0]), printed(weeks[1]))
            mean = np.clip(np.round(mean * 2) / 2, 1.5, 4.5)
            wide = Told(np.array(0.7 * STEP), np.array(0.5 * VARIANCE_STEP))
        answer, sure = guess(*weeks, mean, wide)
        right += answer == was[0, 0]
        certain += sure > CERTAIN
    return right / trials, certain / trials


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each way to compare two weeks."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.diagnostics.leaver")
    parser.add_argument("--trials", type=int, default=400)
    trials = parser.parse_args(arguments).trials
    tell = sys.stdout.write
    tell("| items in common | others unchanged | right | held for certain | exact: right |\n")
    tell("|---|---|---|---|---|\n")
    for items in (2, 6):
        for unchanged in (1.0, 0.95, 0.7):
            right, certain = measure(trials, items, unchanged)
            naive = measure(trials, items, unchanged, exact=True)[0]
            tell(f"| {items} | {unchanged:.0%} | {right:.2f} | {certain:.2f} | {naive:.2f} |\n")


if __name__ == "__main__":
    main()
