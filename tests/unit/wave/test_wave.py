"""A wave is an ISO week, closes when the settings say, and moves by conditional writes."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from pulse import wave as waves
from pulse.errors import Refused, WrongState
from pulse.settings import Settings
from tests.backends import engine

__all__ = ["engine"]  # a fixture
MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
FRIDAY = dt.datetime(2026, 3, 6, 17, tzinfo=dt.UTC)


def row(wave: str, state: waves.State = "planned", form: int = 0) -> waves.Wave:
    """Return a row of the wave table."""
    return waves.Wave(wave, state, MONDAY, FRIDAY, form)


def test_the_week_is_counted_in_the_organisations_zone() -> None:
    """Sunday night in UTC is Monday, and another week, in Auckland."""
    moment = dt.datetime(2026, 3, 1, 20, tzinfo=dt.UTC)
    assert waves.wave_id(moment, ZoneInfo("UTC")) == "2026-W09"
    assert waves.wave_id(moment, ZoneInfo("Pacific/Auckland")) == "2026-W10"
    assert waves.wave_id(dt.datetime(2027, 1, 1, tzinfo=dt.UTC), ZoneInfo("UTC")) == "2026-W53"


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-W00", "2026W09", "../x", "2026-W9"])
def test_weeks_that_do_not_exist_are_refused(text: str) -> None:
    """A wave's name is a week of the calendar."""
    with pytest.raises(Refused, match="ISO week"):
        waves.check_week(text)


def test_it_closes_on_friday_at_five_local_time() -> None:
    """The closing time is local, summer time included."""
    settings = Settings(timezone="Europe/Berlin")
    assert waves.closing_time(settings, MONDAY) == FRIDAY - dt.timedelta(hours=1)
    summer = dt.datetime(2026, 3, 28, tzinfo=dt.UTC)
    assert waves.closing_time(settings, summer) == dt.datetime(2026, 4, 3, 15, tzinfo=dt.UTC)


def test_a_wave_opened_at_the_last_minute_closes_a_week_later() -> None:
    """Less than an hour is no time to answer in."""
    settings = Settings()
    assert waves.closing_time(settings, FRIDAY - dt.timedelta(hours=1)) == FRIDAY
    later = waves.closing_time(settings, FRIDAY - dt.timedelta(minutes=59))
    assert later == FRIDAY + dt.timedelta(days=7)


@given(
    st.integers(0, 6 * 366 * 24 * 60).map(lambda minutes: MONDAY + dt.timedelta(minutes=minutes)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"]),
    st.sampled_from(["Friday 17:00", "Sunday 02:30", "Monday 00:00"]),
)
def test_the_closing_time_is_ahead_and_within_eight_days(
    opens: dt.datetime, zone: str, closes: str
) -> None:
    """Whenever a wave opens, it closes at least an hour and at most eight days later."""
    until = waves.closing_time(Settings(timezone=zone, closes=closes), opens)
    assert dt.timedelta(hours=1) <= until - opens <= dt.timedelta(days=8)


def test_a_row_comes_back_as_it_was_written(engine: Engine) -> None:
    """Times keep their instant, texts their words."""
    waves.plan(engine, row("2026-W10", form=3))
    assert waves.get(engine, "2026-W10") == row("2026-W10", form=3)
    assert waves.get(engine, "2026-W11") is None
    assert waves.current(engine) is None


def test_a_step_needs_the_right_state(engine: Engine) -> None:
    """A refused step names the state and changes nothing."""
    waves.plan(engine, row("2026-W10"))
    opened = waves.move(engine, "2026-W10", ("planned",), "open", keys="/w/x", groups=2)
    assert (opened.state, opened.keys, opened.groups) == ("open", "/w/x", 2)
    assert waves.current(engine) == opened
    with pytest.raises(WrongState, match="is open; this step needs it planned"):
        waves.move(engine, "2026-W10", ("planned",), "cancelled")
    with pytest.raises(WrongState, match="no such wave"):
        waves.move(engine, "2026-W12", ("planned",), "open")
    assert waves.current(engine) == opened


def test_of_many_that_move_a_wave_one_wins(engine: Engine) -> None:
    """Two processes never both make the same step."""
    waves.plan(engine, row("2026-W10"))

    def attempt(_: int) -> bool:
        try:
            waves.move(engine, "2026-W10", ("planned",), "open")
        except WrongState:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_a_used_week_is_not_planned_again(engine: Engine) -> None:
    """Only a planned or a cancelled week may be planned over."""
    for state in waves.STATES:
        waves.plan(engine, row("2026-W10"))
        waves.move(engine, "2026-W10", ("planned",), state)
        if state in {"planned", "cancelled"}:
            continue
        with pytest.raises(WrongState, match="asked once"):
            waves.plan(engine, row("2026-W10"))
        waves.move(engine, "2026-W10", (state,), "planned")


def test_the_rotation_counts_waves_that_were_asked(engine: Engine) -> None:
    """A pause shifts the rotation, a cancelled week does not, and after 20 it starts anew."""
    assert waves.next_form(engine) == 0
    waves.plan(engine, row("2026-W10", form=18))
    waves.move(engine, "2026-W10", ("planned",), "released")
    assert waves.next_form(engine) == 19
    waves.plan(engine, row("2026-W14", form=19))
    waves.move(engine, "2026-W14", ("planned",), "lost")
    assert waves.next_form(engine) == 0
    waves.plan(engine, row("2026-W15", form=0))
    waves.move(engine, "2026-W15", ("planned",), "cancelled")
    assert waves.next_form(engine) == 0


def propose(
    engine: Engine,
    wave: str | None = None,
    closes: dt.datetime | None = None,
    now: dt.datetime = MONDAY,
) -> waves.Wave:
    """Propose a wave, on the Monday of W10 unless `now` says otherwise."""
    return waves.propose(Settings(), engine, now, wave=wave, closes=closes, survey="s 1")


def test_the_present_week_is_proposed(engine: Engine) -> None:
    """Without a choice it is this week, closing by the settings."""
    assert propose(engine) == waves.Wave("2026-W10", "planned", MONDAY, FRIDAY, 0, "s 1")
    assert waves.every(engine) == ()


def test_a_past_closing_time_and_a_past_week_are_refused(engine: Engine) -> None:
    """Weeks go forward, and closing times lie ahead."""
    with pytest.raises(Refused, match="ahead"):
        propose(engine, closes=MONDAY)
    waves.plan(engine, row("2026-W11"))
    waves.move(engine, "2026-W11", ("planned",), "released")
    with pytest.raises(WrongState, match="forward"):
        propose(engine)
    with pytest.raises(WrongState, match="asked once"):
        propose(engine, "2026-W11")
    assert propose(engine, "2026-W12", now=MONDAY + dt.timedelta(days=7)).form == 1


def test_no_week_beyond_the_next_is_opened(engine: Engine) -> None:
    """A far week, asked by a slip, would keep every week before it from ever being asked."""
    for now in (MONDAY + dt.timedelta(days=day) for day in range(7)):
        assert propose(engine, "2026-W11", now=now).wave == "2026-W11"
        for far in ("2026-W12", "2062-W11"):
            with pytest.raises(Refused, match="this week or the next"):
                propose(engine, far, now=now)
    assert waves.every(engine) == ()


def test_the_week_after_a_leap_week_is_the_next(engine: Engine) -> None:
    """In 2026-W53 the next week is 2027-W01, and the one after it lies too far ahead."""
    new_year = dt.datetime(2027, 1, 3, 23, tzinfo=dt.UTC)
    assert propose(engine, now=new_year).wave == "2026-W53"
    assert propose(engine, "2027-W01", now=new_year).wave == "2027-W01"
    with pytest.raises(Refused, match="this week or the next"):
        propose(engine, "2027-W02", now=new_year)


def test_one_wave_at_a_time(engine: Engine) -> None:
    """While a wave is under way no other may open."""
    for state in waves.UNFINISHED:
        waves.plan(engine, row("2026-W09"))
        waves.move(engine, "2026-W09", ("planned",), state)
        with pytest.raises(WrongState, match=f"2026-W09 is {state}"):
            propose(engine)
        waves.move(engine, "2026-W09", (state,), "cancelled")
    assert propose(engine).wave == "2026-W10"
