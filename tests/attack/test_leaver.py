"""Leaver: guessing the answer of one person who leaves or joins."""

from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from pulse.attack import answering, departure, watching
from pulse.attack.attacks import leaver
from tests.attack.handmade import banded, exact, published

BLIND = max(answering.chances())
# How much better than blind the best guess from two weeks may be, for any team of 6 to 31: the
# largest that listing everything finds is 0.105 where nobody else changes an answer, and 0.069
# where 30 of 100 answers are given anew. Half of that comes from the one figure of a team of
# six, of which each person is a sixth.
MARGIN = {1.0: 0.11, 0.7: 0.07}


def test_blind_guesses_are_right_in_about_a_third_of_cases() -> None:
    """Answers 1-5 add up to certainty, and the most frequent one has 36 in 100."""
    assert sum(answering.chances()) == pytest.approx(1)
    assert pytest.approx(0.36, abs=0.001) == BLIND


@pytest.mark.parametrize("n", [6, 8, 12])
def test_the_table_of_the_readme_says_what_is_worked_out(n: int) -> None:
    """Its exact columns, two weeks and certain, are those of listing every outcome."""
    readme = Path(leaver.__file__).parents[1] / "README.md"
    rows = [row.strip("| ").split(" | ") for row in readme.read_text("utf-8").splitlines()]
    told = {row[0]: row[2:4] for row in rows if "unchanged" in row[0]}
    assert len(told) == 4 * len(leaver.SIZES)
    for unchanged in leaver.UNCHANGED:
        for who, pair in (("leaver", departure.leaver(n)), ("joiner", departure.joiner(n))):
            sure = departure.two_weeks(*pair, unchanged)
            row = told[f"{who}, n = {n}, {100 * unchanged:.0f} % unchanged"]
            assert row == [f"{sure.right:.3f}", f"{sure.certain:.4f}"]


def test_unchanged_answers_stay_and_others_only_lean_to_the_same_side() -> None:
    """At 100 % both weeks are equal; at 0 % they still go together, for people differ."""
    same, anew = answering.pairs(1.0), answering.pairs(0.0)
    assert all(same[a][b] == 0 for a, b in product(range(5), repeat=2) if a != b)
    assert sum(map(sum, anew)) == pytest.approx(1)
    assert anew[4][4] > answering.chances()[4] ** 2


def test_invented_people_answer_as_the_chances_say() -> None:
    """20,000 people give each answer as often as expected, and keep 70 % and some by chance."""
    people = [one.to_bytes(6, "little") for one in answering.panel(3, 20_000, 0.7, 2, 1)]
    first = Counter(person[0] for person in people)
    for answer, chance in enumerate(answering.chances(), start=1):
        assert first[answer] / 20_000 == pytest.approx(chance, abs=0.015)
    kept = sum(person[0] == person[3] for person in people) / 20_000
    again = sum(row[answer] for answer, row in enumerate(answering.pairs(0.7)))
    assert kept == pytest.approx(again, abs=0.015)
    assert all((p[1], p[2]) == (p[0] >= 4, p[0] <= 2) for p in people)


@pytest.mark.parametrize("unchanged", [1.0, 0.7])
def test_sums_of_others_are_those_of_trying_every_answer(unchanged: float) -> None:
    """Three others: every pair of sums has the chance that all 15,625 outcomes give it."""
    pairs = answering.pairs(unchanged)
    expected: dict[tuple[int, int], float] = {}
    for answers in product(product(range(5), repeat=2), repeat=3):
        chance = 1.0
        for first, second in answers:
            chance *= pairs[first][second]
        sums = sum(a for a, _ in answers) + 3, sum(b for _, b in answers) + 3
        if chance:
            expected[sums] = expected.get(sums, 0.0) + chance
    assert departure.others(3, unchanged) == pytest.approx(expected)


@pytest.mark.parametrize("n", leaver.SIZES)
def test_exact_means_give_the_leaver_away(n: int) -> None:
    """Where nobody else changes an answer, two exact means are a subtraction."""
    assert departure.two_weeks(*departure.naive(n), 1.0) == pytest.approx((1, 1))
    assert departure.two_weeks(*departure.naive(n), 0.7).right > BLIND + 0.02


def _best(unchanged: float, sizes: Sequence[int]) -> departure.Guess:
    guesses = [
        departure.two_weeks(*kind(n), unchanged)
        for n in sizes
        for kind in (departure.leaver, departure.joiner)
    ]
    return departure.Guess(max(g.right for g in guesses), max(g.certain for g in guesses))


def test_two_released_weeks_help_little_where_nobody_else_changes() -> None:
    """For no team of 6 to 31 is the best guess right more often than blind and the margin.

    In at most 5 of 100 cases it is certain, as SECURITY.md says.
    """
    right, certain = _best(1.0, range(6, 32))
    assert right <= BLIND + MARGIN[1.0]
    assert 0.04 < certain <= 0.05


def test_two_released_weeks_help_less_where_answers_change() -> None:
    """The same with 70 % of the others unchanged; then it is never certain."""
    right, certain = _best(0.7, (*range(6, 16), 20, 21))
    assert right <= BLIND + MARGIN[0.7]
    assert certain == 0


def test_without_the_coarse_step_a_small_team_gives_its_leaver_away() -> None:
    """The half-point step alone exceeds both margins at n = 6."""
    for unchanged, margin in MARGIN.items():
        pair = departure.leaver(6, changed=False)
        assert departure.two_weeks(*pair, unchanged).right > BLIND + margin


def test_what_is_learnt_never_beats_the_best_guess_there_is() -> None:
    """Simulated guesses from two weeks without shares stay within chance of the exact share."""
    setting = watching.Setting(12, 0.7, leaves=True, exact=False)
    seen = watching.watch(setting, 3000, 5)
    best = departure.two_weeks(*departure.leaver(12), 0.7).right
    assert BLIND - 4 * seen.error <= seen.two_weeks <= best + 4 * seen.error
    assert seen.error == pytest.approx(0.0125, abs=0.001)


@pytest.mark.parametrize("leaves", [True, False])
def test_six_items_and_eight_weeks_help_little_where_answers_change(*, leaves: bool) -> None:
    """In a team of six, 70 % unchanged, all that can be seen adds less than 0.08 to blind."""
    seen = watching.watch(watching.Setting(6, 0.7, leaves=leaves, exact=False), 3000, 5)
    assert max(seen[:3]) <= BLIND + 0.08 + 3 * seen.error
    naive = watching.watch(watching.Setting(6, 0.7, leaves=leaves, exact=True), 3000, 5)
    assert naive.two_weeks > BLIND + 0.25


def test_learning_finds_a_subtraction() -> None:
    """From exact figures, with nobody else changing, every guess of a learnt table is right."""
    seen = watching.watch(watching.Setting(8, 1.0, leaves=False, exact=True), 1000, 5)
    assert seen == (1, 1, 1, 0)


def test_nothing_printed_gives_nobody_away() -> None:
    """A publication without figures of items is not guessed at."""
    assert (
        leaver.attack(published(exact("abc", 3, measure="scale:care"), answered="abc")).guess
        is None
    )


@pytest.mark.slow
def test_eight_weeks_without_any_change_settle_what_the_readme_says() -> None:
    """The worst case, who joins a team of six, is guessed in 59 of 100 cases, an error of two."""
    seen = watching.watch(watching.Setting(6, 1.0, leaves=False, exact=False), 15_000, 7)
    assert seen.eight_weeks == pytest.approx(0.59, abs=0.02)
    readme = (Path(leaver.__file__).parents[3] / "README.md").read_text("utf-8")
    assert "59 % at six people" in " ".join(readme.split())


@pytest.mark.slow
def test_the_attack_tells_exact_figures_from_released_ones() -> None:
    """Exact figures give all cases away where nobody else changes; released ones none ever."""
    naive = leaver.attack(published(exact("abcdefgh", 8, 30), answered="abcdefgh"))
    ours = leaver.attack(published(banded("abcdefgh", (0, 0, 8, 0, 0), 8), answered="abcdefgh"))
    assert (naive.groups, naive.guess) == (10, 1)
    assert (ours.groups, ours.blind) == (0, BLIND)
    changing = [best for name, best in ours.details if name.endswith("70 % unchanged")]
    assert max(changing) <= BLIND + 0.1
    assert leaver.table(200, 1).count("\n") == 21
