"""The access log: chosen by day and account, page by page, and no longer than is kept."""

import datetime as dt

import pytest
from sqlalchemy import Engine

from pulse.accounts import accesslog, directory
from pulse.accounts.accesslog import Wanted
from pulse.clock import FixedClock
from tests.unit.accounts.conftest import CHEAP


@pytest.fixture
def log(engine: Engine, clock: FixedClock) -> Engine:
    """Give a log of ten days, two people and one stranger a day."""
    for name in ("ann", "ben"):
        directory.create(engine, clock, CHEAP.hash, email=f"{name}@x.org", role="hr")
    people = directory.everyone(engine)
    for day in range(10):
        at = FixedClock(clock.now() - dt.timedelta(days=9 - day))
        for who in (*people, None):
            accesslog.note(engine, at, who, "saw" if who else "refused", f"day {day}")
    return engine


def test_rows_are_chosen_by_day_and_account(log: Engine) -> None:
    """Both days are included, and an address is compared in lower case."""
    wanted = Wanted(first="2026-11-13", last="2026-11-15", email="ANN@x.org")
    rows = accesslog.newest(log, wanted=wanted)
    assert [row.moment[:10] for row in rows] == ["2026-11-15", "2026-11-14", "2026-11-13"]
    assert {row.email for row in rows} == {"ann@x.org"}
    assert accesslog.people(log) == ["ann@x.org", "ben@x.org"]


def test_pages_follow_each_other(log: Engine) -> None:
    """Page by page every row comes once, newest first."""
    whole = accesslog.newest(log, limit=None)
    paged: list[accesslog.AccessRow] = []
    before = None
    while page := accesslog.newest(log, 7, Wanted(before=before)):
        paged += page
        before = page[-1].entry_id
    assert paged == whole
    assert len(whole) == 30


def test_old_rows_go(log: Engine, clock: FixedClock) -> None:
    """What is older than the days that are kept is deleted, the rest stays."""
    accesslog.forget_old(log, clock, 3)
    assert {row.subject for row in accesslog.newest(log)} == {f"day {day}" for day in range(6, 10)}


def test_every_action_fits_its_column() -> None:
    """PostgreSQL would refuse a longer one."""
    assert max(map(len, accesslog.ENTRIES)) <= 16
