"""What is due, state by state, and what is said to come."""

import datetime as dt

import msgspec
import pytest

from pulse.pauses import Pause
from pulse.rhythm import Asked, Facts, coming, due
from pulse.wave import Wave
from tests.unit.rhythm.places import opens, schedule, wave
from tests.unit.rhythm.walking import Plan

RULES = schedule(Plan(), "Europe/Berlin")
EVERY_OTHER = schedule(Plan(), "Europe/Berlin", "fortnightly")
MONDAY, CLOSES = (
    dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 6, 16, tzinfo=dt.UTC),
)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def kinds(row: Wave, now: dt.datetime, **facts: object) -> list[str]:
    """Return the kinds of what is due with one wave."""
    told = msgspec.structs.replace(Facts(waves=(row,)), **facts)
    return [step.kind for step in due(RULES, told, now)]


@pytest.mark.parametrize(
    ("later", "wanted"),
    [
        (dt.timedelta(), ["invite", "remind"]),
        (CLOSES - MONDAY - MINUTE, ["invite", "remind"]),
        (CLOSES - MONDAY, ["shut"]),
        (CLOSES - MONDAY + 14 * MINUTE, ["shut"]),
        (CLOSES - MONDAY + 15 * MINUTE, ["close"]),
        (30 * DAY, ["close"]),
    ],
)
def test_an_open_wave_is_told_shut_and_closed(later: dt.timedelta, wanted: list[str]) -> None:
    """Nothing is sent from the closing time on; ballots have a quarter of an hour more."""
    assert kinds(wave("2026-W10", "open", MONDAY, CLOSES), MONDAY + later) == wanted


def test_a_close_that_was_cut_off_goes_on_but_nobody_is_overridden() -> None:
    """Held waves and councils wait for people; one held for too long is given up."""
    cut = wave("2026-W10", "awaiting_peel", MONDAY, CLOSES)
    held = wave("2026-W10", "held", MONDAY, CLOSES)
    week = frozenset({"2026-W10"})
    assert kinds(cut, CLOSES) == ["close"]
    assert kinds(cut, CLOSES, council=week) == ["tell"]
    assert kinds(held, CLOSES) == ["tell"]
    assert kinds(held, CLOSES, overdue=week) == ["close"]


@pytest.mark.parametrize(
    ("left", "wanted"), [(2 * DAY, "open"), (DAY, "open"), (DAY - MINUTE, "give_up")]
)
def test_a_half_opened_wave_goes_on_while_a_day_is_left(left: dt.timedelta, wanted: str) -> None:
    """Else it is taken back: nobody was told of it, and nobody would have time."""
    row = wave("2026-W10", "planned", MONDAY, CLOSES)
    assert kinds(row, CLOSES - left) == [wanted]


def test_a_half_opened_short_wave_needs_half_of_itself() -> None:
    """One that somebody opened by hand for six hours goes on for three."""
    row = wave("2026-W10", "planned", MONDAY, MONDAY + 6 * HOUR)
    assert kinds(row, MONDAY + 3 * HOUR) == ["open"]
    assert kinds(row, MONDAY + 3 * HOUR + MINUTE) == ["give_up"]
    assert kinds(wave("2026-W10", "planned", MONDAY, CLOSES + 9 * DAY), MONDAY + 7 * DAY) == [
        "give_up"
    ]


@pytest.mark.parametrize("state", ["planned", "open", "awaiting_peel", "held"])
def test_no_week_opens_beside_one_that_has_begun(state: str) -> None:
    """It is finished, given up or told of first."""
    facts = Facts(waves=(wave("2026-W09", state, MONDAY - 7 * DAY, CLOSES - 7 * DAY),))
    assert opens(RULES, facts, MONDAY) is None


@pytest.mark.parametrize("state", ["released", "lost", "cancelled"])
def test_a_week_with_a_row_is_never_opened_again(state: str) -> None:
    """Asked, lost or cancelled by a person: the rhythm leaves it."""
    facts = Facts(waves=(wave("2026-W10", state, MONDAY, CLOSES),))
    assert opens(RULES, facts, MONDAY + HOUR) is None
    assert opens(RULES, facts, MONDAY + 7 * DAY) == "2026-W11"


def test_a_cancelled_week_does_not_count_as_asked() -> None:
    """Fortnightly, the week after a cancelled one is asked; after a lost one it is not."""
    for state, week in (("cancelled", "2026-W11"), ("lost", None)):
        facts = Facts(waves=(wave("2026-W10", state, MONDAY, CLOSES),))
        assert opens(EVERY_OTHER, facts, MONDAY + 7 * DAY) == week


def test_a_missed_week_does_not_shift_the_next_by_another() -> None:
    """Fortnightly, a week whose turn was missed is followed by the very next."""
    facts = Facts(waves=(wave("2026-W08", "released", MONDAY - 14 * DAY, CLOSES - 14 * DAY),))
    assert opens(EVERY_OTHER, facts, CLOSES - HOUR) is None, "too late for W10"
    assert opens(EVERY_OTHER, facts, MONDAY + 7 * DAY) == "2026-W11"


def test_fortnights_go_on_over_a_leap_week() -> None:
    """After 2026-W52 comes 2027-W01, and after 2026-W53 comes 2027-W02."""
    new_year = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)
    for before, week in (("2026-W52", "2027-W01"), ("2026-W53", None)):
        facts = Facts(waves=(wave(before, "released", MONDAY, CLOSES),))
        assert opens(EVERY_OTHER, facts, new_year) == week


def test_nobody_to_ask_is_no_week() -> None:
    """Without a roster nothing opens, and without a cadence nothing either."""
    assert opens(RULES, Facts(people=0), MONDAY) is None
    assert opens(schedule(Plan(), "Europe/Berlin", "off"), Facts(), MONDAY) is None
    assert opens(RULES, Facts(), MONDAY) == "2026-W10"


def test_the_automatic_cadence_skips_a_week_after_a_fall() -> None:
    """With clearly fewer answers the week after the last is left, the one behind it asked."""
    asked = tuple(Asked(f"2026-W{n:02}", 100, 80 if n < 6 else 60) for n in range(2, 10))
    facts = Facts(waves=(wave("2026-W09", "released", MONDAY, CLOSES),), asked=asked)
    automatic = schedule(Plan(), "Europe/Berlin", "automatic")
    assert opens(automatic, facts, MONDAY) is None
    assert opens(automatic, facts, MONDAY + 7 * DAY) == "2026-W11"
    assert opens(RULES, facts, MONDAY) == "2026-W10"


def test_what_comes_is_in_order_and_comes_true() -> None:
    """Each event that is foretold is what `due` does at its time and not a minute before."""
    open_wave = wave("2026-W10", "open", MONDAY, CLOSES)
    told = coming(RULES, Facts(waves=(open_wave,)), MONDAY)
    assert [each.at for each in told] == sorted(each.at for each in told)
    assert [(each.wave, f"{each.at:%a %H:%M}") for each in told] == [
        ("2026-W10", "Wed 09:00"), ("2026-W10", "Fri 16:00"), ("2026-W10", "Fri 16:15"),
        ("2026-W11", "Mon 08:00"),
    ]  # fmt: skip
    over = Facts(waves=(wave("2026-W10", "released", MONDAY, CLOSES),))
    (opening,) = coming(RULES, over, CLOSES)
    assert opens(RULES, over, opening.at) == opening.wave
    assert opens(RULES, over, opening.at - MINUTE) is None


def test_weeks_that_are_left_out_are_told_with_their_reason() -> None:
    """Whoever plans sees the pause, and the week behind it that opens later than usual."""
    pause = Pause(dt.date(2026, 3, 5), dt.date(2026, 3, 16), "fair")
    told = coming(RULES, Facts(pauses=(pause,)), MONDAY - DAY)
    assert [(each.wave, each.words) for each in told][:1] == [("2026-W10", "The week opens.")]
    over = Facts(waves=(wave("2026-W10", "released", MONDAY, CLOSES),), pauses=(pause,))
    assert [(each.wave, each.words) for each in coming(RULES, over, CLOSES)] == [
        ("2026-W11", "The week is left out: pause from 2026-03-05 to 2026-03-16 (fair)."),
        ("2026-W12", "The week opens, later than usual because its first days are free."),
    ]


def test_a_year_of_pauses_has_an_end_to_looking() -> None:
    """Where nothing opens within the horizon, only the weeks left out are told."""
    pause = Pause(dt.date(2026, 3, 1), dt.date(2027, 3, 1))
    told = coming(RULES, Facts(pauses=(pause,)), MONDAY - DAY)
    assert told
    assert all(each.words.startswith("The week is left out") for each in told)
