"""`pulse pause`: days on which no week opens, and what is no pause."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from pulse import pauses
from pulse.errors import Refused
from pulse.pauses import FARTHEST, LONGEST_REASON, Pause
from pulse.settings import Home
from tests.backends import engine
from tests.unit.cli.conftest import Call

__all__ = ["engine"]  # a fixture
Document = Callable[..., Any]
TODAY = dt.date(2026, 12, 1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """Return a home with nothing but the folder of its locks."""
    home = Home(tmp_path / "locks")
    home.state.mkdir(parents=True)
    return home


def add(place: Home, engine: Engine, first: dt.date, last: dt.date, reason: str = "") -> Pause:
    """Add a pause on 1 December 2026."""
    return pauses.add(place, engine, Pause(first, last, reason), TODAY)


def test_pauses_are_kept_in_their_order(place: Home, engine: Engine) -> None:
    """Both ends belong to a pause; one day is enough, and it may have begun."""
    later = add(place, engine, dt.date(2026, 12, 21), dt.date(2027, 1, 3), "end of the year")
    now = add(place, engine, TODAY - 5 * DAY, TODAY)
    assert pauses.every(engine) == (now, later)
    assert (len(later.days), len(now.days), len(Pause(TODAY, TODAY).days)) == (14, 6, 1)
    assert dt.date(2027, 1, 3) in later.days


@pytest.mark.parametrize(
    ("first", "last", "reason", "why"),
    [
        (TODAY + DAY, TODAY, "", "ends on its first day or later"),
        (TODAY - 9 * DAY, TODAY - DAY, "", "over already"),
        (TODAY, TODAY + FARTHEST + DAY, "", "within the next two years"),
        (TODAY, TODAY, "x" * (LONGEST_REASON + 1), "in 200 characters"),
        (TODAY + 12 * DAY, TODAY + 20 * DAY, "", "There is a pause from 2026-12-11"),
        (TODAY, TODAY + 10 * DAY, "", "pulse pause remove 2026-12-11"),
        (TODAY, TODAY + 30 * DAY, "", "Nothing was changed"),
        (TODAY + 11 * DAY, TODAY + 11 * DAY, "", "There is a pause"),
    ],
)
def test_what_is_no_pause_is_refused(
    place: Home, engine: Engine, first: dt.date, last: dt.date, reason: str, why: str
) -> None:
    """Reversed, over, too far, too wordy or over another: refused, and nothing was changed."""
    here = add(place, engine, TODAY + 10 * DAY, TODAY + 12 * DAY)
    with pytest.raises(Refused, match=why):
        add(place, engine, first, last, reason)
    assert pauses.every(engine) == (here,)


def test_neighbours_and_the_farthest_day_are_allowed(place: Home, engine: Engine) -> None:
    """A pause may begin on the day after another, and end two years ahead."""
    add(place, engine, TODAY, TODAY + DAY)
    add(place, engine, TODAY + 2 * DAY, TODAY + FARTHEST)
    assert len(pauses.every(engine)) == 2


def test_a_pause_is_taken_back_by_its_first_day(place: Home, engine: Engine) -> None:
    """Another day names none; after that the days are free for another pause."""
    here = add(place, engine, TODAY, TODAY + DAY)
    with pytest.raises(Refused, match="No pause begins"):
        pauses.remove(place, engine, TODAY + DAY)
    assert pauses.remove(place, engine, TODAY) == here
    assert pauses.every(engine) == ()
    add(place, engine, TODAY, TODAY)


@pytest.mark.usefixtures("home")
def test_the_command_adds_lists_and_removes(document: Document, call: Call) -> None:
    """FROM TO makes a pause, its reason in one line; list and remove name it."""
    first, last = (dt.datetime.now(dt.UTC).date() + n * DAY for n in (20, 30))
    made = document("pause", str(first), str(last), "--reason", " moving \n house ")
    assert made == {"first": str(first), "last": str(last), "reason": "moving house"}
    assert document("pause", "list") == {"pauses": [made]}
    assert call("pause", "list").stdout == f"{first} to {last}  moving house\n"
    assert document("pause", "remove", str(first)) == made
    assert call("pause", "list").stdout == "There is no pause.\n"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "words",
    [
        ("2020-01-01", "2020-01-02"),
        ("2026-13-01", "2026-13-02"),
        ("tomorrow", "Friday"),
        ("2031-1-1", "x"),
        ("2999-01-01", "2999-01-02"),
        ("remove", "2026-12-21"),
        ("remove", "Christmas"),
    ],
    ids=" ".join,
)
def test_the_command_refuses_in_one_line(call: Call, words: tuple[str, ...]) -> None:
    """A day that is none, a pause that is over, too far or not there: one sentence, exit 1."""
    result = call("pause", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.usefixtures("home")
def test_half_a_pause_is_wrong_usage(call: Call) -> None:
    """One day, or three, exit 2 with the usage."""
    assert call("pause", "2026-12-21").exit_code == 2
    assert call("pause", "2026-12-21", "2026-12-22", "2026-12-23").exit_code == 2
