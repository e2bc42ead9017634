"""Tries are counted for one name, and for all without one, a minute at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from litestar.exceptions import TooManyRequestsException

from pulse.signin.tries import WINDOW, Tries


def passed(tries: Tries, *names: str) -> list[bool]:
    """Tell of each name in turn whether it was let through."""
    found = []
    for name in names:
        try:
            tries.take(name)
        except TooManyRequestsException:
            found.append(False)
        else:
            found.append(True)
    return found


def test_one_name_has_its_own_count() -> None:
    """The third try of one waits; another name is not concerned, nor is who has none."""
    tries = Tries(2, 100, lambda: 0.0)
    assert passed(tries, "a", "a", "a", "b", "", "", "") == [True, True, False, True, *[True] * 3]


def test_names_do_not_use_up_each_others_tries() -> None:
    """However many names are tried, a fresh one has all its own, and so have those without."""
    tries = Tries(2, 3, lambda: 0.0)
    assert all(passed(tries, *(f"made up {number}" for number in range(1_000))))
    assert passed(tries, "b", "b", "b") == [True, True, False]
    assert passed(tries, "", "", "", "", "c") == [True, True, True, False, True]


def test_a_minute_later_everything_is_as_before() -> None:
    """And nothing is kept of the minute before."""
    time = [0.0]
    tries = Tries(1, 1, lambda: time[0])
    assert passed(tries, "a", "a", "b", "", "") == [True, False, True, True, False]
    time[0] = float(WINDOW)
    assert passed(tries, "a", "") == [True, True]
    assert len(tries._of) == 2


def test_what_was_typed_is_not_kept() -> None:
    """Only a keyed hash stands in memory, another one in each process."""
    one, other = Tries(2, 2), Tries(2, 2)
    for tries in (one, other):
        tries.take("typed ada@x.org")
    assert one._of.keys() != other._of.keys()
    assert "ada" not in repr(vars(one))


def test_many_at_once_are_counted_each() -> None:
    """Of forty threads ten pass; any signs make a name."""
    tries, meeting = Tries(10, 100, lambda: 0.0), threading.Barrier(40)

    def attempt(_: int) -> bool:
        meeting.wait(20)
        return passed(tries, "\udcff\x00")[0]

    with ThreadPoolExecutor(40) as threads:
        assert sum(threads.map(attempt, range(40))) == 10


def test_a_refusal_says_when_to_come_again() -> None:
    """Its answer carries Retry-After."""
    tries = Tries(0, 0)
    with pytest.raises(TooManyRequestsException) as refused:
        tries.take("a")
    assert refused.value.headers == {"Retry-After": str(WINDOW)}
