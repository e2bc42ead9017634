"""Families of sets over a few atoms, and every group that they isolate, by brute force."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

Family = list[frozenset[str]]


@st.composite
def families(draw: st.DrawFn) -> tuple[Family, dict[str, int]]:
    """Draw up to eight sets over up to eight atoms of 0 to 6 people."""
    atoms = "abcdefgh"[: draw(st.integers(1, 8))]
    sets = draw(st.lists(st.frozensets(st.sampled_from(atoms), min_size=1), max_size=8))
    return sets, {atom: draw(st.integers(0, 6)) for atom in atoms}


def isolated(sets: Sequence[frozenset[str]], people: Mapping[str, int], k: int) -> Iterator[int]:
    """Yield the people in each non-empty group under k that is a combination of the sets.

    A 0/1 vector is in the row space exactly when adding it leaves the rank as it is.
    """
    atoms = sorted(people)
    matrix = np.array([[atom in one for atom in atoms] for one in sets], float)
    matrix = matrix.reshape(len(sets), len(atoms))
    rank = np.linalg.matrix_rank(matrix) if sets else 0
    for size in range(1, len(atoms) + 1):
        for group in combinations(atoms, size):
            inside = sum(people[atom] for atom in group)
            vector = np.array([[atom in group for atom in atoms]], float)
            if inside < k and np.linalg.matrix_rank(np.vstack([matrix, vector])) == rank:
                yield inside
