"""Each rule that the disclosure bench compares does what its source says and leaks as it must."""

from itertools import product
from pathlib import Path

import pytest

from pulse.disclosure.program import Problem
from tests.bench.disclosure.measure import judge
from tests.bench.disclosure.organisations import generated, merged, references, unmerged
from tests.bench.disclosure.rules import (
    NAIVE,
    OURS,
    RULES,
    Rule,
    pairwise_remainder,
    remainder_of_two,
    sibling_sum_of_k,
    sibling_sum_of_two,
)
from tests.oracles.patterns import exposed, greedy, is_safe
from tests.oracles.reference_trees import TREES, reference

# A group of three beside two inner units whose groups can all be shown.
UNEVEN = Problem(
    [-1, 0, 0, 0, 2, 2, 3, 3], [0, 8, 0, 0, 8, 8, 12, 12], [0, 3, 0, 0, 6, 6, 9, 9], [1] * 8, 5
)


def flat(*n: int) -> Problem:
    """Return a root with one group for each number of answers, at k = 5."""
    count = len(n)
    return Problem(
        [-1] + [0] * count, [0, *(each + 1 for each in n)], [0, *n], [1] * (count + 1), 5
    )


def groups_shown(rule: Rule, *n: int) -> list[int]:
    """List the answers of each group that a rule shows below a shown root."""
    problem = flat(*n)
    root, *groups = rule(problem)
    assert root
    return [each for each, shown in zip(n, groups, strict=True) if shown]


def test_parent_minus_one_unit_looks_at_one_difference_at_a_time() -> None:
    """A unit is hidden if the rest of its parent is 1 to k - 1 people, and only then."""
    assert groups_shown(pairwise_remainder, 20, 3) == []
    assert groups_shown(pairwise_remainder, 20) == [20]
    assert groups_shown(pairwise_remainder, 9, 8, 3) == [9, 8]
    assert exposed(flat(9, 8, 3), pairwise_remainder(flat(9, 8, 3))) == [3]


def test_parent_minus_two_units_overlooks_three() -> None:
    """Pairs of siblings are subtracted too and the smaller hidden; three together still leak."""
    assert groups_shown(remainder_of_two, 9, 8, 3) == [9]
    assert groups_shown(remainder_of_two, 9, 8, 7, 3) == [9, 8, 7]


def test_siblings_are_hidden_until_two_answers_are() -> None:
    """One hidden answer hides the next smallest unit; two hidden answers hide nothing more."""
    assert groups_shown(sibling_sum_of_two, 1, 6, 9) == [9]
    assert groups_shown(sibling_sum_of_two, 2, 6, 9) == [6, 9]
    assert groups_shown(sibling_sum_of_two, 1, 1, 6) == [6]
    assert groups_shown(sibling_sum_of_two, 0, 6, 9) == [6, 9]


def test_units_from_400_are_excepted() -> None:
    """A unit of 399 is hidden beside one hidden answer, a unit of 400 is not."""
    assert groups_shown(sibling_sum_of_two, 1, 399, 500) == [500]
    assert groups_shown(sibling_sum_of_two, 1, 400, 500) == [400, 500]


def test_siblings_are_hidden_until_k_answers_are() -> None:
    """What is hidden under one parent reaches k, by the next smallest units."""
    assert groups_shown(sibling_sum_of_k, 2, 6, 9) == [9]
    assert groups_shown(sibling_sum_of_k, 2, 3, 9) == [9]


def test_hiding_an_inner_unit_hides_nobody_whose_group_is_shown() -> None:
    """Where the next smallest sibling is an inner unit, the sum of k leaks; greedy goes on."""
    assert sibling_sum_of_k(UNEVEN) == [True, False, False, True, True, True, True, True]
    assert exposed(UNEVEN, sibling_sum_of_k(UNEVEN)) == [3]
    assert greedy(UNEVEN) == [True, False, False, True, False, True, True, True]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("problem", [UNEVEN, flat(9, 8, 3), flat(1, 6, 9), flat(2, 4, 20, 9)])
def test_leaks_are_what_figures_added_and_subtracted_single_out(
    rule: Rule, problem: Problem
) -> None:
    """The smallest group that any sum and difference of shown figures gives is a leak, or large."""
    shown = rule(problem)
    smallest = min(group for group in _derivable(problem, shown) if group)
    leaks = exposed(problem, shown)
    assert min(leaks, default=problem.k) == min(smallest, problem.k)
    assert (judge(problem, shown).leaks, judge(problem, shown).people) == (len(leaks), sum(leaks))


def _derivable(problem: Problem, shown: list[bool]) -> set[int]:
    """Return the sizes of all groups that figures added and subtracted once each stand for."""
    people = [unit for unit, n in enumerate(problem.n) if n]
    figures = [_people_below(problem, unit) for unit, show in enumerate(shown) if show]
    sizes = set()
    for signs in product((-1, 0, 1), repeat=len(figures)):
        pairs = list(zip(signs, figures, strict=True))
        times = {unit: sum(sign for sign, inside in pairs if unit in inside) for unit in people}
        if set(times.values()) <= {0, 1}:
            sizes.add(sum(problem.n[unit] for unit, count in times.items() if count))
    return sizes


def _people_below(problem: Problem, top: int) -> set[int]:
    inside = {top}
    for unit, parent in enumerate(problem.parents):
        if parent in inside:
            inside.add(unit)
    return inside


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.stem)
def test_on_the_reference_trees_only_sums_of_k_do_not_leak(path: Path) -> None:
    """Ours is the stated optimum without a leak; the naive one leaks as stated; so do its kin."""
    tree, problem = reference(path)
    judged = {name: judge(problem, rule(problem)) for name, rule in RULES.items()}
    ours, naive = judged[OURS], judged[NAIVE]
    assert (ours.shown, ours.leaks) == (tree.most_units_publishable_with_empty_residues_unsafe, 0)
    assert (naive.leaks, naive.people) == (tree.naive_groups_under_k, tree.naive_people_exposed)
    for rule in (pairwise_remainder, remainder_of_two, sibling_sum_of_two):
        assert 0 < judge(problem, rule(problem)).leaks <= naive.leaks
    assert judge(problem, sibling_sum_of_k(problem)).leaks == 0


def test_ours_shows_the_most_of_all_that_are_safe() -> None:
    """On every organisation of the bench no safe rule shows more units, and ours is safe."""
    roster = generated(1_000)
    for organisation in (*references(), unmerged(roster), merged(roster, 5)):
        problem = organisation.problem(5)
        patterns = {name: rule(problem) for name, rule in RULES.items()}
        assert is_safe(problem, patterns[OURS])
        safe = [sum(pattern) for pattern in patterns.values() if is_safe(problem, pattern)]
        assert sum(patterns[OURS]) == max(safe)
