"""Small matrices in plain Python: the processes that close a wave load no array library."""

import math
from collections.abc import Sequence
from typing import Final

Vector = list[float]
Matrix = list[Vector]
Rows = Sequence[Sequence[float]]

SINGULAR: Final = 1e-13  # a pivot smaller than this share of the largest entry is none
SWEEPS: Final = 100


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the inner product, summed without loss."""
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def times(matrix: Rows, vector: Sequence[float]) -> Vector:
    """Return the matrix times a column."""
    return [dot(row, vector) for row in matrix]


def product(one: Rows, other: Rows) -> Matrix:
    """Return the product of two matrices."""
    columns = list(zip(*other, strict=True))
    return [[dot(row, column) for column in columns] for row in one]


def cross(rows: Rows) -> Matrix:
    """Return X'X of the matrix X with these rows."""
    columns = list(zip(*rows, strict=True))
    return [[dot(one, other) for other in columns] for one in columns]


def inverted(matrix: Rows) -> Matrix:
    """Invert a matrix by Gauss-Jordan elimination with row pivoting.

    Raises:
        ValueError: it has no inverse.
    """
    size = len(matrix)
    work = [[*map(float, row), *_unit(size, at)] for at, row in enumerate(matrix)]
    largest = max(abs(value) for row in matrix for value in row)
    for at in range(size):
        best = max(range(at, size), key=lambda row: abs(work[row][at]))
        if abs(work[best][at]) <= largest * SINGULAR:
            raise ValueError("the matrix has no inverse")
        work[at], work[best] = work[best], work[at]
        pivot = work[at][at]
        work[at] = [value / pivot for value in work[at]]
        for row in range(size):
            factor = work[row][at]
            if row != at and factor:
                work[row] = [a - factor * b for a, b in zip(work[row], work[at], strict=True)]
    return [row[size:] for row in work]


def eigen(matrix: Rows) -> tuple[Vector, Matrix]:
    """Return eigenvalues, and eigenvectors as columns, of a symmetric matrix.

    Cyclic Jacobi rotations (Golub & Van Loan 2013, Matrix Computations, section 8.5).
    """
    size = len(matrix)
    work = [[float(value) for value in row] for row in matrix]
    vectors = [_unit(size, at) for at in range(size)]
    for _ in range(SWEEPS):
        off = math.fsum(work[p][q] ** 2 for p in range(size) for q in range(p))
        if off <= 1e-32 * math.fsum(work[p][p] ** 2 for p in range(size)):
            break
        for p in range(size):
            for q in range(p + 1, size):
                if work[p][q]:
                    _rotate(work, vectors, p, q)
    return [work[at][at] for at in range(size)], vectors


def _rotate(work: Matrix, vectors: Matrix, p: int, q: int) -> None:
    """Turn rows and columns p and q so that their common entry vanishes."""
    slope = (work[q][q] - work[p][p]) / (2 * work[p][q])
    tangent = math.copysign(1.0, slope) / (abs(slope) + math.hypot(1.0, slope))
    cosine = 1 / math.hypot(1.0, tangent)
    sine = tangent * cosine
    for table in (work, vectors):
        for row in table:
            row[p], row[q] = cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]
    one, other = work[p], work[q]
    work[p] = [cosine * a - sine * b for a, b in zip(one, other, strict=True)]
    work[q] = [sine * a + cosine * b for a, b in zip(one, other, strict=True)]


def rebuilt(values: Sequence[float], vectors: Rows) -> Matrix:
    """Return V diag(values) V'."""
    scaled = [[v * value for v, value in zip(row, values, strict=True)] for row in vectors]
    return [[dot(one, other) for other in vectors] for one in scaled]


def _unit(size: int, at: int) -> Vector:
    return [float(place == at) for place in range(size)]
