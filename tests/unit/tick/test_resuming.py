"""Weeks that were cut off are gone on with, and people are told where they have to decide."""

import datetime as dt
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from pulse.ballotbox import pairs
from pulse.closing import close_wave
from pulse.closing.plan import HELD_AT_MOST
from pulse.disclosure.audit import audit_candidate
from pulse.errors import Unsure
from pulse.terms import Progress
from tests.unit.opening.house import WAVE
from tests.unit.tick.conftest import CLOSES, DAY, HOUR, MINUTE, NINE, PARTS, Ticking, kinds
from tests.week import ANSWERS, Interrupted, ballots, cast, open_week, stop_at
from tests.week import CLOSES as WEEK_CLOSES

LAST = CLOSES + 15 * MINUTE  # from here on a week is closed


def half_open(house: Ticking) -> None:
    """Let the process die while a tick opens the week."""

    def make_keys(count: int, progress: Progress) -> NoReturn:
        raise Interrupted(count, progress)

    house.parts = PARTS._replace(open=partial(PARTS.open, make_keys=make_keys))
    with pytest.raises(Interrupted):
        house.tick(NINE)
    house.parts = PARTS
    assert house.state() == "planned"


def unsure(releases: Path, candidate: Path) -> NoReturn:
    """Come to no verdict, as an audit that ran out of time."""
    raise Unsure("No verdict.", where=f"{releases} {candidate}")


def test_a_half_opened_week_is_opened(house: Ticking) -> None:
    """The next tick wipes what was begun, opens the whole week, and people are invited."""
    half_open(house)
    assert "open" in kinds(house.tick(NINE + HOUR))
    assert house.state() == "open"
    house.tick(NINE + 8 * HOUR - MINUTE)
    assert house.state() == "open"


def test_a_half_opened_week_is_taken_back_when_its_time_has_gone(house: Ticking) -> None:
    """With less than a day left nobody would have time; nothing of it stays."""
    before = house.files()
    half_open(house)
    late = CLOSES - DAY + MINUTE
    assert kinds(house.tick(late)) == ["give_up"]
    assert house.state() == "cancelled"
    assert {name for name in house.files() - before if WAVE in name} == set()
    assert kinds(house.tick(late + HOUR)) == []
    assert "open" in kinds(house.tick(NINE + 7 * DAY))


@pytest.mark.slow
@pytest.mark.parametrize("place", ["issuer shut", "box shut", "candidate", "pressed", "released"])
def test_a_half_closed_week_is_closed(opened: Ticking, place: str) -> None:
    """Wherever the close was cut off, the next tick ends it, and it is released once."""
    cut = partial(close_wave, auditor=audit_candidate, checkpoint=stop_at(place))
    opened.parts = PARTS._replace(close=cut)
    with pytest.raises(Interrupted):
        opened.tick(LAST)
    opened.parts = PARTS
    opened.tick(LAST + MINUTE)
    assert opened.state() == "released"
    assert kinds(opened.tick(LAST + 2 * MINUTE)) == []
    ledger = opened.home.releases / "ledger.jsonl"
    assert len(ledger.read_text("utf-8").splitlines()) == 1


def test_a_held_week_is_told_of_and_not_tried_again(opened: Ticking) -> None:
    """Its reason is said by every tick, no other week opens, and after two weeks it is given up."""
    opened.parts = PARTS._replace(close=partial(close_wave, auditor=unsure))
    first = opened.tick(LAST)
    assert opened.state() == "held"
    assert [each.step for each in first.failed] == ["close"]
    assert [each.step for each in first.told] == ["tell"]
    opened.parts = PARTS
    for later in (MINUTE, 3 * DAY, 10 * DAY):
        again = opened.tick(LAST + later)
        assert (again.done, again.failed) == ((), ())
        assert "pulse wave release" in again.told[0].words
    assert opened.state("2026-W11") == "none"
    opened.tick(LAST + HELD_AT_MOST + MINUTE)
    assert opened.state() == "lost"


@pytest.mark.slow
def test_a_council_is_told_of_by_every_tick(tmp_path: Path) -> None:
    """The close stops before the peel; further ticks say who is waited for and change nothing."""
    pairs.make(tmp_path / "F", 3)
    week, known = open_week(tmp_path / "home", halves=tmp_path / "F.pub")
    cast(week, ballots(week, ANSWERS, known), known)
    house = Ticking(week.home.path)
    house.settings = week.settings
    last = WEEK_CLOSES + 15 * MINUTE
    closed = house.tick(last)
    assert [each.step for each in closed.failed] == []
    assert "to the council" in closed.done[0].words
    assert house.state(week.wave) == "awaiting_peel"
    before = week.files()
    for later in (MINUTE, 10 * DAY):
        again = house.tick(last + later)
        assert (again.done, again.failed) == ((), ())
        assert "waits for its council" in again.told[0].words
    changed = {name for name, data in week.files().items() if before.get(name) != data}
    assert {name for name in changed if not name.startswith("state/")} == set()
    assert house.state(week.wave) == "awaiting_peel"


@pytest.mark.slow
def test_a_week_that_ends_while_nothing_ticks_is_closed_first(opened: Ticking) -> None:
    """A tick days later closes it, and opens the present week in the same breath."""
    later = NINE + dt.timedelta(days=8)
    assert kinds(opened.tick(later))[:2] == ["close", "open"]
    assert (opened.state(), opened.state("2026-W11")) == ("released", "open")
