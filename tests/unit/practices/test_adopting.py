"""A unit tries at most two practices at a time, each since a day, and no person stands in it."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from pulse.errors import WrongState
from pulse.practices import adopting, published
from pulse.practices.tables import practice_use
from pulse.settings import Home
from pulse.store.engine import sqlite_engine

DAY = dt.date(2026, 3, 4)
Adopt = Callable[[Engine, str, str, dt.date], object]


def test_a_practice_is_taken_up_looked_at_and_ended(accounts: Engine) -> None:
    """Its day, its week and the day to look are those a leader expects."""
    use = adopting.adopt(accounts, "eng", "day-end-round", DAY)
    assert (use.wave, use.look_on(4), use.look_on(0)) == ("2026-W10", dt.date(2026, 4, 1), None)
    looked = adopting.look_back(accounts, use.use_id, dt.date(2026, 4, 2))
    assert looked is not None
    assert looked.look_on(4) == dt.date(2026, 4, 30)
    ended = adopting.end(accounts, use.use_id, dt.date(2026, 5, 1))
    assert ended is not None
    assert adopting.find(accounts, use.use_id) == ended
    assert adopting.running(accounts) == []
    assert adopting.uses(accounts, "eng") == [ended]
    assert adopting.uses(accounts, "ops") == []


def test_what_has_ended_is_neither_ended_nor_looked_at_again(accounts: Engine) -> None:
    """A second click, and one on something that never was, change nothing."""
    use = adopting.adopt(accounts, "eng", "kindness", DAY)
    adopting.end(accounts, use.use_id, DAY)
    assert adopting.end(accounts, use.use_id, DAY + dt.timedelta(days=9)) is None
    assert adopting.look_back(accounts, use.use_id, DAY) is None
    assert adopting.end(accounts, 999, DAY) is None
    assert adopting.find(accounts, 999) is None


def test_a_unit_tries_two_at_a_time_and_none_twice(accounts: Engine) -> None:
    """The third and the same are refused; another unit and an ended one are free."""
    first = adopting.adopt(accounts, "eng", "kindness", DAY)
    with pytest.raises(WrongState, match="being tried here already"):
        adopting.adopt(accounts, "eng", "kindness", DAY)
    adopting.adopt(accounts, "eng", "last-message", DAY)
    with pytest.raises(WrongState, match="Two practices at a time"):
        adopting.adopt(accounts, "eng", "team-game", DAY)
    adopting.adopt(accounts, "ops", "kindness", DAY)
    adopting.end(accounts, first.use_id, DAY)
    adopting.adopt(accounts, "eng", "team-game", DAY)
    assert [use.practice for use in adopting.running(accounts, "eng")] == [
        "last-message", "team-game",
    ]  # fmt: skip


def race(path: Path, adopt: Adopt) -> int:
    """Let eight writers with connections of their own take up eight practices in one unit."""
    engines = [sqlite_engine(path, journal="wal", create=False) for _ in range(8)]

    def once(number: int) -> None:
        try:
            adopt(engines[number], "eng", f"practice-{number}", DAY)
        except (WrongState, IntegrityError):
            return

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(once, range(8)))
    with engines[0].connect() as connection:
        found = connection.scalar(
            select(func.count()).where(practice_use.c.unit_id == "eng")
        )  # fmt: skip
    for engine in engines:
        engine.dispose()
    return found or 0


def test_eight_clicks_at_once_take_two_places(accounts: Engine, tmp_path: Path) -> None:
    """The place is taken in one conditional write, whoever comes at the same time."""
    assert accounts.dialect.name == "sqlite"
    assert race(tmp_path / "accounts.db", adopting.adopt) == 2


def test_looking_before_writing_would_take_more(accounts: Engine, tmp_path: Path) -> None:
    """The twin: who looks first and then writes, without a place, lets too many in."""
    assert accounts.dialect.name == "sqlite"

    def careless(engine: Engine, unit_id: str, practice: str, day: dt.date) -> None:
        if len(adopting.running(engine, unit_id)) < 2:
            row = {"unit_id": unit_id, "practice": practice, "since": day.isoformat()}
            with engine.begin() as connection:
                connection.execute(insert(practice_use).values(**row, ended=row["since"]))

    assert race(tmp_path / "accounts.db", careless) > 2


def test_the_table_has_no_room_for_a_person() -> None:
    """Units and days: neither who took it up nor anything about who joined."""
    assert {column.name for column in practice_use.columns} == {
        "use_id", "unit_id", "practice", "since", "looked", "ended", "place",
    }  # fmt: skip


def test_staff_are_told_practice_unit_and_day(tmp_path: Path) -> None:
    """The list is there for everybody to read; a missing or broken one is an empty one."""
    home = Home(tmp_path / "home")
    home.path.mkdir()
    assert published.read(home.practices) == ()
    row = published.Tried("eng", "day-end-round", "Day-end round", DAY)
    published.publish(home, [row])
    assert published.read(home.practices) == (row,)
    assert (home.practices / published.NAME).stat().st_mode & 0o777 == 0o644
    (home.practices / published.NAME).write_bytes(b"{")
    assert published.read(home.practices) == ()
