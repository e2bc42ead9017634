"""Insider: a member takes the own answer out."""

from pulse.attack.attacks.insider import attack
from tests.attack.handmade import banded, exact, published


def test_an_exact_mean_of_k_people_tells_each_of_them_about_the_other_four() -> None:
    """Five people and 17 points: whoever answered 5 knows that the others gave 12."""
    given = dict(zip("abcde", (5, 4, 3, 3, 2), strict=True))
    found = attack(published(exact("abcdefgh", 5, 17), answered="abcde", given=given))
    assert (found.groups, found.people) == (1, 4)


def test_an_exact_mean_of_k_and_one_people_leaves_k_others() -> None:
    """Six people: the other five are as many as the threshold asks for."""
    given = dict(zip("abcdef", (5, 4, 3, 3, 2, 2), strict=True))
    assert attack(published(exact("abcdefgh", 6, 19), answered="abcdef", given=given)).groups == 0


def test_the_only_one_who_differs_knows_everybody() -> None:
    """Six people and 26 points: the one who answered 1 knows that all others answered 5."""
    given = dict(zip("abcdef", (1, 5, 5, 5, 5, 5), strict=True))
    found = attack(published(exact("abcdefgh", 6, 26), answered="abcdef", given=given))
    assert (found.groups, found.people) == (1, 5)


def test_released_figures_tell_no_member_anything_for_certain() -> None:
    """Whatever people answered, and whatever the member did, no released figure gives it away."""
    for invited in (7, 8, 9, 12, 25, 42):
        for n in range(max(5, invited - 3), invited + 1):
            for some in range(n + 1):
                for one, other in ((0, 1), (0, 2), (2, 4), (3, 4)):
                    row = [0] * 5
                    row[one], row[other] = some, n - some
                    figure = banded("abcdefgh", row, invited)
                    assert attack(published(figure, answered="abcde")).groups == 0


def test_without_coded_ends_a_member_would_know() -> None:
    """A banded mean printed as 1.0 exactly would say what everybody else answered."""
    figure = banded("abcdefgh", (8, 0, 0, 0, 0), 8)
    low, _ = figure.mean or (0, 0)
    bare = type(figure)(
        figure.wave, figure.measure, figure.unit_id, figure.people, figure.n,
        mean=type(figure.n)(low, low),
    )  # fmt: skip
    assert attack(published(bare, answered="abcdefgh")).groups == 1
