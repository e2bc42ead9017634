"""A step that fails is told, hinders no other, and is tried again; two tickers do things once."""

import datetime as dt
import errno
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulse.errors import Refused
from pulse.invitation import send
from pulse.store.ticked import Note, read_note, write_note
from pulse.terms import Secret
from pulse.tick import Parts, Ticked
from pulse.tick.people import draw
from tests.unit.opening.house import WAVE
from tests.unit.tick.conftest import CLOSES, DAY, HOUR, MAILED, MINUTE, NINE, PARTS, Ticking, kinds

ERRORS = {
    "a refusal": Refused("It cannot be.", where="here"),
    "a full disk": OSError(errno.ENOSPC, "No space left on device"),
}


def failing(error: Exception) -> Any:
    """Return a function that fails whatever it is asked."""

    def fail(*given: object, **named: object) -> Any:
        del given, named
        raise error

    return fail


@pytest.mark.parametrize("error", ERRORS)
def test_an_opening_that_fails_is_told_and_tried_again(house: Ticking, error: str) -> None:
    """The next tick opens the week; only a tick without failures counts as gone well."""
    house.parts = PARTS._replace(open=failing(ERRORS[error]))
    ticked = house.tick(NINE)
    assert [(each.wave, each.step) for each in ticked.failed] == [(WAVE, "open")]
    assert ticked.failed[0].words
    assert read_note(house.home).well is None
    house.parts = PARTS
    assert "open" in kinds(house.tick(NINE + MINUTE))
    assert read_note(house.home).well == NINE + MINUTE


@pytest.mark.slow
@pytest.mark.parametrize("error", ERRORS)
def test_mails_that_fail_stop_neither_shutting_nor_closing(opened: Ticking, error: str) -> None:
    """A whole week without a mail is told in each tick, and ends like any other."""
    opened.parts = PARTS._replace(send=failing(ERRORS[error]))
    for day in range(5):
        ticked = opened.tick(NINE + day * DAY + 6 * HOUR)
        assert [each.step for each in ticked.failed] == ["invite"]
    assert kinds(opened.tick(CLOSES)) == ["shut"]
    assert kinds(opened.tick(CLOSES + HOUR)) == ["close"]
    assert opened.state() == "released"


def test_a_close_that_fails_once_is_closed_by_the_next_tick(opened: Ticking) -> None:
    """What a full disk stopped is gone on with."""
    opened.parts = PARTS._replace(close=failing(ERRORS["a full disk"]))
    ticked = opened.tick(CLOSES + HOUR)
    assert [each.step for each in ticked.failed] == ["close"]
    opened.parts = PARTS
    assert kinds(opened.tick(CLOSES + 2 * HOUR)) == ["close"]


def test_staff_figures_that_fail_do_not_undo_a_release(opened: Ticking) -> None:
    """A release stands; that staff see no figures yet is said beside it."""
    from pulse.clock import FixedClock
    from pulse.tick import tick

    opened.clock = FixedClock(CLOSES + HOUR)
    ticked = tick(
        opened.home, opened.settings, opened.clock, opened.engine,
        tell_staff=lambda _: "no room", parts=PARTS,
    )  # fmt: skip
    assert opened.state() == "released"
    assert "no room" in ticked.done[0].words


def both(house: Ticking, at: dt.datetime, parts: Parts = PARTS) -> list[Ticked]:
    """Tick twice at once, each with connections of its own."""

    def one(_: int) -> Ticked:
        twin = Ticking(house.home.path)
        twin.parts = parts
        try:
            return twin.tick(at)
        finally:
            twin.engine.dispose()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, range(2)))


def openings(ticks: list[Ticked]) -> int:
    """Count the ticks that opened a week."""
    return sum(each.words.startswith("Opened") for ticked in ticks for each in ticked.done)


def test_two_ticks_at_once_do_everything_once(house: Ticking) -> None:
    """One opens, invites and closes; the other leaves the work to it and fails in nothing."""
    ticks = both(house, NINE)
    assert [each.failed for each in ticks] == [(), ()]
    assert openings(ticks) == 1
    ticks = both(house, NINE + 7 * HOUR - MINUTE)
    assert [each.failed for each in ticks] == [(), ()]
    house.tick(NINE + 7 * HOUR - MINUTE)
    assert house.written("invitation") == MAILED
    assert len(list((house.home.outbox / WAVE).glob("*.eml"))) == MAILED
    ticks = both(house, CLOSES + HOUR)
    assert [each.failed for each in ticks] == [(), ()]
    assert house.state() == "released"


def test_the_later_of_two_notes_is_kept(house: Ticking) -> None:
    """A slow tick that ends late does not set back what a quick one noted, nor take away either."""
    write_note(house.home, house.engine, Note(well=NINE + HOUR))
    write_note(house.home, house.engine, Note(late=NINE))
    write_note(house.home, house.engine, Note(well=NINE))
    assert read_note(house.home) == Note(NINE + HOUR, NINE)
    house.home.ticked.write_bytes(b"{")
    assert read_note(house.home) == Note()


def test_a_draw_is_of_wave_kind_and_person_and_needs_the_key() -> None:
    """Another key, kind or person is another minute; the same is the same in every tick."""
    one, other = Secret(b"1" * 32), Secret(b"2" * 32)
    seen = {
        draw(key, kind, person)
        for key in (one, other)
        for kind in ("invitation", "reminder")
        for person in ("ada", "bo")
    }
    assert len(seen) == 8
    assert draw(one, "reminder", "ada") in seen


def heedless(*given: Any, only: object, **named: Any) -> Any:
    """Write to everybody as soon as it is anybody's turn: a twin."""
    del only
    return send(*given, **named)


def test_mails_are_spread_and_a_sender_without_care_is_caught(opened: Ticking) -> None:
    """Mails leave all through the day, some in most half hours; the twin's leave in one burst."""
    twin = Ticking(opened.home.path.with_name("twin"))
    shutil.copytree(opened.home.path, twin.home.path)
    twin.parts = PARTS._replace(send=heedless)
    for house, spread in ((opened, True), (twin, False)):
        counts = set()
        for minute in (*range(30, 420, 30), 419):
            house.tick(NINE + minute * MINUTE)
            counts.add(house.written("invitation"))
        assert max(counts) == MAILED
        assert (len(counts - {0}) > 4) is spread
    twin.engine.dispose()
