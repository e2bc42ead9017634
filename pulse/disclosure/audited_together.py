"""The audit of diagnostics against each other: what must follow from other printed rows does.

Worked out anew with arrays, and shares no code with what printed them. Alpha, omega and icc1 are
made of what is not printed (covariances of everybody, and of people's scores), so nothing here
says what they must be.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from pulse.disclosure.solver import Vector
from pulse.release.cell import Cell
from pulse.terms import TOP

MOST: Final = 0.95  # where correlations, and what is made of them, are coded
HALF: Final = 0.005  # of a step
# What two ways to work with doubles may differ by, where no root is under LEAST_ROOT.
LOST: Final = 1e-6
LEAST_ROOT: Final = 1e-6
_HALF_VARIANCE: Final = 0.025

Found = Mapping[str, float]


def findings(
    found: Found, outcome: str, others: Sequence[str], items: Sequence[str]
) -> Iterator[str]:
    """Yield what the correlations contradict.

    Args:
        found: values of diagnostics by measure, each of a form that may be printed.
        outcome: the item that others may go together with; empty where there is none.
        others: those other items, in asking order.
        items: all items that correlate, in asking order.
    """
    if not items or any(f"corr:{one}:{other}" not in found for one, other in _pairs(items)):
        return
    if not fit_together(_matrix(found, items)):
        yield "the correlations cannot belong together."
    if f"r2:{outcome}" not in found:
        return
    whole, parts = weights(_matrix(found, [outcome, *others]))
    expected = {f"r2:{outcome}": whole}
    expected |= {f"driver:{outcome}:{item}": part for item, part in zip(others, parts, strict=True)}
    for measure, value in expected.items():
        if abs(found.get(measure, -1.0) - min(MOST, max(0.0, value))) > HALF + LOST:
            yield f"{measure}: it does not follow from the correlations."


def fit_together(printed: Vector) -> bool:
    """Tell whether a printed matrix can be one of correlations, rounded and coded.

    What is rounded has no negative eigenvalue. Printing moves an entry by half a step at most, and
    one at a coded end by up to 0.05; no eigenvalue moves further than the largest one of these
    distances (Weyl 1912; Horn & Johnson 2013, Matrix Analysis, 4.3.1 and 8.1.18).
    """
    moved = np.where(np.abs(printed) >= MOST - HALF, 1 - MOST, HALF)
    np.fill_diagonal(moved, 0.0)
    return bool(np.linalg.eigvalsh(printed)[0] >= -np.linalg.eigvalsh(moved)[-1] - LOST)


def weights(printed: Vector) -> tuple[float, Vector]:
    """Return R squared of the first item on all others, and each one's part (Johnson 2000).

    Of the nearest correlation matrix with no root under `LEAST_ROOT`, where rounding left less.
    """
    values, vectors = np.linalg.eigh(printed)
    if values[0] < LEAST_ROOT:
        lifted = (vectors * np.maximum(values, LEAST_ROOT)) @ vectors.T
        scale = np.sqrt(np.diag(lifted))
        printed = lifted / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(printed[1:, 1:])
    along = vectors.T @ printed[1:, 0]
    near = vectors @ (along / np.sqrt(values))
    root = (vectors * np.sqrt(values)) @ vectors.T
    return float(along**2 @ (1 / values)), root**2 @ near**2


def spreads(found: Found, root: Mapping[str, Cell], groups: int) -> Iterator[str]:
    """Yield variances inside groups that are larger than an item's mean lets any be.

    Answers 1-5 with mean m have a sum of squares about it of n (5 - m)(m - 1) at most (Bhatia &
    Davis 2000), those about the means of groups no more, and it is divided by n - groups.

    Args:
        found: values of diagnostics by measure.
        root: the root's published item rows by measure.
        groups: groups of the tree.
    """
    for measure, value in found.items():
        name, _, item = measure.partition(":")
        cell = root.get(f"item:{item}")
        if name != "sigma2" or cell is None or cell.mean is None or cell.step is None:
            continue
        b, middle, half = cell.at_least or 0, (1 + TOP) / 2, cell.step / 2
        low = 1.0 if cell.mean_bound == "at_most" else cell.mean - half
        high = float(TOP) if cell.mean_bound == "at_least" else cell.mean + half
        mean = min(max(middle, low), high)
        most = (TOP - mean) * (mean - 1) * b / (b - groups) if b > groups else float("inf")
        if value > most + _HALF_VARIANCE + LOST:
            yield f"{measure}: answers with this mean cannot vary so much."


def _pairs(items: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((one, other) for at, one in enumerate(items) for other in items[at + 1 :])


def _matrix(found: Found, items: Sequence[str]) -> Vector:
    matrix = np.eye(len(items))
    for i, one in enumerate(items):
        for j, other in enumerate(items):
            if i != j:
                forwards = f"corr:{one}:{other}"
                matrix[i, j] = found[forwards if forwards in found else f"corr:{other}:{one}"]
    return matrix
