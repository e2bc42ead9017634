"""Groups that published sets isolate: by example, against brute force, and in good time."""

import random
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings

from pulse.disclosure import isolation
from pulse.disclosure.isolation import smallest_isolated
from pulse.errors import Unsure
from tests.property.families import Family, families, isolated

K = 5


@settings(max_examples=150, deadline=None)
@given(families())
def test_the_program_finds_what_brute_force_finds(drawn: tuple[Family, dict[str, int]]) -> None:
    """P1: on any small family the smallest isolated group has the size brute force finds."""
    sets, people = drawn
    found = smallest_isolated(sets, people, K)
    sizes = list(isolated(sets, people, K))
    assert (found is not None) == bool(sizes)
    if found is not None:
        assert sum(people[atom] for atom in found) == min(sizes)


def test_a_parent_minus_its_children_isolates_the_rest() -> None:
    """The classical difference, and the same family with enough people in the rest."""
    family = [frozenset("abc"), frozenset("a"), frozenset("b")]
    assert smallest_isolated(family, {"a": 9, "b": 9, "c": 2}, K) == frozenset("c")
    assert smallest_isolated(family, {"a": 9, "b": 9, "c": 5}, K) is None


def test_two_cuts_of_the_same_people_isolate_what_neither_does() -> None:
    """Linked trees: both are safe by themselves, together they tell four people apart."""
    people = {"a": 8, "b": 4, "c": 8}
    first, second = [frozenset("abc"), frozenset("a")], [frozenset("abc"), frozenset("ab")]
    assert smallest_isolated(first, people, K) is None
    assert smallest_isolated(second, people, K) is None
    assert smallest_isolated([*first, *second], people, K) == frozenset("b")


def test_chained_pairs_isolate_through_halves() -> None:
    """Three overlapping pairs determine each one: (ab + ac - bc) / 2 is a."""
    pairs = [frozenset("ab"), frozenset("ac"), frozenset("bc")]
    assert smallest_isolated(pairs, {"a": 4, "b": 6, "c": 6}, K) == frozenset("a")
    assert smallest_isolated(pairs[:2], {"a": 4, "b": 6, "c": 6}, K) is None


def test_people_nobody_invited_do_not_count() -> None:
    """An atom without people is ignored; one in which nobody may have answered is not."""
    family = [frozenset("ab"), frozenset("a")]
    assert smallest_isolated(family, {"a": 9}, K) is None
    assert smallest_isolated(family, {"a": 9, "b": 0}, K) == frozenset("b")
    assert smallest_isolated([], {"a": 1}, K) is None


def test_atoms_that_nothing_tells_apart_count_together() -> None:
    """Three and four people in the same sets are seven."""
    assert smallest_isolated([frozenset("ab")], {"a": 3, "b": 4}, K) is None


HALVES = {0: {0: Fraction(1), 2: Fraction(1)}, 1: {1: Fraction(1)}}  # columns 0 and 2 together


@pytest.mark.parametrize(
    "answer", [(0, 0, 0), (1, 0, 0), (0, 0, 1), (1, 1, 1)],
    ids=["nobody", "half of a set", "the other half", "five people"],
)  # fmt: skip
def test_a_group_that_a_solver_invents_is_not_believed(answer: tuple[int, ...]) -> None:
    """P19: what it names must be somebody, fewer than k people, and a combination of the sets."""
    people = (1, 2, 2)
    assert isolation._confirmed((0, 1, 0), people, HALVES, K) == [1]
    assert isolation._confirmed((1 - 1e-9, 0, 1), people, HALVES, K) == [0, 2]
    with pytest.raises(Unsure, match="do not isolate"):
        isolation._confirmed(answer, people, HALVES, K)


@pytest.mark.slow
def test_three_linked_trees_of_three_hundred_atoms_take_seconds() -> None:
    """Three cuts of the same 300 atoms into blocks of three to nine are judged in seconds."""
    dice = random.Random(4)
    atoms = [f"p{number}" for number in range(300)]
    people = {atom: dice.randint(1, 4) for atom in atoms}
    sets = [frozenset(atoms)]
    for size in (3, 5, 9):
        dice.shuffle(atoms)
        sets += [frozenset(atoms[at : at + size]) for at in range(0, 300, size)]
    started = time.perf_counter()
    found = smallest_isolated(sets, people, K)
    assert time.perf_counter() - started < 20
    assert found is not None
    assert sum(people[atom] for atom in found) < K
