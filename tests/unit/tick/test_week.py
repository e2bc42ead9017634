"""A week runs by itself: each step once, in its order, at its time."""

import datetime as dt
from collections import Counter

import pytest

from pulse import pauses
from pulse.opening import cancel
from pulse.pauses import Pause
from pulse.release import reading
from pulse.rhythm.sending import APART
from pulse.store.ticked import read_note
from pulse.tick import ahead
from tests.unit.opening.house import WAVE
from tests.unit.tick.conftest import (
    CLOSES,
    DAY,
    HOUR,
    MAILED,
    MINUTE,
    NINE,
    PARTS,
    Recorder,
    Ticking,
    kinds,
)


def test_a_whole_week_runs_by_itself(house: Ticking) -> None:
    """It opens, everybody is invited and reminded once in working hours, it closes, is released."""
    recorder = Recorder()
    house.parts = PARTS._replace(send=recorder.send)
    assert kinds(house.tick(NINE - MINUTE)) == []
    for minute in (0, 0, *range(10, 420, 30), 419, 419, 1500):
        house.tick(NINE + minute * MINUTE)
    for minute in (*range(60, 420, 30), 419, 419, 500, 1500):
        house.tick(NINE + 2 * DAY + minute * MINUTE)
    assert house.state() == "open"
    told = Counter((kind, person) for kind, person, _ in recorder.writings)
    assert len(told) == 2 * MAILED
    assert set(told.values()) == {1}
    times = {(kind, person): at for kind, person, at in recorder.writings}
    for kind, person in told:
        at = times[kind, person]
        assert dt.time(9) <= at.time() < dt.time(16)
        assert at.day == (2 if kind == "invitation" else 4)
        assert times["reminder", person] - times["invitation", person] >= APART
    assert len(set(times.values())) > 10, "everybody has a minute of their own"
    assert kinds(house.tick(CLOSES)) == ["shut"]
    assert kinds(house.tick(CLOSES + 14 * MINUTE)) == ["shut"]
    assert kinds(house.tick(CLOSES + 15 * MINUTE)) == ["close"]
    assert kinds(house.tick(CLOSES + 16 * MINUTE)) == []
    assert house.state() == "released"
    assert [each.wave for each in reading.manifests(house.home.releases)] == [WAVE]


def test_what_is_told_of_a_week_comes_true(house: Ticking) -> None:
    """`ahead` says the opening to the minute and changes nothing, however often it is asked."""
    files = house.files()
    found = ahead(house.home, house.settings, house.clock, house.engine)
    assert (found.due, found.coming[0].at, found.coming[0].wave) == ((), NINE, WAVE)
    assert house.files() == files
    house.tick(NINE)
    files, invited = house.files(), house.written("invitation")
    told = ahead(house.home, house.settings, house.clock, house.engine)
    assert [step.kind for step in told.due] == ["invite", "remind"]
    assert told.coming[1].at == CLOSES
    assert (house.files(), house.written("invitation")) == (files, invited)


def test_a_week_that_nobody_ticked_opens_late_or_not_at_all(house: Ticking) -> None:
    """On Wednesday it still opens, and closes as it would have; after that it is left out."""
    house.tick(NINE + 4 * DAY)
    assert house.state() == "none"
    house.tick(NINE + 9 * DAY)
    assert (house.state(), house.state("2026-W11")) == ("none", "open")
    found = ahead(house.home, house.settings, house.clock, house.engine)
    assert [each.at for each in found.coming if "closes" in each.words] == [CLOSES + 7 * DAY]


def test_late_invitations_keep_reminders_away(opened: Ticking) -> None:
    """Off from Monday to Wednesday noon: invited then, and nobody reminded for 20 hours."""
    late = NINE + 2 * DAY + 3 * HOUR
    assert kinds(opened.tick(late)) == ["invite"]
    assert read_note(opened.home).late == late
    for hours in (1, 2, 3, 19):
        opened.tick(late + hours * HOUR)
    assert (opened.written("invitation"), opened.written("reminder")) == (MAILED, 0)
    opened.tick(late + 21 * HOUR)
    assert opened.written("reminder") == MAILED


def test_a_clock_set_back_does_nothing_again(opened: Ticking) -> None:
    """An hour, a day or a month back: nothing opens, nobody is written to."""
    opened.tick(NINE + 7 * HOUR - MINUTE)
    assert opened.written("invitation") == MAILED
    for back in (HOUR, DAY, 30 * DAY):
        opened.tick(NINE - back)
    assert opened.written("invitation") == MAILED
    assert [opened.state(week) for week in ("2026-W05", "2026-W09", WAVE)] == [
        "none",
        "none",
        "open",
    ]


@pytest.mark.slow
def test_a_pause_made_in_mid_week_leaves_the_open_week_as_it_is(opened: Ticking) -> None:
    """It is invited, shut and released as people were told; the next week is not opened."""
    today = NINE.date()
    pauses.add(opened.home, opened.engine, Pause(today, today + 13 * DAY), today)
    opened.tick(NINE + 7 * HOUR - MINUTE)
    assert opened.written("invitation") == MAILED
    assert kinds(opened.tick(CLOSES)) == ["shut"]
    assert kinds(opened.tick(CLOSES + HOUR)) == ["close"]
    opened.tick(NINE + 7 * DAY)
    assert (opened.state(), opened.state("2026-W11")) == ("released", "none")
    opened.tick(NINE + 14 * DAY)
    assert opened.state("2026-W12") == "open"


def test_a_week_cancelled_by_hand_stays_so(opened: Ticking) -> None:
    """No tick opens it again, even while there would be time; the next week opens."""
    cancel(opened.home, opened.settings, opened.engine, WAVE)
    assert kinds(opened.tick(NINE + HOUR)) == []
    assert opened.state() == "cancelled"
    opened.tick(NINE + 7 * DAY)
    assert opened.state("2026-W11") == "open"


def test_who_opens_by_hand_is_left_alone(house: Ticking) -> None:
    """With the cadence off nothing opens by itself."""
    house.settings = type(house.settings)(cadence="off")
    assert kinds(house.tick(NINE)) == []
    assert house.state() == "none"
