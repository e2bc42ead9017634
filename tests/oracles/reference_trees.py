"""The reference trees of tests/vectors/trees: 1,000 teams of 1-30 people, and what is known."""

from pathlib import Path
from typing import Final

import msgspec

from pulse.disclosure.program import Problem

TREES: Final = sorted((Path(__file__).parents[1] / "vectors" / "trees").glob("*.json"))


class Reference(msgspec.Struct, frozen=True):
    """A reference tree with its known optima."""

    parent: tuple[int, ...]
    headcount: tuple[int | None, ...]
    answers: tuple[tuple[int, ...] | None, ...]
    k: int
    units: int
    respondents: int
    most_units_publishable: int
    most_units_publishable_with_empty_residues_unsafe: int
    naive_published: int
    naive_groups_under_k: int
    naive_people_exposed: int


def reference(path: Path) -> tuple[Reference, Problem]:
    """Read a reference tree as a problem with equal weights."""
    tree = msgspec.json.decode(path.read_bytes(), type=Reference)
    n = [sum(answers or ()) for answers in tree.answers]
    invited = [people or 0 for people in tree.headcount]
    return tree, Problem(tree.parent, invited, n, [1] * tree.units, tree.k)
