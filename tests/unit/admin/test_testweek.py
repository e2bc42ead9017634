"""A test week is a child process: begun once, told of, closed and ended from here."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pulse.admin.testweek import TestWeek, command
from pulse.settings import Home
from tests.unit.admin import house
from tests.unit.admin.house import Browser

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

CHILD = """
import json, pathlib, sys
told, to = pathlib.Path(sys.argv[1]), sys.argv[2]
def tell(**facts):
    told.with_suffix(".new").write_text(json.dumps(facts)); told.with_suffix(".new").replace(told)
if to == "broken":
    sys.exit("pulse: The disk is full.")
tell(state="open", links=["http://127.0.0.1:1/s#x"], to=to, people=40)
for line in sys.stdin:
    if line == "close\\n" and to != "slow":
        tell(state="shown", counted=22, logins=[{"email": "l", "password": "p", "sees": "all"}])
    if line == "end\\n":
        break
tell(state="ended")
"""


def pretended(home: Home, to: str, told: Path) -> list[str]:
    """Return the command of a child that says what the real one says, and makes nothing."""
    del home
    return [sys.executable, "-c", CHILD, str(told), to]


def until(week: TestWeek, state: str) -> None:
    """Wait until the child has told of a state."""
    for _ in range(500):
        if week.told().state == state:
            return
        time.sleep(0.01)
    raise AssertionError(week.told())


@pytest.fixture
def week(tmp_path: Path) -> Iterator[TestWeek]:
    """Give a test week, ended afterwards."""
    made = TestWeek(Home(tmp_path), pretended)
    yield made
    made.end()


def test_it_is_begun_once_closed_and_ended(week: TestWeek) -> None:
    """A second one does not start beside it; after the end nothing is left of it."""
    assert week.told().state == "none"
    assert week.begin("adm@x.org")
    until(week, "open")
    assert not week.begin("adm@x.org")
    assert week.told().to == "adm@x.org"
    week.close()
    until(week, "shown")
    child, folder = week._child, week._folder
    week.end()
    assert child is not None
    assert child.poll() == 0
    assert folder is not None
    assert not folder.exists()
    assert week.told().state == "none"


def test_closing_is_told_before_the_child_says_so(week: TestWeek) -> None:
    """Whoever pressed the button comes back to a page that looks again by itself."""
    week.begin("slow")
    until(week, "open")
    week.close()
    assert week.told().state == "closing"
    assert week.told().links == ("http://127.0.0.1:1/s#x",)
    week.end()
    week.begin("slow")
    until(week, "open")


def test_one_that_fails_says_why_and_another_can_begin(week: TestWeek) -> None:
    """What the command said last is what the page says."""
    week.begin("broken")
    until(week, "failed")
    assert week.told().why == "The disk is full."
    assert week.begin("adm@x.org")
    until(week, "open")


def test_its_command_names_the_address_of_whoever_asked(home: Home) -> None:
    """Mail goes to nobody but the administrator who pressed the button."""
    asked: list[str] = []

    def noted(home: Home, to: str, told: Path) -> list[str]:
        asked.append(to)
        return pretended(home, to, told)

    admin = Browser(house.an_app(home, rehearse=noted))
    assert "Begin the test week" in admin.see("/test-week")
    assert admin.send("/test-week/begin", "/test-week").headers["location"] == "/test-week"
    _await(lambda: "Now you are staff" in admin.see("/test-week"))
    admin.send("/test-week/close", "/test-week")
    _await(lambda: "22 answers were counted" in admin.see("/test-week"))
    admin.send("/test-week/end", "/test-week")
    assert "Begin the test week" in admin.see("/test-week")
    assert asked == [house.ADMIN]


def test_the_real_command_is_pulse_rehearse(tmp_path: Path) -> None:
    """It names home, address and the file to tell in, as arguments and never through a shell."""
    words = command(Home(tmp_path), "a@x.org; rm -rf /", tmp_path / "told")
    assert words[1:4] == ["-m", "pulse", "rehearse"]
    assert "a@x.org; rm -rf /" in words


def _await(well: Callable[[], bool]) -> None:
    for _ in range(500):
        if well():
            return
        time.sleep(0.01)
    raise AssertionError("It did not come.")
