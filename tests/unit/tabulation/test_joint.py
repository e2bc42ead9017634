"""Sums of pairs and scores per group, held against plain loops."""

from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.tabulation import Joint, Pair, join

ITEMS = ("A1", "S4", "A2", "P25")
SCALES = {"safety": {"A1": False, "S4": True}, "energy": {"A2": False}}
Ballots = list[tuple[int, tuple[int, ...]]]

ballot_lists = st.lists(
    st.tuples(st.sampled_from([3, 1, 2]), st.tuples(*[st.integers(0, 6)] * len(ITEMS))),
    max_size=40,
)


def joined(ballots: Ballots) -> Joint:
    """Join ballots as a close does."""
    answers = bytes(answer for _, given_ in ballots for answer in given_)
    return join([g for g, _ in ballots], answers, ITEMS, SCALES)


def by_group(ballots: Ballots) -> list[Ballots]:
    """Part ballots by group, ascending."""
    return [[b for b in ballots if b[0] == g] for g in sorted({g for g, _ in ballots})]


def known(answer: int) -> bool:
    """Tell whether an answer is one of 1-5."""
    return 1 <= answer <= 5


def recounted(ballots: Ballots, one: int, other: int) -> Pair:
    """Take the sums of a pair with loops."""
    both = [(a[one], a[other]) for _, a in ballots if known(a[one]) and known(a[other])]
    return Pair(
        len(both), sum(x for x, _ in both), sum(y for _, y in both),
        sum(x * x for x, _ in both), sum(y * y for _, y in both), sum(x * y for x, y in both),
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(ballot_lists)
def test_sums_of_pairs_equal_plain_loops(ballots: Ballots) -> None:
    """Every pair of items of a scale has the sums of those who answered both, group by group."""
    found = joined(ballots)
    parts = by_group(ballots)
    assert set(found.pairs) == {
        (ITEMS[i], ITEMS[j]) for i in range(3) for j in range(i, 3)
    }  # P25 is of no scale
    for (one, other), table in found.pairs.items():
        expected = [recounted(part, ITEMS.index(one), ITEMS.index(other)) for part in parts]
        assert list(table) == expected


def scored(answers: tuple[int, ...]) -> Fraction | None:
    """Return a person's safety: A1 and the reversed S4, of those answered; half is enough."""
    values = [6 - a if at else a for at, a in enumerate(answers[:2]) if known(a)]
    return Fraction(sum(values), len(values)) if values else None


@settings(max_examples=25, deadline=None)
@given(ballot_lists)
def test_scores_equal_plain_loops(ballots: Ballots) -> None:
    """A scale's score is the mean after reversal of who answered half of it, kept whole."""
    found = joined(ballots)
    for part, sums in zip(by_group(ballots), found.scores["safety"], strict=True):
        scores = [score for _, a in part if (score := scored(a)) is not None]
        unit = found.unit["safety"]
        total = sum(scores) * unit
        squares = sum(score * score for score in scores) * unit**2
        assert (sums.n, sums.total, sums.squares) == (len(scores), total, squares)


@settings(max_examples=25, deadline=None)
@given(ballot_lists)
def test_the_fewest_people_count(ballots: Ballots) -> None:
    """`people` is never above what any pair or any score has behind it."""
    found = joined(ballots)
    tables = [*found.pairs.values(), *found.scores.values()]
    assert found.people == min(sum(each[0] for each in table) for table in tables)


@settings(max_examples=25, deadline=None)
@given(ballot_lists, st.randoms(use_true_random=False))
def test_the_order_of_ballots_leaves_no_trace(ballots: Ballots, random: Random) -> None:
    """Sums of shuffled ballots are equal to the last digit."""
    shuffled = list(ballots)
    random.shuffle(shuffled)
    assert joined(shuffled) == joined(ballots)


def test_a_product_over_one_answer_would_be_noticed() -> None:
    """The twin: sums over everybody differ where somebody answered only one of two."""
    ballots: Ballots = [(1, (3, 0, 4, 0)), (1, (2, 5, 1, 0))]
    pair = joined(ballots).pairs["A1", "S4"][0]
    assert pair == Pair(1, 2, 5, 4, 25, 10)
    assert pair.x != sum(a[0] for _, a in ballots)
